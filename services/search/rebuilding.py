"""Builds an index beside the live one from the records that indexing left behind, and switches to it."""

from __future__ import annotations

import asyncio

from nar.architecture import Architecture
from nar.codec import architecture_from_proto
from nar.errors import FailedPrecondition, NarError
from nar.v1 import architecture_pb2
from services.runtime.blobs import BlobStore
from services.runtime.jobs import JobState, JobStore
from services.runtime.queue import StageQueue
from services.runtime.tasks import Task
from services.search.backends import GrpcBackends
from services.search.milvus_catalogue import MilvusCatalogue

RECORDS = "architectures"
_COLLECTION = "*"
_BATCH = 100


def rebuild_key(job: str) -> str:
    """Key of the blob that says for which model version a job rebuilds the index."""
    return f"rebuilds/{job}"


class Rebuilding:
    """Makes the job; its tasks begin at the stage "mine", because graphs do not change with the weights."""

    def __init__(
        self,
        jobs: JobStore,
        queue: StageQueue,
        blobs: BlobStore,
        backends: GrpcBackends,
        catalogue: MilvusCatalogue,
        patience: float,
    ) -> None:
        self._jobs = jobs
        self._queue = queue
        self._blobs = blobs
        self._backends = backends
        self._catalogue = catalogue
        self._patience = patience

    async def start(self) -> JobState:
        """Queues every record; the job's end makes the new vectors the live ones.

        Raises:
            FailedPrecondition: there are no records.
            Overloaded: the queue stayed full.
        """
        keys = await self._blobs.keys(RECORDS)
        if not keys:
            raise FailedPrecondition("the blob store holds no records of architectures: index them first")
        served = await self._backends.model()
        job, _ = await self._jobs.create(_COLLECTION)
        try:
            await self._catalogue.begin(served.model_version, served.dimensions)
            await self._blobs.put(rebuild_key(job.id), served.model_version.encode())
            for start in range(0, len(keys), _BATCH):
                await self._queue_some(job.id, keys[start : start + _BATCH])
        except (NarError, asyncio.CancelledError):
            await self._jobs.cancel(job.id)
            raise
        await self._jobs.close(job.id)
        return await self._jobs.get(job.id)

    async def _queue_some(self, job: str, keys: list[str]) -> None:
        data = await asyncio.gather(*(self._blobs.get(key) for key in keys))
        first = await self._jobs.accept(job, len(keys))
        tasks = []
        for item, content in enumerate(data, first):
            await self._blobs.put(f"items/{job}/{item}.pb", content)
            tasks.append(Task(job, item, _fields(architecture_from_proto(_record(content)))))
        await self._queue.publish(tasks, self._patience)


def _record(content: bytes) -> architecture_pb2.Architecture:
    return architecture_pb2.Architecture.FromString(content)


def _fields(architecture: Architecture) -> dict[str, str]:
    """What the extract stage hands on."""
    return {
        "exact": architecture.fingerprint.exact,
        "id": architecture.id,
        "collection": architecture.collection,
        "name": architecture.id,
    }
