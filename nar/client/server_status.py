"""What the server said of a call whose requests were still being sent.

grpc.aio writes its own INTERNAL over the server's answer when a request is sent just after the server has ended the
call (the write fails, and the failure becomes the status), so a status that is not of its own making is kept.
"""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, TypeVar

import grpc

Value = TypeVar("Value")

_OWN_DETAILS = "Internal error from Core"


class ServerStatus:
    """Watches `call` from its start."""

    def __init__(self, call: grpc.aio.Call) -> None:
        self._call = call
        self._kept: grpc.aio.AioRpcError | None = None
        call.add_done_callback(self._keep)

    def behind(self, error: grpc.RpcError) -> grpc.RpcError:
        """The error that the server ended the call with, or `error` where nothing is known of one."""
        return self._kept if self._kept is not None and _is_own(error) else error

    def _keep(self, _: object) -> None:
        # The status is there now and may be written over before any task runs.
        failure = grpc.aio.AioRpcError(
            _at_once(self._call.code()),
            _at_once(self._call.initial_metadata()),
            _at_once(self._call.trailing_metadata()),
            _at_once(self._call.details()),
        )
        if not _is_own(failure):
            self._kept = failure


def _is_own(error: grpc.RpcError) -> bool:
    return (
        isinstance(error, grpc.aio.AioRpcError)
        and error.code() is grpc.StatusCode.INTERNAL
        and error.details() == _OWN_DETAILS
    )


def _at_once(known: Coroutine[Any, Any, Value]) -> Value:
    """The value of a coroutine that has nothing to wait for."""
    try:
        known.send(None)
    except StopIteration as ended:
        value: Value = ended.value
        return value
    known.close()
    raise RuntimeError("the call is done and its status is not there")
