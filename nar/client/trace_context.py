"""The trace of the program that calls: passed on, with a span for the call, where the program uses OpenTelemetry.

The client does not import it: who uses it has imported it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nar.security.bearer import Metadata

_MODULE = "opentelemetry.trace"


@contextmanager
def call_span(path: str) -> Iterator[Metadata]:
    """A span for a call of the method at `path`; gives the metadata that make it the parent of the server's span."""
    trace = sys.modules.get(_MODULE)
    if trace is None:
        yield ()
        return
    tracer = trace.get_tracer("nar")
    with tracer.start_as_current_span(path[1:], kind=trace.SpanKind.CLIENT, attributes={"rpc.system": "grpc"}) as span:
        yield _metadata(span)


def current_trace() -> Metadata:
    """The metadata that make the current span the parent of the server's, for a stream that may outlive a block."""
    trace = sys.modules.get(_MODULE)
    return () if trace is None else _metadata(trace.get_current_span())


def _metadata(span: Any) -> Metadata:
    context = span.get_span_context()
    if not context.is_valid:
        return ()
    return (("traceparent", f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"),)
