"""What every service process does, shown on a server of its own: health, reflection, errors, limits, drain."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from nar.errors import DeadlineExceeded, LimitExceeded, NarError, Overloaded, UnknownModel
from nar.status import from_rpc_error
from nar.v1 import architecture_pb2, extractor_pb2, extractor_pb2_grpc

SERVICE = "nar.v1.ExtractorService"

# The model's name says what the call does; the service is healthy while the file exists.
PROGRAM = """
import asyncio, sys
from pathlib import Path
from nar.errors import Overloaded, UnknownModel
from nar.v1 import extractor_pb2, extractor_pb2_grpc
from services.runtime.server import serve
from services.runtime.settings import ServiceSettings
from services.runtime.telemetry import configure_logs

class Servicer(extractor_pb2_grpc.ExtractorServiceServicer):
    async def Extract(self, request, context):
        name = request.source.name
        if name == "overloaded":
            raise Overloaded("full", retry_after=1.5)
        if name == "unknown":
            raise UnknownModel("no such model", ("timm/a", "timm/b"))
        if name == "bug":
            raise ValueError("secret")
        if name.startswith("sleep"):
            print("sleeping", flush=True)
            try:
                await asyncio.sleep(float(name.removeprefix("sleep")))
            except asyncio.CancelledError:
                print("cancelled", flush=True)
                raise
        response = extractor_pb2.ExtractResponse()
        response.architecture.name = name
        return response

async def backends():
    return {"file": Path(sys.argv[1]).exists()}

async def main():
    settings = ServiceSettings.parse(sys.argv[2:])
    configure_logs("test", settings)
    add = lambda server: extractor_pb2_grpc.add_ExtractorServiceServicer_to_server(Servicer(), server)
    await serve(settings, add, ["nar.v1.ExtractorService"], backends)

