"""Between the error tree and google.rpc.Status: code, message, and details that a program can read.

Each error carries a google.rpc.ErrorInfo whose reason is its class and whose metadata hold what the class adds (field,
suggestions); InvalidInput also a BadRequest, Retryable also a RetryInfo.
"""

from __future__ import annotations

import grpc
from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

from nar import errors
from nar.errors import InvalidInput, NarError, Retryable, UnknownModel

DOMAIN = "nar"
_DETAILS_KEY = "grpc-status-details-bin"
_MAX_METADATA_BYTES = 6_000  # The HTTP/2 header list of many clients ends at 8 KB.

# Most derived classes first.
_CODES: tuple[tuple[type[NarError], grpc.StatusCode], ...] = (
    (errors.InvalidInput, grpc.StatusCode.INVALID_ARGUMENT),
    (errors.NotFound, grpc.StatusCode.NOT_FOUND),
    (errors.LimitExceeded, grpc.StatusCode.RESOURCE_EXHAUSTED),
    (errors.Overloaded, grpc.StatusCode.RESOURCE_EXHAUSTED),
    (errors.Unavailable, grpc.StatusCode.UNAVAILABLE),
    (errors.Retryable, grpc.StatusCode.UNAVAILABLE),
    (errors.FailedPrecondition, grpc.StatusCode.FAILED_PRECONDITION),
    (errors.Unauthenticated, grpc.StatusCode.UNAUTHENTICATED),
    (errors.PermissionDenied, grpc.StatusCode.PERMISSION_DENIED),
    (errors.DeadlineExceeded, grpc.StatusCode.DEADLINE_EXCEEDED),
    (errors.NarError, grpc.StatusCode.INTERNAL),
)
# What a bare code means, where no ErrorInfo of ours came with it.
_CLASSES: dict[grpc.StatusCode, type[NarError]] = {
    grpc.StatusCode.INVALID_ARGUMENT: errors.InvalidInput,
    grpc.StatusCode.OUT_OF_RANGE: errors.InvalidInput,
    grpc.StatusCode.NOT_FOUND: errors.NotFound,
    grpc.StatusCode.RESOURCE_EXHAUSTED: errors.LimitExceeded,
    grpc.StatusCode.FAILED_PRECONDITION: errors.FailedPrecondition,
    grpc.StatusCode.UNIMPLEMENTED: errors.FailedPrecondition,
    grpc.StatusCode.UNAUTHENTICATED: errors.Unauthenticated,
    grpc.StatusCode.PERMISSION_DENIED: errors.PermissionDenied,
    grpc.StatusCode.UNAVAILABLE: errors.Unavailable,
    grpc.StatusCode.DEADLINE_EXCEEDED: errors.DeadlineExceeded,
}


def code_of(error: NarError) -> grpc.StatusCode:
    """The gRPC code of `error`, as drawn in `nar.errors`."""
    return next(code for kind, code in _CODES if isinstance(error, kind))


def to_status(error: NarError) -> status_pb2.Status:
    """`error` as a google.rpc.Status with its details."""
    message = _cut(str(error))
    status = status_pb2.Status(code=code_of(error).value[0], message=message)
    info = error_details_pb2.ErrorInfo(reason=type(error).__name__, domain=DOMAIN)
    if isinstance(error, UnknownModel) and error.suggestions:
        info.metadata["suggestions"] = _cut("\n".join(error.suggestions))
    if isinstance(error, InvalidInput) and error.field:
        info.metadata["field"] = error.field
        violation = error_details_pb2.BadRequest.FieldViolation(field=error.field, description=message)
        _attach(status, error_details_pb2.BadRequest(field_violations=[violation]))
    if isinstance(error, Retryable):
        info.metadata["retry_after"] = repr(error.retry_after)
        seconds = int(error.retry_after)
        delay = Duration(seconds=seconds, nanos=int((error.retry_after - seconds) * 1e9))
        _attach(status, error_details_pb2.RetryInfo(retry_delay=delay))
    _attach(status, info)
    return status


def from_status(status: status_pb2.Status) -> NarError:
    """The error that `to_status` turned into `status`; for one of another origin, the class of its code."""
    info, retry, bad = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo(), error_details_pb2.BadRequest()
    for detail in status.details:
        for message in (info, retry, bad):
            if detail.Is(message.DESCRIPTOR):
                detail.Unpack(message)
    kind = _class_of(info, status.code)
    field = bad.field_violations[0].field if bad.field_violations else ""
    return _build(kind, status.message, field, info.metadata.get("suggestions", ""), _seconds(retry))


def from_rpc_error(error: grpc.RpcError) -> NarError:
    """The error of the tree behind a failed call, of the synchronous or the asyncio API."""
    if not isinstance(error, (grpc.Call, grpc.aio.AioRpcError)):
        return errors.Unavailable(str(error))
    for key, value in error.trailing_metadata() or ():
        if key == _DETAILS_KEY and isinstance(value, bytes):
            try:
                return from_status(status_pb2.Status.FromString(value))
            except DecodeError:
                break
    code = error.code()
    return from_status(status_pb2.Status(code=code.value[0], message=error.details() or code.name))


def _class_of(info: error_details_pb2.ErrorInfo, number: int) -> type[NarError]:
    if info.domain == DOMAIN:
        named = getattr(errors, info.reason, None)
        if isinstance(named, type) and issubclass(named, NarError):
            return named
    code = next((code for code in grpc.StatusCode if code.value[0] == number), grpc.StatusCode.UNKNOWN)
    return _CLASSES.get(code, NarError)


def _build(kind: type[NarError], message: str, field: str, suggestions: str, retry_after: float) -> NarError:
    if issubclass(kind, UnknownModel):
        return kind(message, tuple(suggestions.split("\n")) if suggestions else ())
    if issubclass(kind, InvalidInput):
        return kind(message, field)
    if issubclass(kind, Retryable):
        return kind(message, retry_after or 1.0)
    return kind(message)


def _seconds(retry: error_details_pb2.RetryInfo) -> float:
    return float(retry.retry_delay.seconds + retry.retry_delay.nanos / 1e9)


def _attach(
    status: status_pb2.Status,
    message: error_details_pb2.ErrorInfo | error_details_pb2.BadRequest | error_details_pb2.RetryInfo,
) -> None:
    packed = Any()
    packed.Pack(message)
    status.details.append(packed)


def _cut(text: str) -> str:
    """A text short enough for the headers that carry it."""
    data = text.encode()
    return (
        text
        if len(data) <= _MAX_METADATA_BYTES // 3
        else data[: _MAX_METADATA_BYTES // 3].decode(errors="ignore") + "…"
    )
