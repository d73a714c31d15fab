"""Loads the starter index: `python -m services.search.starter` writes a data set with its vectors, once.

What is in the collection already, or was removed from it later, stays as it is.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from nar.architecture import Architecture
from nar.codec import architecture_to_proto, graph_to_proto
from nar.corpus import parquet, starter
from nar.errors import FailedPrecondition
from nar.graph import Graph
from services.runtime.blobs import BlobStore
from services.runtime.redis_connection import connect
from services.runtime.telemetry import log
from services.runtime.worker import run_worker
from services.search.catalogue import Row
from services.search.index_version import IndexVersion
from services.search.milvus_catalogue import MilvusCatalogue
from services.search.record_keys import record_key
from services.search.settings import SearchSettings

COLLECTION = "default"

_BATCH = 1_000

Item = tuple[Row, Graph]


class StarterLoader:
    """Writes rows, records and graphs; motifs are mined when somebody asks for them."""

    def __init__(self, catalogue: MilvusCatalogue, blobs: BlobStore, version: IndexVersion) -> None:
        self._catalogue = catalogue
        self._blobs = blobs
        self._version = version

    async def load(self, data: Path, vectors: Path) -> int:
        """Loads the architectures of `data` that are not there yet; their number. The second time it does nothing.

        Raises:
            FailedPrecondition: a file is damaged, or the index holds vectors of another model version.
        """
        marker = f"starter/{await asyncio.to_thread(_digest, vectors)}"
        if await self._blobs.exists(marker):
            return 0
        known = await asyncio.to_thread(starter.read, vectors)
        live = await self._catalogue.model_version()
        if live not in ("", known.model_version):
            raise FailedPrecondition(f"the starter index is of {known.model_version!r}, the index holds {live!r}")
        items = _items(data, known)
        count = 0
        while batch := await asyncio.to_thread(lambda: list(islice(items, _BATCH))):
            count += await self._write(batch, known.model_version)
        await self._catalogue.make_searchable()
        await self._blobs.put(marker, b"")
        await self._version.bump()
        return count

    async def _write(self, batch: Sequence[Item], model_version: str) -> int:
        """Writes those whose id is not taken; their number."""
        exact = [row.architecture.fingerprint.exact for row, _ in batch]
        holders = await self._catalogue.holders(COLLECTION, exact)
        taken = {identity for own in holders.values() for identity in own}
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
    loader = StarterLoader(catalogue, BlobStore(settings.blob_url), IndexVersion(connect(settings.redis_url)))
    count = await loader.load(settings.starter_data, settings.starter_vectors)
    log.info("starter index loaded", architectures=count)


if __name__ == "__main__":
    run_worker("starter-index", main, SearchSettings.parse())
