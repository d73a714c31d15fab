"""What both clients' channels have in common: options, and what a failed call means."""

from __future__ import annotations

import grpc

from nar.errors import FailedPrecondition, NarError, Unavailable
from nar.security.tls import TLS
from nar.status import from_rpc_error

MAX_MESSAGE_BYTES = 128 << 20
"""Largest message in either direction."""

DEFAULT_TIMEOUT = 120.0
"""Seconds: extracting a large model takes some."""

OPTIONS = (
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    # The client repeats calls itself: only reads, and with the server's own delay.
    ("grpc.enable_retries", 0),
)

_DETAILS_KEY = "grpc-status-details-bin"


_UNTRUSTED = ("CERTIFICATE_VERIFY_FAILED", "Hostname Verification Check failed", "is not in peer certificate")


def open_channel(address: str, tls: TLS | None) -> grpc.Channel:
    """A channel for programs that wait; encrypted where `tls` says how."""
    if tls is None:
        return grpc.insecure_channel(address, OPTIONS)
    return grpc.secure_channel(address, tls.credentials(), (*OPTIONS, *tls.options()))


def open_async_channel(address: str, tls: TLS | None) -> grpc.aio.Channel:
    """The same for asyncio programs."""
    if tls is None:
        return grpc.aio.insecure_channel(address, OPTIONS)
    return grpc.aio.secure_channel(address, tls.credentials(), (*OPTIONS, *tls.options()))


def translate(error: grpc.RpcError, address: str) -> NarError:
    """The error of `nar.errors` that a failed call stands for."""
    translated = from_rpc_error(error)
    if isinstance(translated, Unavailable) and not _server_answered(error):
        return _unanswered(address, translated)
    return translated


def _unanswered(address: str, error: Unavailable) -> NarError:
    """What it means that no server of ours answered, as the transport tells it."""
    reason = str(error)
    if any(sign in reason for sign in _UNTRUSTED):
        return FailedPrecondition(
            f"the certificate of {address} is not trusted ({reason}): NAR_TLS_CA must name the CA that signed it, and "
            "NAR_TLS_SERVER_NAME a name that it has where that is not the host of the address"
        )
    hint = "start the local system with `nar up`, or set NAR_ADDRESS"
    if "handshake failed" in reason:
        hint = f"TLS failed ({reason}); a service that speaks none needs NAR_TLS_CA to be unset"
    elif "Socket closed" in reason or "Connection reset" in reason:
        hint = "it closed the connection; one that speaks TLS needs NAR_TLS_CA, mutual TLS NAR_TLS_CLIENT_CERT and _KEY"
    return Unavailable(f"nothing answers at {address}: {hint}", error.retry_after)


def _server_answered(error: grpc.RpcError) -> bool:
    """Whether an error comes from our server, which sends details, rather than from the transport."""
    metadata = error.trailing_metadata() if isinstance(error, (grpc.Call, grpc.aio.AioRpcError)) else None
    return any(key == _DETAILS_KEY for key, _ in metadata or ())
