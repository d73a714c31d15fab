"""Settings of the embedder."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from services.runtime.settings import ServiceSettings

SHIPPED_WEIGHTS = Path(__file__).parents[2] / "data" / "weights" / "nar"
"""The weights of the repository."""


class EmbedderSettings(ServiceSettings):
    """Which weights, on what, how much at once."""

    weights: Path = Field(SHIPPED_WEIGHTS, description="Folder with model.safetensors and config.json.")
    other_weights: list[Path] = Field([], description="Folders of more model versions, served beside the live one.")
    device: Literal["cpu", "cuda"] = Field("cpu", description="Where a graph network runs; a colour model needs none.")
    torch_threads: int = Field(1, ge=1, description="Threads of one computation.")
    max_batch_nodes: int = Field(20_000, ge=1, description="Nodes in one batch: motif ops and motif instances.")
    max_batch_graphs: int = Field(1_024, ge=1, description="Graphs in one request.")
    max_waiting_nodes: int = Field(1_000_000, ge=1, description="Nodes that wait; more are refused.")
    ray_replicas: int = Field(1, ge=1, description="Replicas that a Ray of this machine may have.")
    embedder_address: str = Field("127.0.0.1:50053", description="EmbedderService that the worker calls.")
    embed_batch: int = Field(64, ge=1, description="Graphs that the worker sends in one request.")
