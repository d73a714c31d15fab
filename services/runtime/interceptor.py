"""What surrounds every call: errors become statuses, calls get a deadline, and all but routine ones leave a line."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, NoReturn, TypeAlias

import grpc
import structlog
from grpc_status import rpc_status

from nar.errors import DeadlineExceeded, NarError, Overloaded
from nar.status import to_status
from services.runtime import metrics
from services.runtime.access import Access
from services.runtime.spans import Kind, rpc_attributes, start
from services.runtime.telemetry import log, request_context, trace_ids

Context = grpc.aio.ServicerContext[Any, Any]
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
# Codes that are the server's fault, not the caller's.
_FAILURES = ("UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS")
# Calls that succeed, or are refused for now, are logged from here on without log level debug.
_SLOW_SECONDS = 1.0
# Probed every second or held open by design.
_QUIET = ("/grpc.health.", "/grpc.reflection.")


class CallInterceptor(grpc.aio.ServerInterceptor):
    """Wraps the handlers of all services.

    NarError is answered with its code and google.rpc details, anything else with INTERNAL and the request's id, under
    which the log has the traceback. Calls without a deadline get `default_deadline` seconds, streams excepted.
    """

    def __init__(self, default_deadline: float, access: Access) -> None:
        self._default_deadline = default_deadline
        self._access = access

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        """Replaces the behaviour of the handler by a guarded one."""
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None or method.startswith(_QUIET):
            return handler
        if handler.response_streaming:
            behaviour = handler.stream_stream if handler.request_streaming else handler.unary_stream
            make = (
                grpc.stream_stream_rpc_method_handler
                if handler.request_streaming
                else grpc.unary_stream_rpc_method_handler
            )
            guarded: Any = self._guard_stream(method, behaviour)
        else:
            behaviour = handler.stream_unary if handler.request_streaming else handler.unary_unary
            make = (
                grpc.stream_unary_rpc_method_handler
                if handler.request_streaming
                else grpc.unary_unary_rpc_method_handler
            )
            guarded = self._guard_unary(method, behaviour, handler.request_streaming)
        return make(guarded, handler.request_deserializer, handler.response_serializer)

    def _guard_unary(self, method: str, behaviour: Any, streamed: bool) -> Any:
        async def call(request: Any, context: Context) -> Any:
            limit = None if streamed or context.time_remaining() is not None else self._default_deadline
            async with _Call(method, context) as metadata:
                self._access.check(method, metadata)
                try:
                    async with asyncio.timeout(limit):
                        return await behaviour(request, context)
                except TimeoutError as error:
                    raise DeadlineExceeded(
                        f"the call took more than {limit} seconds; send a longer deadline"
                    ) from error

        return call

    def _guard_stream(self, method: str, behaviour: Any) -> Any:
        async def call(request: Any, context: Context) -> AsyncIterator[Any]:
            async with _Call(method, context) as metadata:
                self._access.check(method, metadata)
                async for response in behaviour(request, context):
                    yield response

        return call


class _Call:
    """One call: binds its ids to the log, translates its error, logs its end."""

    def __init__(self, method: str, context: Context) -> None:
        self._method = method
        self._context = context
        self._start = time.monotonic()

    async def __aenter__(self) -> Mapping[str, str]:
        """The metadata of the call, as far as it is text."""
        metadata = {key: value for key, value in self._context.invocation_metadata() or () if isinstance(value, str)}
        self._ids = request_context(metadata)
        parent = self._ids.get("traceparent", "")
        self._span = start(self._method[1:], Kind.SERVER, parent, rpc_attributes(self._method))
        self._ids |= trace_ids(self._span.traceparent)
        structlog.contextvars.bind_contextvars(method=self._method, **self._ids)
        metrics.RPC_IN_FLIGHT.labels(self._method).inc()
        return metadata

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        metrics.RPC_IN_FLIGHT.labels(self._method).dec()
        if error is None:
            self._end("OK", is_routine=True)
        elif isinstance(error, NarError):
            status = to_status(error)
            is_routine = isinstance(error, Overloaded)
            self._end(rpc_status.code_to_grpc_status_code(status.code).name, is_routine=is_routine, reason=str(error))
            await self._context.abort_with_status(rpc_status.to_status(status))
        elif isinstance(error, (asyncio.CancelledError, GeneratorExit)):
            self._end("CANCELLED")
        elif isinstance(error, grpc.aio.AbortError):
            self._end("ABORTED")
        elif isinstance(error, Exception):
            await self._report_bug(error)

    async def _report_bug(self, error: Exception) -> NoReturn:
        log.error("call failed unexpectedly", exc_info=error)
        self._count("INTERNAL", f"{type(error).__name__}: see the log")
        message = f"internal error; the log of the service has it under request id {self._ids['request_id']}"
        await self._context.abort(grpc.StatusCode.INTERNAL, message)
        raise error

    def _end(self, code: str, *, is_routine: bool = False, **fields: str) -> None:
        """Counts the call and writes its line, of a routine one only in a log for debugging."""
        seconds = self._count(code, fields.get("reason", ""))
        write = log.debug if is_routine and seconds < _SLOW_SECONDS else log.info
        write("call", code=code, milliseconds=round(seconds * 1000, 1), **fields)

    def _count(self, code: str, reason: str) -> float:
        """Counts the call and ends its span; its seconds."""
        seconds = time.monotonic() - self._start
        self._span.set("rpc.response.status_code", code)
        if code in _FAILURES:
            self._span.fail(reason or code)
        self._span.end()
        metrics.RPC_REQUESTS.labels(self._method, code).inc()
        metrics.RPC_SECONDS.labels(self._method).observe(seconds)
        return seconds
