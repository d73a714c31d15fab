"""Spans: what this process did, and for which trace. Where nobody collects them nothing of OpenTelemetry is imported.

They go out by OTLP over gRPC when OTEL_EXPORTER_OTLP_ENDPOINT is set; the other OTEL_* variables (sampler, headers,
resource) work as the SDK's documentation says.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum
from typing import TYPE_CHECKING

import structlog

from nar.errors import FailedPrecondition, NarError
from services.runtime.telemetry import TRACEPARENT, hide_secrets, log, trace_ids

if TYPE_CHECKING:
    from opentelemetry import trace as otel

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


class Kind(Enum):
    """Whose side of a step a span shows; named as OpenTelemetry names them."""

    SERVER = "SERVER"
    CLIENT = "CLIENT"
    CONSUMER = "CONSUMER"
    INTERNAL = "INTERNAL"


Attributes = Mapping[str, str | int | float]


class Span:
    """A step of a trace. `traceparent` is what the steps within it have as their parent."""

    def __init__(self, traceparent: str, recorded: otel.Span | None = None) -> None:
        self.traceparent = traceparent
        self._recorded = recorded

    @property
    def is_recorded(self) -> bool:
        """Whether somebody will see it."""
        return self._recorded is not None and self._recorded.is_recording()

    def set(self, name: str, value: str | float) -> None:
        """Adds an attribute."""
        if self._recorded is not None:
            self._recorded.set_attribute(name, value)

    def fail(self, reason: str) -> None:
        """Marks the step as failed."""
        if self._recorded is not None:
            from opentelemetry.trace import StatusCode

            self._recorded.set_status(StatusCode.ERROR, hide_secrets(reason))

    def end(self) -> None:
        """Ends the step; ends nothing the second time."""
        if self._recorded is not None and self.is_recorded:
            self._recorded.end()


class _Recorder:
    """The tracer of this process, once there is one."""

    tracer: otel.Tracer | None = None


def configure_spans(environment: Mapping[str, str] = os.environ) -> None:
    """Starts to record where an endpoint is set; the second time nothing happens.

    Raises:
        FailedPrecondition: one is set, and the extra `telemetry` is not installed.

    """
    endpoint = next((environment[name] for name in _ENDPOINTS if environment.get(name)), "")
    if not endpoint or _Recorder.tracer is not None:
        return
    try:
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise FailedPrecondition(
            f"{_ENDPOINTS[0]} is set, and {error.name} is not installed: pip install 'nar[telemetry]'"
        ) from error
    service = str(structlog.contextvars.get_contextvars().get("service", "nar"))
    names = {"service.namespace": "nar", "service.name": environment.get("OTEL_SERVICE_NAME") or service}
    # It sends what is left when the process ends.
    provider = TracerProvider(resource=Resource.create(names))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _Recorder.tracer = provider.get_tracer("nar")
    log.info("spans are exported", endpoint=endpoint)


def start(name: str, kind: Kind, parent: str, attributes: Attributes, links: Sequence[str] = ()) -> Span:
    """Starts a step below the one whose W3C trace context is `parent` ("" for a new trace); who starts it ends it."""
    tracer = _Recorder.tracer
    if tracer is None:
        return Span(parent)
    from opentelemetry import trace as otel
    from opentelemetry.context import Context

    context = _context(parent)
    recorded = tracer.start_span(
        name,
        otel.set_span_in_context(otel.NonRecordingSpan(context)) if context else Context(),
        otel.SpanKind[kind.value],
        attributes,
        [otel.Link(found) for found in map(_context, links) if found is not None],
    )
    own = recorded.get_span_context()
    return Span(f"00-{own.trace_id:032x}-{own.span_id:016x}-{int(own.trace_flags):02x}", recorded)


@contextmanager
def span(name: str, kind: Kind, parent: str, attributes: Attributes, links: Sequence[str] = ()) -> Iterator[Span]:
    """The same for a block, whose logs and calls belong to it; an error marks it as failed."""
    started = start(name, kind, parent, attributes, links)
    try:
        with structlog.contextvars.bound_contextvars(**trace_ids(started.traceparent)):
            yield started
    except NarError as error:
        started.fail(str(error))
        raise
    finally:
        started.end()


def rpc_attributes(method: str) -> Attributes:
    """The attributes of a call of `method`, such as "/nar.v1.SearchService/Search"."""
    service, _, name = method.lstrip("/").partition("/")
    return {"rpc.system": "grpc", "rpc.service": service, "rpc.method": name}


def _context(traceparent: str) -> otel.SpanContext | None:
    """The span that a W3C trace context names, None for a malformed one."""
    from opentelemetry import trace as otel

    found = TRACEPARENT.match(traceparent)
    if found is None:
        return None
    trace, parent, flags = (int(part, 16) for part in found.groups())
    return otel.SpanContext(trace, parent, is_remote=True, trace_flags=otel.TraceFlags(flags))
