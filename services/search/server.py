"""The front door: SearchService and IndexService in one process."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import grpc
import uvloop

from nar.v1 import index_pb2, index_pb2_grpc, search_pb2, search_pb2_grpc
from services.runtime.blobs import BlobStore
from services.runtime.jobs import JobStore
from services.runtime.queue import StageQueue
from services.runtime.queue_metrics import observe_queues
from services.runtime.redis_connection import answers, connect
from services.runtime.server import serve
from services.runtime.tasks import STAGES
from services.runtime.telemetry import configure_logs
from services.search.backends import GrpcBackends
from services.search.index_check import IndexCheck
from services.search.index_metrics import IndexObserver
from services.search.index_servicer import IndexServicer
from services.search.index_version import IndexVersion
from services.search.milvus_catalogue import MilvusCatalogue
from services.search.rebuilding import Rebuilding
from services.search.search_servicer import SearchServicer
from services.search.settings import SearchSettings
from services.search.submission import Submission

_SERVICES = (
    search_pb2.DESCRIPTOR.services_by_name["SearchService"].full_name,
    index_pb2.DESCRIPTOR.services_by_name["IndexService"].full_name,
)


async def main(settings: SearchSettings) -> None:
    """Serves until SIGTERM."""
    redis = connect(settings.redis_url)
    blobs = BlobStore(settings.blob_url)
    backends = GrpcBackends(settings, blobs)
    catalogue = MilvusCatalogue(
        settings.milvus_uri,
        settings.milvus_token.get_secret_value(),
        settings.milvus_timeout_seconds,
        settings.milvus_batch,
        settings.milvus_calls,
    )
    jobs, version = JobStore(redis), IndexVersion(redis)
    queues = {stage: StageQueue(redis, stage, max_backlog=settings.max_backlog) for stage in STAGES}
    patience = settings.publish_patience_seconds
    rebuilding = Rebuilding(jobs, queues["mine"], blobs, backends, catalogue, patience)
    check = IndexCheck(catalogue, blobs, backends, queues, redis)

    def new_submission() -> Submission:
        return Submission(jobs, queues["extract"], blobs, backends, catalogue, patience)

    def add(server: grpc.aio.Server) -> None:
        search = SearchServicer(settings, catalogue, backends, blobs, version)
        search_pb2_grpc.add_SearchServiceServicer_to_server(search, server)
        index = IndexServicer(jobs, new_submission, rebuilding, check, catalogue, blobs, version)
        index_pb2_grpc.add_IndexServiceServicer_to_server(index, server)

    async def health() -> Mapping[str, bool]:
        return {"redis": await answers(redis), "milvus": await catalogue.answers(), **await backends.health()}

    observer = IndexObserver(catalogue.size, lambda: observe_queues(redis))
    observing = asyncio.create_task(observer.run()) if settings.metrics_port else None
    await serve(settings, add, _SERVICES, health)
    if observing is not None:
        observing.cancel()


if __name__ == "__main__":
    parsed = SearchSettings.parse()
    configure_logs("search", parsed)
    uvloop.run(main(parsed))
