"""Channels to other services: TLS and token as the settings say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc

from nar.security.bearer import Bearer, Metadata
from nar.security.tls import TLS
from services.runtime.settings import ServiceSettings


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
    options = (("grpc.max_send_message_length", limit), ("grpc.max_receive_message_length", limit))
    interceptors = [_Outgoing(bearer)]
    if tls is None:
        return grpc.aio.insecure_channel(address, options, interceptors=interceptors)
    return grpc.aio.secure_channel(address, tls.credentials(), (*options, *tls.options()), interceptors=interceptors)


class _Outgoing(grpc.aio.UnaryUnaryClientInterceptor):
    """Sends the token with each call; services call each other with one request and one answer only."""

    def __init__(self, bearer: Bearer) -> None:
        self._bearer = bearer

    async def intercept_unary_unary(
        self,
        continuation: Callable[[grpc.aio.ClientCallDetails, Any], Any],
        client_call_details: grpc.aio.ClientCallDetails,
        request: Any,
    ) -> Any:
        """Adds the metadata of a call."""
        return await continuation(_with(client_call_details, self._bearer.metadata()), request)


def _with(details: grpc.aio.ClientCallDetails, extra: Metadata) -> grpc.aio.ClientCallDetails:
    """`details` with more metadata."""
    metadata = grpc.aio.Metadata(*(details.metadata or ()), *extra)
    return grpc.aio.ClientCallDetails(
        details.method, details.timeout, metadata, details.credentials, details.wait_for_ready
    )