asyncio.run(main())
"""


@dataclass
class Server:
    """The process, and a channel to it."""

    process: asyncio.subprocess.Process
    channel: grpc.aio.Channel
    healthy: Path
    address: str

    async def extract(self, name: str, timeout: float | None = 20.0, **metadata: str) -> str:
        stub = extractor_pb2_grpc.ExtractorServiceStub(self.channel)
        request = extractor_pb2.ExtractRequest(source=architecture_pb2.ModelSource(name=name))
        response = await stub.Extract(request, timeout=timeout, metadata=tuple(metadata.items()))
        return response.architecture.name

    async def error(self, name: str, timeout: float | None = 20.0) -> NarError:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await self.extract(name, timeout)
        return from_rpc_error(caught.value)

    async def line(self) -> str:
        assert self.process.stdout is not None
        return (await asyncio.wait_for(self.process.stdout.readline(), 20)).decode().strip()

    async def health(self, service: str) -> str:
        stub = health_pb2_grpc.HealthStub(self.channel)
        response = await stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=20)
        return health_pb2.HealthCheckResponse.ServingStatus.Name(response.status)

    async def until_health(self, expected: str) -> None:
        async with asyncio.timeout(20):
            while {await self.health(""), await self.health(SERVICE)} != {expected}:
                await asyncio.sleep(0.02)

    async def stop(self) -> list[dict[str, str]]:
        """Ends the process; what it logged."""
        self.process.send_signal(signal.SIGTERM)
        _, errors = await asyncio.wait_for(self.process.communicate(), 30)
        assert self.process.returncode == 0, errors.decode()
        return [json.loads(line) for line in errors.decode().splitlines()]


@asynccontextmanager
async def serving(folder: Path, *flags: str) -> AsyncIterator[Server]:
    healthy = folder / "healthy"
    healthy.touch()
    options = ["--health-seconds", "0.05", "--linger-seconds", "0.3", *flags]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PROGRAM,
        str(healthy),
        *options,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    words = (await asyncio.wait_for(process.stdout.readline(), 30)).decode().split()
    assert words[0] == "serving"
    async with grpc.aio.insecure_channel(words[1]) as channel:
        try:
            yield Server(process, channel, healthy, words[1])
        finally:
            if process.returncode is None:
                process.kill()
                await process.communicate()


async def test_health_follows_the_backends(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await server.until_health("SERVING")
        server.healthy.unlink()
        await server.until_health("NOT_SERVING")
        server.healthy.touch()
        await server.until_health("SERVING")


async def test_reflection_lists_the_services(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        stub = reflection_pb2_grpc.ServerReflectionStub(server.channel)
        requests = iter([reflection_pb2.ServerReflectionRequest(list_services="")])
        async for response in stub.ServerReflectionInfo(requests):
            names = {service.name for service in response.list_services_response.service}
        assert {SERVICE, "grpc.health.v1.Health"} <= names


async def test_errors_carry_their_details_and_bugs_only_an_id(tmp_path: Path) -> None:
    async with serving(tmp_path, "--log-level", "debug") as server:
        overloaded = await server.error("overloaded")
        assert isinstance(overloaded, Overloaded)
        assert overloaded.retry_after == 1.5
        unknown = await server.error("unknown")
        assert isinstance(unknown, UnknownModel)
        assert unknown.suggestions == ("timm/a", "timm/b")
        bug = await server.error("bug")
        assert "secret" not in str(bug)
        request_id = str(bug).rsplit(" ", 1)[-1]
        assert await server.extract("good") == "good"
        events = await server.stop()
    (traceback,) = [event for event in events if "exception" in event]
    assert "ValueError: secret" in traceback["exception"]
    assert traceback["request_id"] == request_id
    codes = [event["code"] for event in events if event["event"] == "call"]
    assert codes == ["RESOURCE_EXHAUSTED", "NOT_FOUND", "OK"]


async def test_the_ids_of_the_caller_stand_in_the_log_of_a_failure(tmp_path: Path) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    ids = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01", "x-request-id": "r-1"}
    async with serving(tmp_path) as server:
        await server.extract("good", **ids)
        with pytest.raises(grpc.aio.AioRpcError):
            await server.extract("unknown", **ids)
        events = await server.stop()
    (call,) = [event for event in events if event["event"] == "call"]
    assert (call["trace_id"], call["request_id"], call["method"]) == (trace, "r-1", f"/{SERVICE}/Extract")


async def test_work_is_dropped_when_the_callers_deadline_passes(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        assert isinstance(await server.error("sleep60", timeout=0.3), DeadlineExceeded)
        assert [await server.line(), await server.line()] == ["sleeping", "cancelled"]


async def test_a_call_without_a_deadline_gets_one(tmp_path: Path) -> None:
    async with serving(tmp_path, "--default-deadline-seconds", "0.3") as server:
        error = await server.error("sleep60", timeout=None)
        assert isinstance(error, DeadlineExceeded)
        assert "send a longer deadline" in str(error)


async def test_messages_are_bounded(tmp_path: Path) -> None:
    async with serving(tmp_path, "--max-message-bytes", "10000") as server:
        error = await server.error("x" * 20_000)
        assert isinstance(error, LimitExceeded)
        assert await server.extract("good") == "good"


async def test_sigterm_says_not_serving_then_finishes_what_runs(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await server.until_health("SERVING")
        running = asyncio.create_task(server.extract("sleep1.0"))
        assert await server.line() == "sleeping"
        server.process.send_signal(signal.SIGTERM)
        await server.until_health("NOT_SERVING")
        assert await server.extract("late") == "late"
        assert await running == "sleep1.0"
        assert await asyncio.wait_for(server.process.wait(), 30) == 0


async def test_calls_that_outlast_the_drain_are_cut(tmp_path: Path) -> None:
    async with serving(tmp_path, "--drain-seconds", "0.2") as server:
        running = asyncio.create_task(server.error("sleep600", timeout=60))
        assert await server.line() == "sleeping"
        server.process.send_signal(signal.SIGTERM)
        _, errors = await asyncio.wait_for(server.process.communicate(), 30)
        assert server.process.returncode == 0, errors.decode()
        assert isinstance(await running, NarError)


async def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        command = [sys.executable, "-c", PROGRAM, str(server.healthy), "--port", server.address.split(":")[1]]
        second = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
        _, errors = await asyncio.wait_for(second.communicate(), 30)
        assert second.returncode == 1
        assert f"cannot listen on {server.address}" in errors.decode()
