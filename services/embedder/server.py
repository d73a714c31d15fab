"""EmbedderService over gRPC, in one process."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import grpc
import torch
import uvloop

from nar.errors import NarError
from nar.v1 import embedder_pb2, embedder_pb2_grpc
from services.embedder.embedder_servicer import EmbedderServicer
from services.embedder.models import Models
from services.embedder.settings import EmbedderSettings
from services.runtime.server import serve
from services.runtime.telemetry import configure_logs, log

SERVICE = embedder_pb2.DESCRIPTOR.services_by_name["EmbedderService"].full_name


async def _load(models: Models, settings: EmbedderSettings) -> None:
    """Loads the weights; without them the service stays NOT_SERVING and says why in its log."""
    torch.set_num_threads(settings.torch_threads)
    try:
        await asyncio.to_thread(models.load, [settings.weights, *settings.other_weights])
    except NarError as error:
        log.error("no weights", error=str(error))


async def main(settings: EmbedderSettings) -> None:
    """Serves until SIGTERM; ready once weights are loaded."""
    models = Models(settings)
    loading = asyncio.create_task(_load(models, settings))

    async def backends() -> Mapping[str, bool]:
        return {"weights": models.ready}

    def add(server: grpc.aio.Server) -> None:
        servicer = EmbedderServicer(models, settings.max_batch_graphs)
        embedder_pb2_grpc.add_EmbedderServiceServicer_to_server(servicer, server)

    await serve(settings, add, [SERVICE], backends)
    loading.cancel()


if __name__ == "__main__":
    parsed = EmbedderSettings.parse()
    configure_logs("embedder", parsed)
    uvloop.run(main(parsed))
