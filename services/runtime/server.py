"""Starts a gRPC server, keeps it healthy, and drains it on SIGTERM."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import SERVICE_NAME as HEALTH
from grpc_health.v1.health import aio as grpc_health
from grpc_reflection.v1alpha import reflection

from services.runtime.access import access, report_open_doors
from services.runtime.health import NOT_SERVING, SERVING, Backends, HealthMonitor
from services.runtime.interceptor import CallInterceptor
from services.runtime.metrics_endpoint import metrics_endpoint
from services.runtime.settings import ServiceSettings
from services.runtime.spans import configure_spans
from services.runtime.telemetry import log
from services.runtime.tls import server_credentials

LIVENESS = "nar.v1.Liveness"
"""Name in grpc.health.v1 that says SERVING as long as the process does, whatever its backends do: for liveness probes,
which must not restart a server because Redis or Milvus is down."""


async def serve(
    settings: ServiceSettings,
    add_servicers: Callable[[grpc.aio.Server], None],
    service_names: Sequence[str],
    backends: Backends,
    *,
    on_bound: Callable[[str], None] | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """Serves until SIGTERM or SIGINT (or `stop`), then drains: NOT_SERVING, a moment of normal service, then the end.

    Args:
        settings: where to listen and all limits.
        add_servicers: adds the servicers to the server.
        service_names: full names of the services, such as "nar.v1.SearchService".
        backends: see `services.runtime.health.Backends`.
        on_bound: gets the address ("127.0.0.1:50051") once it listens; by default it is only logged and printed.
        stop: ends the service when set.

    Raises:
        OSError: the port is taken.
        FailedPrecondition: TLS or tokens cannot be had as the settings say.

    """
    stop = stop or asyncio.Event()
    configure_spans()
    server = _build(settings)
    add_servicers(server)
    health = grpc_health.HealthServicer()
    await asyncio.gather(*(health.set(name, NOT_SERVING) for name in ("", *service_names)))
    await health.set(LIVENESS, SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(health, server)
    reflection.enable_server_reflection((*service_names, HEALTH, reflection.SERVICE_NAME), server)
    address = _bind(server, settings)
    report_open_doors(settings)
    await server.start()
    monitor = HealthMonitor(health, service_names, backends, settings.health_seconds)
    await monitor.probe()
    with stopping_on_signals(stop), metrics_endpoint(settings, lambda: monitor.is_serving and not stop.is_set()):
        log.info("serving", address=address)
        print(f"serving {address}", flush=True)
        if on_bound is not None:
            on_bound(address)
        probing = asyncio.create_task(monitor.run())
        await stop.wait()
        log.info("draining", linger_seconds=settings.linger_seconds, drain_seconds=settings.drain_seconds)
        probing.cancel()
        await health.enter_graceful_shutdown()
        await asyncio.sleep(settings.linger_seconds)
        await server.stop(settings.drain_seconds)
    log.info("stopped")


@contextmanager
def stopping_on_signals(stop: asyncio.Event) -> Iterator[None]:
    """Sets `stop` on SIGTERM or SIGINT while it lasts; nothing outside the main thread, which gets no signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


async def is_serving(channel: grpc.aio.Channel, service: str = "") -> bool:
    """Whether the service behind `channel` says, within a second, that it is serving."""
    request = health_pb2.HealthCheckRequest(service=service)
    try:
        answer = await health_pb2_grpc.HealthStub(channel).Check(request, timeout=1.0)
    except grpc.aio.AioRpcError:
        return False
    return bool(answer.status == SERVING)


def _build(settings: ServiceSettings) -> grpc.aio.Server:
    return grpc.aio.server(
        interceptors=[CallInterceptor(settings.default_deadline_seconds, access(settings))],
        options=[
            ("grpc.max_receive_message_length", settings.max_message_bytes),
            ("grpc.max_send_message_length", settings.max_message_bytes),
            ("grpc.so_reuseport", 0),
        ],
        maximum_concurrent_rpcs=settings.max_concurrent_calls,
    )


def _bind(server: grpc.aio.Server, settings: ServiceSettings) -> str:
    """The address that the server listens on."""
    credentials, wanted = server_credentials(settings), f"{settings.host}:{settings.port}"
    try:
        port = server.add_secure_port(wanted, credentials) if credentials else server.add_insecure_port(wanted)
    except RuntimeError as error:
        raise OSError(f"cannot listen on {wanted}: {error}") from error
    return f"{settings.host}:{port}"
