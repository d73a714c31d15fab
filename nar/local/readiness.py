"""Whether a process of the local system is ready."""

from __future__ import annotations

import socket

from nar.local.ports import HOST
from nar.local.programs import Program, Readiness, process_environment
from nar.security.tls import TLS

_PROBE_SECONDS = 2.0


def is_ready(program: Program) -> bool:
    """Asks once. A process that listens on nothing is ready as soon as it runs."""
    if program.readiness is Readiness.REDIS:
        return _answers_ping(program.port)
    if program.readiness is Readiness.PORT:
        return _accepts(program.port)
    if program.readiness is Readiness.HEALTH:
        return _is_serving(program)
    return True


def _accepts(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), _PROBE_SECONDS):
            return True
    except OSError:
        return False


def _answers_ping(port: int) -> bool:
    """Redis accepts connections before it has read its file; only then it answers PONG."""
    try:
        with socket.create_connection((HOST, port), _PROBE_SECONDS) as connection:
            connection.settimeout(_PROBE_SECONDS)
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def _is_serving(program: Program) -> bool:
    import grpc
    from grpc_health.v1 import health_pb2, health_pb2_grpc

    from nar.client.channel import open_channel

    tls = TLS.from_environment(process_environment(program))
    try:
        with open_channel(f"{HOST}:{program.port}", tls) as channel:
            check = health_pb2_grpc.HealthStub(channel).Check
            status = check(health_pb2.HealthCheckRequest(), timeout=_PROBE_SECONDS).status
    except grpc.RpcError:
        return False
    return bool(status == health_pb2.HealthCheckResponse.SERVING)
