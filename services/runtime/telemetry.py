"""Structured logs: one event a line on standard error, with the service's name and the request's ids."""

from __future__ import annotations

import logging
import re
import sys
import uuid
from collections.abc import Mapping, MutableMapping

import structlog

from services.runtime.settings import ServiceSettings

log: structlog.stdlib.BoundLogger = structlog.get_logger()
"""The logger of all services: `log.info("event", key=value)`."""

TRACEPARENT = re.compile(r"^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$")
"""A W3C trace context: version, trace, span, flags."""

_PASSWORD = re.compile(r"(://[^/\s:@]*):[^/\s@]+@")
_BEARER = re.compile(r"(?i)\b(bearer )\S+")
_REQUEST_ID = re.compile(r"^[A-Za-z0-9._\-]{1,128}$")


def configure_logs(service: str, settings: ServiceSettings) -> None:
    """Sets up structlog for this process as the settings say; every event carries `service`."""
    is_json = settings.log_format == "json"
    renderer: structlog.typing.Processor
    # Plain tracebacks: rich ones show local variables, and so secrets.
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    renderer = structlog.processors.JSONRenderer() if is_json else console
    exceptions = [structlog.processors.format_exc_info] if is_json else []
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *exceptions,
            _hide_secrets,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[settings.log_level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(service=service)


def _hide_secrets(logger: object, name: str, event: MutableMapping[str, object]) -> MutableMapping[str, object]:
    """Takes passwords out of URLs, and tokens: the texts of foreign errors may quote them."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = hide_secrets(value)
    return event


def hide_secrets(text: str) -> str:
    """`text` without the passwords of its URLs and without bearer tokens."""
    return _BEARER.sub(r"\1***", _PASSWORD.sub(r"\1:***@", text))


def request_context(metadata: Mapping[str, str]) -> dict[str, str]:
    """Ids of a request from its metadata: the caller's `x-request-id` (or a new one) and the W3C trace id, if any.

    What the caller sends is checked before it reaches the logs.
    """
    request_id = metadata.get("x-request-id", "")
    context = {"request_id": request_id if _REQUEST_ID.match(request_id) else uuid.uuid4().hex}
    return context | trace_ids(metadata.get("traceparent", ""))


def trace_ids(traceparent: str) -> dict[str, str]:
    """What the log says of a W3C trace context; nothing where it is malformed or empty."""
    found = TRACEPARENT.match(traceparent)
    if found is None:
        return {}
    return {"trace_id": found.group(1), "span_id": found.group(2), "traceparent": traceparent}


def current_traceparent() -> str:
    """The W3C trace context of the request in hand, "" where there is none."""
    return str(structlog.contextvars.get_contextvars().get("traceparent", ""))
