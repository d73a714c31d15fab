"""The stage "embed": decompositions -> vectors, many graphs a request. Knows no torch: EmbedderService computes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import grpc
import numpy as np

from nar.errors import NarError
from nar.status import from_rpc_error
from nar.v1 import embedder_pb2, embedder_pb2_grpc, motif_miner_pb2
from services.embedder.settings import EmbedderSettings
from services.runtime.blobs import BlobStore
from services.runtime.channel import open_channel
from services.runtime.tasks import Outcome, Task
from services.runtime.worker import run_stage, run_worker

_TIMEOUT_SECONDS = 300.0


class EmbedStage:
    """Embeds the tasks of a batch; a graph that has a vector of this model version already is not embedded again."""

    def __init__(self, channel: grpc.aio.Channel, blobs: BlobStore) -> None:
        self._stub = embedder_pb2_grpc.EmbedderServiceStub(channel)
        self._blobs = blobs

    async def __call__(self, tasks: Sequence[Task]) -> Sequence[Outcome]:
        """One outcome a task."""
        version = await self._model_version()
        outcomes: list[Outcome] = [{**task.fields, "model_version": version} for task in tasks]
        loaded = await asyncio.gather(*(self._load(task.fields["exact"], version) for task in tasks))
        wanted: dict[str, motif_miner_pb2.Decomposition] = {}
        for index, (task, found) in enumerate(zip(tasks, loaded, strict=True)):
            if isinstance(found, NarError):
                outcomes[index] = found
            elif found is not None:
                wanted[task.fields["exact"]] = found
        if wanted:
            await self._embed(wanted, version)
        return outcomes

    async def _load(self, exact: str, version: str) -> motif_miner_pb2.Decomposition | NarError | None:
        """The decomposition, nothing where there is a vector already, or why there is neither."""
        try:
            if await self._blobs.exists(f"vectors/{version}/{exact}.f32"):
                return None
            message = motif_miner_pb2.Decomposition.FromString(await self._blobs.get(f"decompositions/{exact}.pb"))
        except NarError as error:
            return error
        message.ClearField("op_instance")
        for motif in message.motifs:
            motif.ClearField("context")
        return message

    async def _embed(self, wanted: dict[str, motif_miner_pb2.Decomposition], version: str) -> None:
        request = embedder_pb2.EmbedRequest(decompositions=list(wanted.values()), model_version=version)
        try:
            answer = await self._stub.Embed(request, timeout=_TIMEOUT_SECONDS)
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error
        for exact, embedding in zip(wanted, answer.embeddings, strict=True):
            data = np.array(embedding.vector, "<f4").tobytes()
            await self._blobs.put(f"vectors/{version}/{exact}.f32", data)

    async def _model_version(self) -> str:
        try:
            answer = await self._stub.GetModel(embedder_pb2.GetModelRequest(), timeout=10.0)
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error
        return str(answer.model_version)


async def main(settings: EmbedderSettings) -> None:
    """Works until SIGTERM."""
    settings = settings.model_copy(update={"batch_size": settings.embed_batch})
    async with open_channel(settings.embedder_address, settings) as channel:
        await run_stage("embed", EmbedStage(channel, BlobStore(settings.blob_url)), settings)


if __name__ == "__main__":
    run_worker("embedder", main, EmbedderSettings.parse())
