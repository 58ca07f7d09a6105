"""Traces for a collector, where OpenTelemetry's own variables name one."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog
from opentelemetry import trace

import backcloth
from backcloth.jobs.spans import Attributes

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

_log = structlog.get_logger(__name__)

_END_S = 5
"""What the last spans get to be sent when the process leaves."""


def export_traces(executor_id: str) -> Callable[[], None]:
    """Has spans exported from now on, in the background, where the environment names a collector.

    What keeps them from being exported is a line in the log and no more: the variables are often set for all
    programs of a machine, and none should stop because nobody can look at it.

    Args:
        executor_id: How this process is named among the others.

    Returns:
        What exports the spans that are left, for a few seconds at most.
    """
    if not _wanted():
        return _nothing
    try:
        provider = _provider(executor_id)
    except ImportError:
        _log.warning("traces_not_exported", reason="they need pip install 'backcloth[otel]'")
        return _nothing
    except ValueError as problem:
        _log.warning("traces_not_exported", reason=str(problem))
        return _nothing
    trace.set_tracer_provider(provider)

    def end() -> None:
        # The SDK would wait for as long as the collector takes to answer.
        last = threading.Thread(target=provider.shutdown, name="traces", daemon=True)
        last.start()
        last.join(_END_S)

    return end


def _provider(executor_id: str) -> TracerProvider:
    """The SDK at work: it queues up to 2048 spans for a collector that does not answer, and drops the rest.

    Raises:
        ImportError: the extra is not installed.
        ValueError: what the environment says of it makes no sense.
    """
    if (protocol := _of("PROTOCOL")) not in {"", "http/protobuf"}:
        raise ValueError(f"the protocol has to be http/protobuf, not {protocol}")
    # A tenth of a CPU second and 4 MiB, for those who want them.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    ours: Attributes = {
        "service.name": "backcloth",
        "service.version": backcloth.__version__,
        "service.instance.id": executor_id,
        "process.pid": os.getpid(),
    }
    # What the environment says of the process counts more than what we do.
    resource = Resource.create(ours).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def _of(name: str) -> str:
    """A variable of the exporter: for traces, or else for all that is exported."""
    of_all = os.environ.get(f"OTEL_EXPORTER_OTLP_{name}", "")
    return os.environ.get(f"OTEL_EXPORTER_OTLP_TRACES_{name}") or of_all


def _wanted() -> bool:
    disabled = os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    return bool(_of("ENDPOINT")) and not disabled and os.environ.get("OTEL_TRACES_EXPORTER") != "none"


def _nothing() -> None:
    """There is nothing to export."""
