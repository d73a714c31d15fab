"""Settings of the search service and of the upsert worker."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr

from services.runtime.settings import ServiceSettings

_SHIPPED = Path(__file__).parents[2] / "data"


class SearchSettings(ServiceSettings):
    """Where the backends are, and what a query may ask for."""

    milvus_uri: str = Field("http://127.0.0.1:59530", description="Milvus, or milvus-lite server.")
    milvus_token: SecretStr = Field(SecretStr(""), description="Token for Milvus; empty for none.")
    milvus_timeout_seconds: float = Field(30.0, gt=0, description="Time that one call of Milvus gets.")
    milvus_batch: int = Field(64, ge=1, description="Searches in one call of Milvus; 1 asks for each apart.")
    milvus_calls: int = Field(2, ge=1, description="Calls of Milvus at once, of each kind; more would wait in it.")
    extractor_address: str = Field("127.0.0.1:50051", description="ExtractorService.")
    miner_address: str = Field("127.0.0.1:50052", description="MotifMinerService.")
    embedder_address: str = Field("127.0.0.1:50053", description="EmbedderService.")
    max_concurrent_searches: int = Field(32, ge=1, description="Searches that run at once.")
    max_waiting_searches: int = Field(32, ge=0, description="Searches that wait; more are refused.")
    cached_results: int = Field(10_000, ge=0, description="Answers that are kept until the index is written to.")
    publish_patience_seconds: float = Field(120.0, ge=0, description="Time that a full queue may hold up a new job.")
    starter_data: Path = Field(_SHIPPED / "corpus.parquet", description="Data set of the starter index.")
    starter_vectors: Path = Field(_SHIPPED / "starter.parquet", description="Its vectors, see `nar corpus embed`.")
    upsert_batch: int = Field(1_000, ge=1, description="Architectures that the worker writes at once.")
