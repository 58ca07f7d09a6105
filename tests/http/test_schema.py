"""The OpenAPI document and the service against each other: generated requests, well formed and not.

`SCHEMA_EXAMPLES` is how many requests each operation gets; `make test-hard` asks for 2000.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import hypothesis
import hypothesis.strategies
import pytest
import schemathesis
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from harness.answers import failure
from harness.quick_job import quick_job
from harness.service_process import ServiceProcess

EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "15"))
NOT_DESCRIBED = "positive_data_acceptance"
"""The one check left out: no schema can say which texts are pictures, so most that it allows is refused."""

CHECKS = [
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]


def test_requests_as_described_break_nothing(service: ServiceProcess, tmp_path: Path) -> None:
    """Nor do requests against the description: wrong types and methods, left out tokens and fields.

    Every check that schemathesis has but one: answers are as documented, and what is wrong is refused.
    """
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{service.url}/openapi.json"]
    options = ["--checks=all", f"--exclude-checks={NOT_DESCRIBED}", f"--max-examples={EXAMPLES}"]
    plain = ["--generation-deterministic", "--no-color", "--header", f"api_token: {service.token}"]
    done = subprocess.run(
        [*command, *options, *plain], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "9 selected / 9 total" in done.stdout


def operations(service: ServiceProcess) -> list[Any]:
    """What the live service's document describes."""
    found = schemathesis.openapi.from_url(f"{service.url}/openapi.json").get_all_operations()
    return [result.ok() for result in found if isinstance(result, Ok)]


@pytest.mark.parametrize(("sync", "success"), [(True, 200), (False, 202)])
def test_described_requests_with_a_real_photo_break_nothing(
    service: ServiceProcess, sync: bool, success: int
) -> None:
    """The same with a photo that can be worked on, so that jobs are accepted, run and answered."""
    [submit] = [operation for operation in operations(service) if operation.body]

    def with_photo(case: Any) -> Any:
        prompt = case.body.get("prompt") or "#336699"
        given = quick_job(prompt=prompt, sync=sync)
        dropped = ("ref_images", "webhook_url", "visual_input_content_moderation")
        case.body = {**case.body, **given, **dict.fromkeys(dropped)}
        return case

    cases = submit.as_strategy(generation_mode=GenerationMode.POSITIVE).map(with_photo)
    statuses = explore(service, cases)
    assert success in statuses


def explore(service: ServiceProcess, cases: hypothesis.strategies.SearchStrategy[Any]) -> set[int]:
    """Sends generated requests to one operation, judges the answers and gives back their statuses."""
    statuses = set()

    @hypothesis.settings(
        max_examples=max(15, EXAMPLES // 20),  # each is a whole job
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
