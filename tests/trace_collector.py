"""A real OTLP collector on loopback that keeps what it is sent."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from opentelemetry.proto.trace.v1 import trace_pb2


@dataclass(frozen=True)
class Received:
    """A span as it came over the wire; ids in hexadecimal, as in a W3C trace context."""

    service: str
    name: str
    kind: str
    trace: str
    id: str
    parent: str
    links: tuple[str, ...]
    attributes: dict[str, Any]
    error: str = ""

    @classmethod
    def of(cls, service: str, span: trace_pb2.Span) -> Received:
        return cls(
            service,
            span.name,
            trace_pb2.Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
            span.trace_id.hex(),
            span.span_id.hex(),
            span.parent_span_id.hex(),
            tuple(link.span_id.hex() for link in span.links),
            {entry.key: getattr(entry.value, entry.value.WhichOneof("value")) for entry in span.attributes},
            span.status.message if span.status.code == trace_pb2.Status.STATUS_CODE_ERROR else "",
        )


@dataclass
class Collector(trace_service_pb2_grpc.TraceServiceServicer):
    """Its spans, in the order in which they came."""

    address: str = ""
    spans: list[Received] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """What makes a process send its spans here, soon."""
        return {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{self.address}", "OTEL_BSP_SCHEDULE_DELAY": "50"}

    def Export(self, request: trace_service_pb2.ExportTraceServiceRequest, context: Any) -> Any:
        for resource in request.resource_spans:
            names = {entry.key: entry.value.string_value for entry in resource.resource.attributes}
            for scope in resource.scope_spans:
                self.spans.extend(Received.of(names["service.name"], span) for span in scope.spans)
        return trace_service_pb2.ExportTraceServiceResponse()

    def named(self, name: str, **attributes: Any) -> list[Received]:
        """Spans of a name, with these attributes ("nar_item" for "nar.item")."""
        wanted = {key.replace("_", "."): value for key, value in attributes.items()}
        return [span for span in list(self.spans) if span.name == name and wanted.items() <= span.attributes.items()]

    def wait(self, condition: Callable[[], bool], seconds: float = 30) -> None:
        """Waits for spans that are still on their way."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"came: {sorted(span.name for span in self.spans)}"
            time.sleep(0.05)


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector while it lasts."""
    collector = Collector()
    server = grpc.server(ThreadPoolExecutor(2))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(collector, server)
    collector.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    yield collector
    server.stop(0).wait()
