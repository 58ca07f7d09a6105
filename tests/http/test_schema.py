"""The OpenAPI document and the service against each other: generated requests, well formed and not."""

from __future__ import annotations

from typing import Any

import hypothesis
import hypothesis.strategies
import schemathesis
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from harness.answers import failure
from harness.quick_job import quick_job
from harness.service_process import ServiceProcess

CHECKS = [
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]


def operations(service: ServiceProcess) -> list[Any]:
    """What the live service's document describes."""
    found = schemathesis.openapi.from_url(f"{service.url}/openapi.json").get_all_operations()
    return [result.ok() for result in found if isinstance(result, Ok)]


def test_requests_as_described_break_nothing(service: ServiceProcess) -> None:
    """Every answer is one the document names, in the form it gives, and none is a fault of ours."""
    described = operations(service)
    assert len(described) == 7
    for operation in described:
        explore(service, operation.as_strategy(generation_mode=GenerationMode.POSITIVE))


def test_requests_against_the_description_break_nothing(service: ServiceProcess) -> None:
    """The same of bodies that the document forbids; paths and queries are any text, so none can be wrong."""
    with_body = [operation for operation in operations(service) if operation.body]
    assert len(with_body) == 1
    for operation in with_body:
        explore(service, operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))


def test_described_requests_with_a_real_photo_break_nothing(service: ServiceProcess) -> None:
    """The same with a photo that can be worked on, so that jobs are accepted, run and answered."""
    [submit] = [operation for operation in operations(service) if operation.body]

    def with_photo(case: Any) -> Any:
        prompt = case.body.get("prompt") or "#336699"
        given = quick_job(prompt=prompt)
        dropped = ("ref_images", "webhook_url", "visual_input_content_moderation")
        case.body = {**case.body, **given, **dict.fromkeys(dropped)}
        return case

    cases = submit.as_strategy(generation_mode=GenerationMode.POSITIVE).map(with_photo)
    statuses = explore(service, cases)
    assert {200, 202} <= statuses


def explore(service: ServiceProcess, cases: hypothesis.strategies.SearchStrategy[Any]) -> set[int]:
    """Sends generated requests to one operation, judges the answers and gives back their statuses."""
    statuses = set()

    @hypothesis.settings(
        max_examples=25,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=cases)
    def judge(case: Any) -> None:
        response = case.call(headers={"api_token": service.token}, timeout=30)
        statuses.add(response.status_code)
        if response.status_code == 503:
            # Documented and no fault: the result was to be judged, and here nobody judges results.
            failure(response.json()["error"], 503, "_content_moderation", "no image moderator")
            case.validate_response(response, checks=CHECKS)
        else:
            case.validate_response(response, checks=[not_a_server_error, *CHECKS])

    judge()
    return statuses
