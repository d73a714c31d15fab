"""Logs are one JSON object a line and carry ids; foreign ids are checked."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import structlog

from services.runtime.settings import ServiceSettings
from services.runtime.telemetry import configure_logs, request_context

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture(autouse=True)
def _restore_logs() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)
    structlog.contextvars.clear_contextvars()


def test_events_are_json_lines_with_service_and_context(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("extractor", ServiceSettings(log_level="info", log_format="json"))
    with structlog.contextvars.bound_contextvars(**request_context({"x-request-id": "r-1", "traceparent": TRACE})):
        structlog.get_logger().info("call", code="OK")
        structlog.get_logger().debug("not shown")
        try:
            raise ValueError("a\nreason")
        except ValueError:
            structlog.get_logger().exception("failed")
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (first["service"], first["event"], first["code"], first["level"]) == ("extractor", "call", "OK", "info")
    assert (first["request_id"], first["trace_id"]) == ("r-1", "4bf92f3577b34da6a3ce929d0e0e4736")
    assert "ValueError: a\nreason" in second["exception"]


@pytest.mark.parametrize("sent", [{}, {"x-request-id": 'x"\n{}'}, {"x-request-id": "x" * 129}])
def test_a_missing_or_odd_request_id_is_replaced(sent: dict[str, str]) -> None:
    made = request_context(sent)["request_id"]
    assert made.isalnum()
    assert made != request_context(sent)["request_id"]


@pytest.mark.parametrize("sent", ["", "00-xyz-1-01", TRACE + "-more", TRACE.upper()])
def test_a_malformed_trace_context_is_dropped(sent: str) -> None:
    assert set(request_context({"traceparent": sent})) == {"request_id"}


def test_passwords_and_tokens_in_foreign_texts_do_not_reach_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("search", ServiceSettings())
    reason = "redis://user:s3cret@host:1/0 and http://:s3cret@host refused; sent Authorization: Bearer s3cret"
    try:
        raise OSError(reason)
    except OSError:
        structlog.get_logger().exception("failed", reason=reason, url="redis://host:1/0")
    written = capsys.readouterr().err
    assert "s3cret" not in written
    assert "redis://user:***@host:1/0" in written
    assert json.loads(written)["url"] == "redis://host:1/0"
