"""Spans of OpenTelemetry, by which a job can be followed through the processes that have a hand in it.

Nothing collects them unless cli/traces.py was told to; until then they are the API's own, which hold nothing.
Of a fault a span says no more than its class: a message may quote a prompt, or the URL of a picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

import backcloth
from backcloth.domain.job import Job

Attributes = Mapping[str, AttributeValue]

_tracer = trace.get_tracer("backcloth", backcloth.__version__)
_w3c = TraceContextTextMapPropagator()


def exported() -> bool:
    """Whether anybody collects spans in this process."""
    return not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)


def carrier() -> dict[str, str] | None:
    """The current span as another process can go on from it: W3C's `traceparent`, and `tracestate` if any."""
    carried: dict[str, str] = {}
    _w3c.inject(carried)
    return carried or None


def describe(attributes: Attributes) -> None:
    """Says more of the current span."""
    trace.get_current_span().set_attributes(attributes)


def fail(span: Span, kind: str) -> None:
    """Marks a span as an error of that kind."""
    span.set_status(StatusCode.ERROR)
    span.set_attribute("error.type", kind)


@contextmanager
def span(
    name: str,
    attributes: Attributes,
    *,
    parent: Context | None = None,
    kind: SpanKind = SpanKind.INTERNAL,
) -> Iterator[Span]:
    """A span, an error where the block raises. Log lines within it carry its `trace_id`.

    Args:
        name: One of few: what is particular belongs into the attributes.
        attributes: What is known at its begin.
        parent: What it belongs to; None is the current span.
        kind: Its role between processes.
    """
    with _tracer.start_as_current_span(
        name,
        parent,
        kind,
        attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as begun:
        known = {"trace_id": trace.format_trace_id(begun.get_span_context().trace_id)}
        with structlog.contextvars.bound_contextvars(**known if begun.is_recording() else {}):
            try:
                yield begun
            except Exception as fault:
                fail(begun, type(fault).__name__)
                raise


@contextmanager
def of_job(job: Job | None, name: str, kind: SpanKind, attributes: Attributes) -> Iterator[Span]:
    """A span of the trace that began with the request that the job was accepted from.

    Args:
        job: Whose; None where spans are not exported.
        name: Of the span.
        kind: Of the span.
        attributes: Of the span, beside those that name the job.
    """
    if job is None:
        yield trace.INVALID_SPAN
        return
    whose = {"backcloth.request_id": job.id, "backcloth.organisation": job.organisation}
    with span(name, {**whose, **attributes}, parent=_w3c.extract(job.trace or {}), kind=kind) as begun:
        yield begun


@contextmanager
def stage(name: str) -> Iterator[None]:
    """The span of one of the pipeline's stages."""
    with span(name, {"backcloth.stage": name}):
        yield
