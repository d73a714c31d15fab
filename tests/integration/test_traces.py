"""One index job is one trace: across real worker processes, a real queue and a real service, as a collector sees it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
import structlog
from canned_server import serving
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from redis.asyncio import Redis
from trace_collector import Collector, Received, collecting

from nar.client import AsyncClient, Client
from nar.v1 import embedder_pb2, embedder_pb2_grpc
from services.runtime import spans
from services.runtime.channel import open_channel
from services.runtime.jobs import JobStore
from services.runtime.queue import StageQueue
from services.runtime.redis_connection import connect
from services.runtime.settings import ServiceSettings
from services.runtime.tasks import STAGES, Task
from services.runtime.telemetry import trace_ids

ROOT = Path(__file__).parents[2]
JOB_SPAN = "00f067aa0ba902b7"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-{JOB_SPAN}-01"

WORKER = """
import sys
from nar.errors import InvalidInput, Overloaded
from nar.v1 import embedder_pb2, embedder_pb2_grpc
from services.runtime.channel import open_channel
from services.runtime.jobs import JobStore
from services.runtime.redis_connection import connect
from services.runtime.settings import ServiceSettings
from services.runtime.telemetry import log
from services.runtime.worker import run_stage, run_worker

stage, address, *flags = sys.argv[1:]
tried = set()

async def handle(tasks):
    log.info("handling")
    if stage == "embed":
        async with open_channel(address, settings) as channel:
            await embedder_pb2_grpc.EmbedderServiceStub(channel).GetModel(embedder_pb2.GetModelRequest())
    if stage == "upsert" and any(task.is_finish for task in tasks):
        await JobStore(connect(settings.redis_url)).finish(tasks[0].job)
    return [outcome(task) for task in tasks]

def outcome(task):
    if stage == "extract" and task.item == 1 and not tried:
        tried.add(1)
        return Overloaded("full at http://me:s3cret@host", 0.01)
    if stage == "mine" and task.item == 2:
        return InvalidInput("a cycle")
    return dict(task.fields)

async def main(settings):
    await run_stage(stage, handle, settings)

settings = ServiceSettings.parse(flags)
run_worker(stage, main, settings)
"""

SERVER = """
import asyncio, canned_server
from services.runtime.server import serve
from services.runtime.settings import ServiceSettings
from services.runtime.telemetry import configure_logs

async def main():
    settings = ServiceSettings(linger_seconds=0)
    configure_logs("embedder", settings)
    await serve(settings, canned_server.add, ["nar.v1.EmbedderService"], canned_server.no_backends)

asyncio.run(main())
"""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as running:
        yield running


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = connect(redis_url)
    yield client
    await client.aclose()


@contextmanager
def process(collector: Collector, program: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A process that sends its spans to the collector, and ends in good order."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    with subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        env={**os.environ, **collector.environment, "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        yield running
        running.send_signal(signal.SIGTERM)


async def submit(redis: Redis, items: int) -> str:
    """A closed job, made as the front door makes it while it handles a call of the trace."""
    jobs = JobStore(redis)
    with structlog.contextvars.bound_contextvars(**trace_ids(TRACEPARENT)):
        job = (await jobs.create("default"))[0].id
        await jobs.accept(job, items)
        for stage in STAGES:
            await StageQueue(redis, stage).create()
        await StageQueue(redis, "extract").publish([Task(job, item, {"name": f"m{item}"}) for item in range(items)])
        await jobs.close(job)
    return job


async def finished(redis: Redis, job: str) -> None:
    async with asyncio.timeout(60):
        while not (await JobStore(redis).get(job)).is_terminal:
            await asyncio.sleep(0.05)


async def test_a_job_is_one_trace_across_the_workers(redis: Redis, redis_url: str, collector: Collector) -> None:
    job = await submit(redis, 3)
    flags = ["--redis-url", redis_url, "--reclaim-idle-seconds", "0.5"]
    logs: dict[str, list[dict[str, Any]]] = {}
    with ExitStack() as stack:
        server = stack.enter_context(process(collector, SERVER))
        assert server.stdout is not None
        address = server.stdout.readline().split()[1]
        workers = {stage: stack.enter_context(process(collector, WORKER, stage, address, *flags)) for stage in STAGES}
        await finished(redis, job)
        for stage, worker in workers.items():
            worker.send_signal(signal.SIGTERM)
            _, errors = await asyncio.to_thread(worker.communicate, timeout=30)
            logs[stage] = [json.loads(text) for text in errors.splitlines()]
        collector.wait(lambda: len(collector.named("nar.v1.EmbedderService/GetModel")) >= 2)
    assert {span.trace for span in collector.spans} == {TRACE}
    assert_chain(collector, job)
    assert_failures(collector)
    assert_calls(collector)
    lines = [line for stage in STAGES for line in logs[stage] if line["event"] == "handling" and "item" in line]
    known = {span.id for span in collector.spans}
    assert lines
    assert all(line["trace_id"] == TRACE and line["span_id"] in known for line in lines)
    assert "s3cret" not in f"{logs} {collector.spans}"


def assert_chain(collector: Collector, job: str) -> None:
    """Each stage's span of an item has the span of the stage before as its parent, the first one that of the call."""
    parent = JOB_SPAN
    for stage in STAGES:
        (span,) = collector.named(f"process {stage}", nar_item=0)
        assert (span.parent, span.kind, span.attributes["nar.job"]) == (parent, "CONSUMER", job)
        assert span.service == f"{stage}-worker"
        parent = span.id
    (finish,) = collector.named("finish upsert")
    assert finish.parent == JOB_SPAN


