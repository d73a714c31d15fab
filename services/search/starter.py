"""Loads the starter index: `python -m services.search.starter` writes a data set with its vectors, once.

What is in the collection already, or was removed from it later, stays as it is. The line that it prints behind NOTE
says what it did.
"""

from __future__ import annotations

import asyncio
import hashlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from nar.architecture import Architecture
from nar.codec import architecture_to_proto, graph_to_proto
from nar.corpus import parquet, starter
from nar.errors import FailedPrecondition, NarError
from nar.graph import Graph
from services.runtime.blobs import BlobStore
from services.runtime.redis_connection import connect
from services.runtime.worker import run_worker
from services.search.backends import GrpcBackends
from services.search.catalogue import Row
from services.search.index_version import IndexVersion
from services.search.milvus_catalogue import MilvusCatalogue
from services.search.record_keys import record_key
from services.search.settings import SearchSettings

COLLECTION = "default"
NOTE = "note: "

_BATCH = 1_000

Item = tuple[Row, Graph]


class StarterLoader:
    """Writes rows, records and graphs; motifs are mined when somebody asks for them."""

    def __init__(
        self, catalogue: MilvusCatalogue, blobs: BlobStore, version: IndexVersion, backends: GrpcBackends
    ) -> None:
        self._catalogue = catalogue
        self._blobs = blobs
        self._version = version
        self._backends = backends

    async def load(self, data: Path, vectors: Path) -> str:
        """Loads the architectures of `data` that are not there yet; a sentence that says what happened.

        The second time nothing does, nor where the embedder, or the index, is of another model version.

        Raises:
            FailedPrecondition: a file is missing or damaged.
        """
        known = await asyncio.to_thread(starter.read, vectors)
        served, live = (await self._backends.model()).model_version, await self._catalogue.model_version()
        if served != known.model_version:
            return f"no starter index: it is of {known.model_version}, and the embedder serves {served}"
        if live not in ("", served):
            return (
                f"no starter index, and no search by graph: the index holds vectors of {live}, and the embedder serves "
                f"{served}; start with NAR_WEIGHTS naming the old weights, or with another --home"
            )
        marker = f"starter/{await asyncio.to_thread(_digest, vectors)}"
        if await self._blobs.exists(marker):
            return "the starter index is loaded"
        items = _items(data, known)
        count = 0
        while batch := await asyncio.to_thread(lambda: list(islice(items, _BATCH))):
            count += await self._write(batch, known.model_version)
        await self._catalogue.make_searchable()
        await self._blobs.put(marker, b"")
        await self._version.bump()
        return f"{count:,} architectures of the starter index are loaded"

    async def _write(self, batch: Sequence[Item], model_version: str) -> int:
        """Writes those whose id is not taken; their number."""
        taken = await self._catalogue.known(COLLECTION, [row.architecture.id for row, _ in batch])
        fresh = [(row, graph) for row, graph in batch if row.architecture.id not in taken]
        await asyncio.gather(*(self._keep(row.architecture, graph) for row, graph in fresh))
        if fresh:
            await self._catalogue.upsert([row for row, _ in fresh], model_version)
        return len(fresh)

    async def _keep(self, architecture: Architecture, graph: Graph) -> None:
        exact = architecture.fingerprint.exact
        await self._blobs.put(f"graphs/{exact}.pb", graph_to_proto(graph).SerializeToString())
        key = record_key(COLLECTION, architecture.id)
        await self._blobs.put(key, architecture_to_proto(architecture).SerializeToString())


def _items(data: Path, known: starter.StarterVectors) -> Iterator[Item]:
    """The architectures of `data` that have a vector."""
    place = {exact: index for index, exact in enumerate(known.exact)}
    now = datetime.now(UTC)
    for architecture, graph, _ in parquet.read(data):
        index = place.get(architecture.fingerprint.exact)
        if index is not None:
            indexed = replace(architecture, collection=COLLECTION, indexed_at=now)
            yield Row(indexed, known.vectors[index].tolist()), graph


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise FailedPrecondition(f"{path} cannot be read: {error.strerror}") from error


async def main(settings: SearchSettings) -> None:
    """Loads the files that the settings name."""
    catalogue = MilvusCatalogue(
        settings.milvus_uri, settings.milvus_token.get_secret_value(), settings.milvus_timeout_seconds
    )
    blobs = BlobStore(settings.blob_url)
    version = IndexVersion(connect(settings.redis_url))
    loader = StarterLoader(catalogue, blobs, version, GrpcBackends(settings, blobs))
    print(NOTE + await loader.load(settings.starter_data, settings.starter_vectors), flush=True)


if __name__ == "__main__":
    try:
        run_worker("starter-index", main, SearchSettings.parse())
    except NarError as error:
        sys.exit(str(error))
