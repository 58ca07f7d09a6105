"""A collector of traces on loopback: it takes OTLP over HTTP, as OpenTelemetry's own messages have it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from harness.loopback import Loopback


@dataclass(frozen=True)
class Seen:
    """One span that was collected.

    Attributes:
        resource: What it says of the process it comes from.
        events: How many events it has, exceptions among them.
    """

    name: str
    trace_id: str
    span_id: str
    parent_id: str
    kind: str
    failed: bool
    attributes: dict[str, str]
    resource: dict[str, str]
    events: int


@dataclass
class Collector(Loopback):
    """Runs while the `with` block does.

    Attributes:
        gate: Unset, exports get no answer.
        bodies: Every export as it came.
    """

    gate: threading.Event = field(default_factory=threading.Event)
    bodies: list[bytes] = field(default_factory=list)

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """Takes the exports."""
        self.gate.set()
        return _handler(self)

    @property
    def environment(self) -> dict[str, str]:
        """What has a service export to it, and soon."""
        return {"OTEL_EXPORTER_OTLP_ENDPOINT": self.origin, "OTEL_BSP_SCHEDULE_DELAY": "100"}

    def spans(self) -> list[Seen]:
        """Every span so far."""
        exports = [ExportTraceServiceRequest.FromString(body) for body in list(self.bodies)]
        return [
            _seen(span, _read(resource.resource.attributes))
            for export in exports
            for resource in export.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def of_job(self, job_id: str, *, until: Callable[[list[Seen]], bool]) -> list[Seen]:
        """The spans of a job's traces, once they are what is waited for."""
        deadline = time.monotonic() + 20
        while True:
            seen = self.spans()
            traces = {span.trace_id for span in seen if span.attributes.get("backcloth.request_id") == job_id}
            found = [span for span in seen if span.trace_id in traces]
            if until(found) or time.monotonic() > deadline:
                return found
            time.sleep(0.05)


def _read(attributes: object) -> dict[str, str]:
    pairs: list[KeyValue] = list(attributes)  # type: ignore[call-overload]  # protobuf's container
    return {pair.key: pair.value.string_value or str(pair.value.int_value) for pair in pairs}


def _seen(span: Span, resource: dict[str, str]) -> Seen:
    return Seen(
        name=span.name,
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        kind=Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
        failed=span.status.code == Status.STATUS_CODE_ERROR,
        attributes=_read(span.attributes),
        resource=resource,
        events=len(span.events),
    )


def _handler(collector: Collector) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/v1/traces" and collector.gate.is_set():
                collector.bodies.append(body)
            collector.gate.wait(timeout=30)
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def handle(self) -> None:
            with suppress(ConnectionError):  # who exports may have left
                super().handle()

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # the base class's name
            """Says nothing."""

    return Handler
