"""Channels to other services: TLS and token as the settings say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import grpc

from nar.security.bearer import Bearer, Metadata
from nar.security.tls import TLS
from services.runtime.settings import ServiceSettings
from services.runtime.spans import Kind, Span, rpc_attributes, span
from services.runtime.telemetry import current_traceparent


def open_channel(address: str, settings: ServiceSettings) -> grpc.aio.Channel:
    """A channel to the service at `address`.

    Raises:
        InvalidInput, FailedPrecondition: TLS is set in part, a file cannot be used, or the token would travel beyond
            loopback in the clear.

    """
    tls = TLS.from_names(settings.tls_ca, settings.tls_client_cert, settings.tls_client_key, settings.tls_server_name)
    bearer = Bearer(settings.token.get_secret_value(), settings.token_file)
    bearer.check(address, encrypted=tls is not None)
    limit = settings.max_message_bytes
    options: tuple[tuple[str, int | str], ...] = (
        ("grpc.max_send_message_length", limit),
        ("grpc.max_receive_message_length", limit),
        # An address may stand for many replicas; gRPC would keep to one of them.
        ("grpc.lb_policy_name", "round_robin"),
    )
    interceptors = [_Outgoing(bearer)]
    if tls is None:
        return grpc.aio.insecure_channel(address, options, interceptors=interceptors)
    return grpc.aio.secure_channel(address, tls.credentials(), (*options, *tls.options()), interceptors=interceptors)


class _Outgoing(grpc.aio.UnaryUnaryClientInterceptor):
    """Sends token and trace context with each call; services call each other with one request and one answer only."""

    def __init__(self, bearer: Bearer) -> None:
        self._bearer = bearer

    async def intercept_unary_unary(
        self,
        continuation: Callable[[grpc.aio.ClientCallDetails, Any], Any],
        client_call_details: grpc.aio.ClientCallDetails,
        request: Any,
    ) -> Any:
        """Adds the metadata of a call, which has a span of its own. Probes have none."""
        details, method = client_call_details, _text(client_call_details.method)
        if method.startswith("/grpc.health."):
            return await continuation(_with(details, self._bearer.metadata()), request)
        with span(method[1:], Kind.CLIENT, current_traceparent(), rpc_attributes(method)) as own:
            trace = (("traceparent", own.traceparent),) if own.traceparent else ()
            call = await continuation(_with(details, (*self._bearer.metadata(), *trace)), request)
            if own.is_recorded:
                await _end(call, own)
            return call


async def _end(call: Any, own: Span) -> None:
    """Waits for the end of a call, so that its span ends with it."""
    try:
        code = await call.code()
    except asyncio.CancelledError:
        # Only what is awaited is cancelled, not the call itself.
        call.cancel()
        raise
    own.set("rpc.response.status_code", code.name)
    if code is not grpc.StatusCode.OK:
        own.fail(await call.details() or code.name)


def _text(method: str | bytes) -> str:
    return method.decode() if isinstance(method, bytes) else method


def _with(details: grpc.aio.ClientCallDetails, extra: Metadata) -> grpc.aio.ClientCallDetails:
    """`details` with more metadata."""
    metadata = grpc.aio.Metadata(*(details.metadata or ()), *extra)
    return grpc.aio.ClientCallDetails(
        details.method, details.timeout, metadata, details.credentials, details.wait_for_ready
    )
