"""EmbedderService over gRPC."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import grpc
import torch

from nar.codec import decomposition_from_proto
from nar.errors import InvalidInput, NarError, NotFound, Unavailable
from nar.v1 import embedder_pb2, embedder_pb2_grpc
from services.embedder.batching import Batcher
from services.embedder.embedder import Embedder
from services.embedder.settings import EmbedderSettings
from services.runtime import metrics
from services.runtime.interceptor import Context
from services.runtime.server import serve
from services.runtime.telemetry import configure_logs, log

_SERVICE = embedder_pb2.DESCRIPTOR.services_by_name["EmbedderService"].full_name


class EmbedderServicer(embedder_pb2_grpc.EmbedderServiceServicer):
    """Translates the protocol; the work is done by the batcher."""

    def __init__(self, batcher: Batcher, settings: EmbedderSettings) -> None:
        self._batcher = batcher
        self._settings = settings

    async def Embed(self, request: embedder_pb2.EmbedRequest, context: Context) -> embedder_pb2.EmbedResponse:
        """Embeds one or many graphs."""
        count = len(request.decompositions)
        if not 1 <= count <= self._settings.max_batch_graphs:
            raise InvalidInput(
                f"a request holds 1 to {self._settings.max_batch_graphs} graphs, not {count}", "decompositions"
            )
        version = self._loaded().model_version
        if request.model_version not in ("", version):
            raise NotFound(f"model version {request.model_version!r} is not served here; {version!r} is")
        items = [decomposition_from_proto(message) for message in request.decompositions]
        vectors = await self._batcher.embed(items)
        embeddings = [embedder_pb2.Embedding(vector=vector.tolist()) for vector in vectors]
        return embedder_pb2.EmbedResponse(embeddings=embeddings, model_version=version)

    async def GetModel(self, request: embedder_pb2.GetModelRequest, context: Context) -> embedder_pb2.GetModelResponse:
        """Says which model is loaded."""
        loaded = self._loaded()
        return embedder_pb2.GetModelResponse(model_version=loaded.model_version, dimensions=loaded.dimensions)

    def _loaded(self) -> Embedder:
        if self._batcher.embedder is None:
            raise Unavailable("the embedder is still loading its weights", retry_after=2.0)
        return self._batcher.embedder


async def _load(batcher: Batcher, settings: EmbedderSettings) -> None:
    """Loads the weights; without them the service stays NOT_SERVING and says why in its log."""
    torch.set_num_threads(settings.torch_threads)
    try:
        batcher.embedder = await asyncio.to_thread(
            Embedder.load, settings.weights, settings.max_batch_nodes, settings.device
        )
    except NarError as error:
        log.error("no weights", error=str(error))
    else:
        metrics.EMBEDDER_MODELS.labels(batcher.embedder.model_version).set(1)
        log.info("loaded", model_version=batcher.embedder.model_version)


async def main(settings: EmbedderSettings) -> None:
    """Serves until SIGTERM; ready once weights are loaded."""
    batcher = Batcher(settings.max_batch_graphs, settings.max_waiting_graphs)
    tasks = [asyncio.create_task(_load(batcher, settings)), asyncio.create_task(batcher.run())]

    async def backends() -> Mapping[str, bool]:
        return {"weights": batcher.embedder is not None}

    def add(server: grpc.aio.Server) -> None:
        servicer = EmbedderServicer(batcher, settings)
        embedder_pb2_grpc.add_EmbedderServiceServicer_to_server(servicer, server)

    await serve(settings, add, [_SERVICE], backends)
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    parsed = EmbedderSettings.parse()
    configure_logs("embedder", parsed)
    asyncio.run(main(parsed))