def assert_failures(collector: Collector) -> None:
    """A try that failed has its own span, and what it was tried again for too, below the same parent."""
    first, second = sorted(collector.named("process extract", nar_item=1), key=lambda span: not span.error)
    assert (first.error, second.error) == ("full at http://me:***@host", "")
    assert first.parent == second.parent == JOB_SPAN
    assert second.attributes["nar.deliveries"] == 2
    (mined,) = collector.named("process mine", nar_item=1)
    assert mined.parent == second.id
    (failed,) = collector.named("process mine", nar_item=2)
    assert (failed.error, failed.attributes["error.type"]) == ("a cycle", "InvalidInput")
    assert collector.named("process embed", nar_item=2) == []


def assert_calls(collector: Collector) -> None:
    """The embed worker's calls lie below its task, the server's side below the client's."""
    calls: dict[str, list[Received]] = {"CLIENT": [], "SERVER": []}
    for span in collector.named("nar.v1.EmbedderService/GetModel"):
        calls[span.kind].append(span)
    tasks = {span.id for span in collector.named("process embed")} | {
        span.id for span in collector.named("embed batch")
    }
    assert {span.parent for span in calls["CLIENT"]} <= tasks
    assert {span.parent for span in calls["SERVER"]} == {span.id for span in calls["CLIENT"]}
    assert {span.service for span in calls["SERVER"]} == {"embedder"}
    assert calls["SERVER"][0].attributes["rpc.response.status_code"] == "OK"


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """Spans of this process."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(spans._Recorder, "tracer", provider.get_tracer("test"))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    return exporter


async def test_the_clients_span_is_the_parent_of_the_servers(recorded: InMemorySpanExporter) -> None:
    async with serving() as address:
        async with AsyncClient(address) as client:
            await client.list_collections()
        with Client(address) as waiting:
            await asyncio.to_thread(waiting.list_collections)
            with trace.get_tracer("program").start_as_current_span("program") as own:
                await asyncio.to_thread(list, waiting.watch_job("j"))
    found = {span.context.span_id: span for span in recorded.get_finished_spans() if span.context}
    servers = [span for span in found.values() if span.kind is trace.SpanKind.SERVER]
    assert len(servers) == 3
    for server in servers:
        assert server.parent is not None
        if server.name.endswith("WatchIndexJob"):
            assert server.parent.span_id == own.get_span_context().span_id
        else:
            assert found[server.parent.span_id].kind is trace.SpanKind.CLIENT
            assert found[server.parent.span_id].name == server.name


async def test_a_call_that_is_given_up_is_cancelled_though_its_span_waits_for_it(
    recorded: InMemorySpanExporter,
) -> None:
    gone, come = asyncio.Event(), asyncio.Event()

    class Slow(embedder_pb2_grpc.EmbedderServiceServicer):
        async def GetModel(self, request: Any, context: Any) -> embedder_pb2.GetModelResponse:
            come.set()
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                gone.set()
                raise
            return embedder_pb2.GetModelResponse()

    server = grpc.aio.server()
    embedder_pb2_grpc.add_EmbedderServiceServicer_to_server(Slow(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with open_channel(f"127.0.0.1:{port}", ServiceSettings()) as channel:
        stub = embedder_pb2_grpc.EmbedderServiceStub(channel)

        async def ask() -> None:
            await stub.GetModel(embedder_pb2.GetModelRequest())

        asking = asyncio.create_task(ask())
        await asyncio.wait_for(come.wait(), 20)
        asking.cancel()
        await asyncio.wait_for(gone.wait(), 20)
        with pytest.raises(asyncio.CancelledError):
            await asking
        with pytest.raises(grpc.aio.AioRpcError) as late:
            await stub.GetModel(embedder_pb2.GetModelRequest(), timeout=0.2)
    await server.stop(0)
    assert late.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    (ended,) = [
        span for span in recorded.get_finished_spans() if (span.attributes or {}).get("rpc.response.status_code")
    ]
    assert (ended.attributes or {})["rpc.response.status_code"] == "DEADLINE_EXCEEDED"


def test_without_an_endpoint_nothing_of_opentelemetry_is_imported() -> None:
    # The Redis client imports the metrics of OpenTelemetry where they are installed.
    program = (
        "import sys; import nar.client\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])\n"
        "import services.runtime.worker, services.runtime.server\n"
        "from services.runtime.spans import configure_spans, start, Kind\n"
        "configure_spans({})\n"
        f"assert start('x', Kind.SERVER, '{TRACEPARENT}', {{}}).traceparent == '{TRACEPARENT}'\n"
        "print([name for name in sys.modules if 'exporter.otlp' in name or 'opentelemetry.sdk.trace' in name])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["[]", "[]"]
