"""What both clients' channels have in common: options, and what a failed call means."""

from __future__ import annotations

import grpc

from nar.errors import NarError, Unavailable
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


def translate(error: grpc.RpcError, address: str) -> NarError:
    """The error of `nar.errors` that a failed call stands for."""
    translated = from_rpc_error(error)
    if isinstance(translated, Unavailable) and not _server_answered(error):
        return Unavailable(
            f"nothing answers at {address}: start the local system with `nar up`, or set NAR_ADDRESS",
            translated.retry_after,
        )
    return translated


def _server_answered(error: grpc.RpcError) -> bool:
    """Whether an error comes from our server, which sends details, rather than from the transport."""
    metadata = error.trailing_metadata() if isinstance(error, (grpc.Call, grpc.aio.AioRpcError)) else None
    return any(key == _DETAILS_KEY for key, _ in metadata or ())
