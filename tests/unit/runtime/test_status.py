"""Errors go over gRPC and come back as they were."""

from __future__ import annotations

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2

from nar import errors
from nar.status import code_of, from_rpc_error, from_status, to_status

ERRORS = [
    (errors.InvalidInput("bad id", "architecture.id"), grpc.StatusCode.INVALID_ARGUMENT),
    (errors.InvalidGraph("a cycle: 0 -> 1 -> 0", "source.graph.edges"), grpc.StatusCode.INVALID_ARGUMENT),
    (errors.InvalidFilter("no field 'x'", "filter"), grpc.StatusCode.INVALID_ARGUMENT),
    (errors.UnsupportedSource("a pickle", "source.onnx"), grpc.StatusCode.INVALID_ARGUMENT),
    (errors.NotFound("no job"), grpc.StatusCode.NOT_FOUND),
    (errors.UnknownModel("no model", ("timm/a", "timm/b")), grpc.StatusCode.NOT_FOUND),
    (errors.UnknownModel("no model"), grpc.StatusCode.NOT_FOUND),
    (errors.LimitExceeded("too large"), grpc.StatusCode.RESOURCE_EXHAUSTED),
    (errors.Overloaded("full", 2.5), grpc.StatusCode.RESOURCE_EXHAUSTED),
    (errors.Unavailable("down", 0.25), grpc.StatusCode.UNAVAILABLE),
    (errors.FailedPrecondition("finished"), grpc.StatusCode.FAILED_PRECONDITION),
    (errors.ExtractionFailed("it raised"), grpc.StatusCode.FAILED_PRECONDITION),
    (errors.Unauthenticated("who?"), grpc.StatusCode.UNAUTHENTICATED),
    (errors.PermissionDenied("no"), grpc.StatusCode.PERMISSION_DENIED),
    (errors.DeadlineExceeded("too late"), grpc.StatusCode.DEADLINE_EXCEEDED),
    (errors.NarError("odd"), grpc.StatusCode.INTERNAL),
]


@pytest.mark.parametrize(("error", "code"), ERRORS, ids=[type(error).__name__ for error, _ in ERRORS])
def test_every_error_comes_back_as_it_was(error: errors.NarError, code: grpc.StatusCode) -> None:
    status = to_status(error)
    back = from_status(status_pb2.Status.FromString(status.SerializeToString()))
    assert status.code == code.value[0]
    assert type(back) is type(error)
    assert str(back) == str(error)
    assert vars(back) == vars(error)


def test_every_class_of_the_tree_is_tested() -> None:
    tree = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.NarError)}
    assert tree - {type(error) for error, _ in ERRORS} == {errors.Retryable}


def test_details_are_the_ones_that_any_client_knows() -> None:
    bad, retry = error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
    to_status(errors.InvalidInput("no", "filter")).details[0].Unpack(bad)
    to_status(errors.Overloaded("full", 1.5)).details[0].Unpack(retry)
    assert [(violation.field, violation.description) for violation in bad.field_violations] == [("filter", "no")]
    assert (retry.retry_delay.seconds, retry.retry_delay.nanos) == (1, 500_000_000)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (grpc.StatusCode.UNAVAILABLE, errors.Unavailable),
        (grpc.StatusCode.DEADLINE_EXCEEDED, errors.DeadlineExceeded),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, errors.LimitExceeded),
        (grpc.StatusCode.UNIMPLEMENTED, errors.FailedPrecondition),
        (grpc.StatusCode.INTERNAL, errors.NarError),
    ],
)
def test_a_bare_status_becomes_the_class_of_its_code(code: grpc.StatusCode, kind: type[errors.NarError]) -> None:
    error = grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(), details="from elsewhere")
    found = from_rpc_error(error)
    assert type(found) is kind
    assert str(found) == "from elsewhere"


def test_damaged_details_fall_back_to_the_code() -> None:
    trailing = grpc.aio.Metadata(("grpc-status-details-bin", b"\xff\xff"))
    error = grpc.aio.AioRpcError(grpc.StatusCode.NOT_FOUND, grpc.aio.Metadata(), trailing, details="gone")
    assert type(from_rpc_error(error)) is errors.NotFound


def test_details_of_a_foreign_domain_name_no_class_of_ours() -> None:
    status = status_pb2.Status(code=grpc.StatusCode.NOT_FOUND.value[0], message="x")
    status.details.add().Pack(error_details_pb2.ErrorInfo(reason="UnknownModel", domain="example.org"))
    assert type(from_status(status)) is errors.NotFound


def test_long_messages_fit_into_headers() -> None:
    error = errors.InvalidInput("ü" * 100_000, "filter")
    assert code_of(error) is grpc.StatusCode.INVALID_ARGUMENT
    assert to_status(error).ByteSize() < 8_000
