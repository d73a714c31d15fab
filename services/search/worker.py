"""The stage "upsert": metadata and vector -> Milvus, many at once; and the end of a job."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from nar.architecture import Architecture
from nar.codec import architecture_from_proto, architecture_to_proto
from nar.errors import NarError, NotFound
from nar.v1 import architecture_pb2
from services.runtime.blobs import BlobStore
from services.runtime.jobs import JobStore
from services.runtime.redis_connection import connect
from services.runtime.tasks import FINISH, Outcome, Task
from services.runtime.worker import run_stage, run_worker
from services.search.catalogue import Row
from services.search.index_version import IndexVersion
from services.search.milvus_catalogue import MilvusCatalogue
from services.search.rebuilding import rebuild_key
from services.search.record_keys import record_key
from services.search.settings import SearchSettings


class UpsertStage:
    """Writes the tasks of a batch; a notice that a job is done makes its rows searchable and ends the job."""

    def __init__(self, catalogue: MilvusCatalogue, blobs: BlobStore, jobs: JobStore, version: IndexVersion) -> None:
        self._catalogue = catalogue
        self._blobs = blobs
        self._jobs = jobs
        self._version = version

    async def __call__(self, tasks: Sequence[Task]) -> Sequence[Outcome]:
        """One outcome a task."""
        items = [task for task in tasks if task.item != FINISH]
        outcomes: dict[int, Outcome] = dict(zip(map(id, items), await self._write(items), strict=True))
        finished = {task.job for task in tasks if task.item == FINISH}
        if finished:
            await self._catalogue.make_searchable()
            for job in finished:
                await self._finish(job)
        return [outcomes.get(id(task), {}) for task in tasks]

    async def _finish(self, job: str) -> None:
        """Ends a job; one that rebuilt the index makes it the live one before."""
        try:
            rebuilt = (await self._blobs.get(rebuild_key(job))).decode()
        except NotFound:
            rebuilt = ""
        if rebuilt:
            await self._catalogue.promote(rebuilt)
        # Rows may have become visible only now, after searches that knew of their writing.
        await self._version.bump()
        await self._jobs.finish(job)
        if rebuilt:
            await self._blobs.delete(rebuild_key(job))

    async def _write(self, tasks: Sequence[Task]) -> list[Outcome]:
        """Upserts; the outcome says whether the architecture is a duplicate."""
        loaded = await asyncio.gather(*(self._load(task) for task in tasks))
        rows = {index: row for index, row in enumerate(loaded) if isinstance(row, Row)}
        outcomes: list[Outcome] = [row if isinstance(row, NarError) else {} for row in loaded]
        for collection in {row.architecture.collection for row in rows.values()}:
            for version in {tasks[index].fields["model_version"] for index in rows}:
                chosen = {
                    index: row
                    for index, row in rows.items()
                    if row.architecture.collection == collection and tasks[index].fields["model_version"] == version
                }
                for index, is_duplicate in (await self._upsert(collection, chosen, version)).items():
                    outcomes[index] = {"duplicate": "1" if is_duplicate else "0"}
        return outcomes

    async def _upsert(self, collection: str, rows: dict[int, Row], version: str) -> dict[int, bool]:
        """Writes rows of one collection; whether each has the fingerprint of another architecture."""
        if not rows:
            return {}
        exact = [row.architecture.fingerprint.exact for row in rows.values()]
        holders = await self._catalogue.holders(collection, exact)
        duplicates: dict[int, bool] = {}
        for index, row in rows.items():
            known = holders.setdefault(row.architecture.fingerprint.exact, [])
            duplicates[index] = any(identity != row.architecture.id for identity in known)
            known.append(row.architecture.id)
        # Of two rows of one id the later counts; Milvus would refuse or double them within a call.
        latest = {row.architecture.id: row for row in rows.values()}
        await self._catalogue.upsert(list(latest.values()), version)
        await asyncio.gather(*(self._keep(row.architecture) for row in latest.values()))
        await self._version.bump()
        return duplicates

    async def _keep(self, architecture: Architecture) -> None:
        """Writes the record from which an index can be rebuilt."""
        key = record_key(architecture.collection, architecture.id)
        await self._blobs.put(key, architecture_to_proto(architecture).SerializeToString())

    async def _load(self, task: Task) -> Row | NarError:
        fields = task.fields
        try:
            data = await self._blobs.get(f"items/{task.job}/{task.item}.pb")
            vector = await self._blobs.get(f"vectors/{fields['model_version']}/{fields['exact']}.f32")
        except NarError as error:
            return error
        architecture = architecture_from_proto(architecture_pb2.Architecture.FromString(data))
        return Row(replace(architecture, indexed_at=datetime.now(UTC)), np.frombuffer(vector, "<f4").tolist())


async def main(settings: SearchSettings) -> None:
    """Works until SIGTERM."""
    redis = connect(settings.redis_url)
    catalogue = MilvusCatalogue(
        settings.milvus_uri, settings.milvus_token.get_secret_value(), settings.milvus_timeout_seconds
    )
    stage = UpsertStage(catalogue, BlobStore(settings.blob_url), JobStore(redis), IndexVersion(redis))
    await run_stage("upsert", stage, settings.model_copy(update={"batch_size": settings.upsert_batch}))


if __name__ == "__main__":
    run_worker("search", main, SearchSettings.parse())
