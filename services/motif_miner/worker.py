"""The stage "mine": graph -> decomposition, both in the blob store."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from nar.codec import decomposition_to_proto, graph_from_proto
from nar.errors import LimitExceeded, NarError
from nar.v1 import graph_pb2
from services.motif_miner.mining import mine
from services.motif_miner.settings import MinerSettings
from services.runtime.blobs import BlobStore
from services.runtime.tasks import Outcome, Task
from services.runtime.worker import run_stage, run_worker


class MineStage:
    """Mines the tasks of a batch one after the other."""

    def __init__(self, settings: MinerSettings, blobs: BlobStore) -> None:
        self._settings = settings
        self._blobs = blobs

    async def __call__(self, tasks: Sequence[Task]) -> Sequence[Outcome]:
        """One outcome a task."""
        return [await self._mine(task) for task in tasks]

    async def _mine(self, task: Task) -> Outcome:
        exact = task.fields["exact"]
        key = f"decompositions/{exact}.pb"
        try:
            if not await self._blobs.exists(key):
                data = await self._blobs.get(f"graphs/{exact}.pb")
                await self._blobs.put(key, await asyncio.to_thread(self._decompose, data))
        except NarError as error:
            return error
        return task.fields

    def _decompose(self, data: bytes) -> bytes:
        message = graph_pb2.Graph.FromString(data)
        if len(message.op) > self._settings.miner_max_ops:
            raise LimitExceeded(f"the graph has {len(message.op):,} ops; the limit is {self._settings.miner_max_ops:,}")
        decomposition = mine(graph_from_proto(message), self._settings.options())
        return decomposition_to_proto(decomposition).SerializeToString()


async def main(settings: MinerSettings) -> None:
    """Works until SIGTERM."""
    await run_stage("mine", MineStage(settings, BlobStore(settings.blob_url)), settings)


if __name__ == "__main__":
    run_worker("motif-miner", main, MinerSettings.parse())
