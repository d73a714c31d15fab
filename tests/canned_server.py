"""A real server on loopback, started as every service is, with canned answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import grpc
import structlog

from nar.errors import NotFound
from nar.v1 import embedder_pb2, embedder_pb2_grpc, index_pb2, index_pb2_grpc, search_pb2, search_pb2_grpc
from services.runtime.server import serve
from services.runtime.settings import ServiceSettings
from services.runtime.telemetry import configure_logs


class Search(search_pb2_grpc.SearchServiceServicer):
    async def ListCollections(self, request: Any, context: Any) -> search_pb2.ListCollectionsResponse:
        return search_pb2.ListCollectionsResponse(collections=[search_pb2.Collection(name="default", architectures=1)])

    async def GetArchitecture(self, request: Any, context: Any) -> search_pb2.GetArchitectureResponse:
        raise NotFound(f"there is no {request.id}")


class Index(index_pb2_grpc.IndexServiceServicer):
    async def CreateIndexJob(self, request_iterator: Any, context: Any) -> index_pb2.CreateIndexJobResponse:
        async for _ in request_iterator:
            pass
        return index_pb2.CreateIndexJobResponse(job=index_pb2.IndexJob(id="j"))

    async def WatchIndexJob(self, request: Any, context: Any) -> AsyncIterator[index_pb2.WatchIndexJobResponse]:
        yield index_pb2.WatchIndexJobResponse(job=index_pb2.IndexJob(state=index_pb2.IndexJob.STATE_SUCCEEDED))

    async def DeleteArchitecture(self, request: Any, context: Any) -> index_pb2.DeleteArchitectureResponse:
        return index_pb2.DeleteArchitectureResponse()


class Embedder(embedder_pb2_grpc.EmbedderServiceServicer):
    async def GetModel(self, request: Any, context: Any) -> embedder_pb2.GetModelResponse:
        return embedder_pb2.GetModelResponse(model_version="v1")


def add(server: grpc.aio.Server) -> None:
    search_pb2_grpc.add_SearchServiceServicer_to_server(Search(), server)
    index_pb2_grpc.add_IndexServiceServicer_to_server(Index(), server)
    embedder_pb2_grpc.add_EmbedderServiceServicer_to_server(Embedder(), server)


async def no_backends() -> Mapping[str, bool]:
    return {}


@asynccontextmanager
async def serving(**settings: Any) -> AsyncIterator[str]:
    """A server in this process; its address, as a client on this machine says it."""
    chosen = ServiceSettings(linger_seconds=0, drain_seconds=1, **settings)
    before = structlog.get_config()
    configure_logs("test", chosen)
    stop, bound = asyncio.Event(), asyncio.get_running_loop().create_future()

    running = asyncio.create_task(
        serve(chosen, add, ["nar.v1.SearchService"], no_backends, on_bound=bound.set_result, stop=stop)
    )
    await asyncio.wait([running, bound], return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        running.result()
    yield bound.result().replace("0.0.0.0", "127.0.0.1")
    stop.set()
    await running
    structlog.configure(**before)
