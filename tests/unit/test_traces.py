"""When traces are not exported, and what that leaves undone."""

from __future__ import annotations

import sys

import pytest
from opentelemetry import trace
from structlog.testing import capture_logs

from backcloth.api.request_span import request_span
from backcloth.cli.traces import export_traces
from backcloth.jobs import spans

COLLECTOR = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}


@pytest.fixture(autouse=True)
def untraced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the environment of the tests says."""
    for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_SDK_DISABLED"):
        monkeypatch.delenv(name, raising=False)


def started(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> list[str]:
    """The reasons that the log has after a start in that environment; nothing is exported after it."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with capture_logs() as logged:
        export_traces("a")()
    assert not spans.exported()
    assert {line["event"] for line in logged} <= {"traces_not_exported"}
    return [line["reason"] for line in logged]


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"OTEL_SERVICE_NAME": "pictures"},
        {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": ""},
        COLLECTOR | {"OTEL_SDK_DISABLED": "true"},
        COLLECTOR | {"OTEL_TRACES_EXPORTER": "none"},
    ],
)
def test_unless_asked_for_nothing_is_exported(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    """Only where a collector is named, and nobody said that traces should not go there."""
    assert started(monkeypatch, environment) == []


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        (COLLECTOR | {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "grpc"),
        (COLLECTOR | {"OTEL_BSP_MAX_QUEUE_SIZE": "0"}, "max_queue_size"),
    ],
)
def test_what_keeps_traces_back_is_logged(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], named: str
) -> None:
    """The start goes on, and whoever wonders where they are finds the reason."""
    (reason,) = started(monkeypatch, environment)
    assert named in reason


def test_a_missing_extra_is_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the command that installs it."""
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    (reason,) = started(monkeypatch, COLLECTOR)
    assert "backcloth[otel]" in reason


def test_a_trace_that_nobody_collects_is_not_gone_on_with() -> None:
    """A job that is accepted without a collector belongs to no trace, whatever its request says."""
    headers = [(b"traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    with request_span({"method": "POST", "headers": headers}, "a") as span:
        assert span is trace.INVALID_SPAN
        assert spans.carrier() is None
