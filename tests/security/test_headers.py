"""What browsers are told: what may run, embed and read, and who may not."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from harness.answers import finished, refusal
from harness.plain import PLAIN
from harness.quick_job import quick_job
from harness.raw_http import SUBMIT
from harness.service_process import ServiceProcess
from harness.watchful import SHOP

NO_ID = "0" * 32
STRANGER = "https://stranger.example"
ANSWERS = [
    *(("GET", path) for path in ("/health/live", "/health/ready", "/metrics", "/openapi.json", "/nope", "/")),
    *(("GET", path) for path in ("/docs", "/web/app.js", "/static-offline-docs/swagger-ui.css")),
    *(("GET", path) for path in (f"/v2/status/{NO_ID}", "/files/results/a.png", "/../etc/passwd", "/%ff")),
    *(("POST", SUBMIT), ("DELETE", SUBMIT), ("OPTIONS", SUBMIT), ("HEAD", "/health/live"), ("PUT", "/")),
]
"""Requests whose answers come from every part of the service: routes, files, errors of every layer."""

PAGES = ("/", "/docs", "/web/app.js")
"""Those with the policy of the pages."""


def directives(answer: httpx.Response) -> dict[str, str]:
    """The content security policy, by directive."""
    policy = answer.headers["content-security-policy"]
    return {name: value for name, _, value in (part.strip().partition(" ") for part in policy.split(";"))}


@pytest.fixture(scope="module")
def client(service: ServiceProcess) -> Iterator[httpx.Client]:
    """A client without a token."""
    with httpx.Client(base_url=service.url, timeout=30) as opened:
        yield opened


@pytest.mark.parametrize(("method", "path"), ANSWERS)
def test_every_answer_is_guarded(client: httpx.Client, method: str, path: str) -> None:
    """Nothing is guessed at, framed or sent on as a referrer, and what names no source loads nothing."""
    answer = client.request(method, path)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    policy = directives(answer)
    for name in ("default-src", "frame-ancestors", "base-uri", "form-action"):
        assert policy[name] == "'none'", name


@pytest.mark.parametrize(("method", "path"), [each for each in ANSWERS if each[1] not in PAGES])
def test_only_the_pages_may_load_anything(client: httpx.Client, method: str, path: str) -> None:
    """Every other answer that a browser shows as a document can load and run nothing."""
    assert set(directives(client.request(method, path)).values()) == {"'none'"}


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_the_pages_run_only_their_own_scripts(client: httpx.Client, path: str) -> None:
    """No inline code, none from elsewhere, and none that is written at run time."""
    policy = directives(client.get(path))
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in str(policy)
    page = client.get(path).text.lower()
    assert "<script>" not in page
    assert "https://" not in page


@pytest.mark.parametrize("path", ["/health/ready", f"/v2/status/{NO_ID}", "/nope", "/openapi.json"])
def test_answers_are_not_kept(client: httpx.Client, path: str) -> None:
    """A cache on the way must not keep what one organisation was told."""
    assert client.get(path).headers["cache-control"] == "no-store"


def test_a_refused_body_is_guarded_too(service: ServiceProcess) -> None:
    """The outermost layer's own refusals come with the same headers."""
    with httpx.Client(base_url=service.url) as client:
        answer = client.post(SUBMIT, content=b" " * (33 * 1024 * 1024), headers={"api_token": service.token})
    refusal(answer, 413)
    assert directives(answer)["default-src"] == "'none'"
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_a_picture_may_be_embedded_and_does_nothing(service: ServiceProcess, client: httpx.Client) -> None:
    """Other sites show it; opened by itself it is a picture and no document that could do anything."""
    answer = client.get(finished(service.post(quick_job(sync=True)))["image_url"])
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert set(directives(answer).values()) == {"'none'"}
    assert answer.headers["cache-control"].startswith("private")


# Other origins


def preflight(
    service: ServiceProcess, origin: str, method: str = "POST", header: str = "api_token"
) -> httpx.Response:
    """What a browser asks before it sends a page's request with a token."""
    asked = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": header}
    return httpx.options(service.url + SUBMIT, headers={"Origin": origin, **asked}, verify=PLAIN)


@pytest.mark.parametrize("origin", [SHOP, STRANGER, "null"])
def test_other_origins_are_told_nothing_by_default(service: ServiceProcess, origin: str) -> None:
    """Neither a preflight nor a request is answered with a word of CORS: browsers keep it from the page."""
    refusal(preflight(service, origin), 405)
    for answer in (
        preflight(service, origin),
        httpx.get(
            f"{service.url}/v2/status/{NO_ID}",
            headers={"Origin": origin, "api_token": service.token},
            verify=PLAIN,
        ),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_named_origin_may_call_the_api(watchful: ServiceProcess) -> None:
    """With a token, and it may read the headers that the API has; cookies are never meant."""
    asked = preflight(watchful, SHOP, header="api_token, content-type")
    assert asked.status_code == 200
    assert asked.headers["access-control-allow-origin"] == SHOP
    assert "api_token" in asked.headers["access-control-allow-headers"]
    answer = httpx.get(
        f"{watchful.url}/v2/status/{NO_ID}",
        headers={"Origin": SHOP, "api_token": watchful.token},
        verify=PLAIN,
    )
    assert answer.status_code == 404
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert answer.headers["vary"] == "Origin"
    assert "Retry-After" in answer.headers["access-control-expose-headers"]
    assert "access-control-allow-credentials" not in {*asked.headers, *answer.headers}


def test_a_named_origin_reads_errors_too(watchful: ServiceProcess) -> None:
    """A page learns what was wrong with its request or its token."""
    answer = httpx.post(
        watchful.url + SUBMIT, headers={"Origin": SHOP, "api_token": watchful.token}, json={}, verify=PLAIN
    )
    refusal(answer, 400)
    assert answer.headers["access-control-allow-origin"] == SHOP


@pytest.mark.parametrize(
    "origin",
    [
        *(STRANGER, "null", "https://shop.example.evil.example", "https://evilshop.example", ""),
        *(
            "http://shop.example",
            "https://shop.example:8443",
            "https://www.shop.example",
            "HTTPS://SHOP.EXAMPLE",
        ),
    ],
)
def test_no_other_origin_may(watchful: ServiceProcess, origin: str) -> None:
    """Not even one that looks like it; the refused preflight has the one error body."""
    refusal(preflight(watchful, origin), 400, "origin")
    answer = httpx.get(f"{watchful.url}/health/live", headers={"Origin": origin}, verify=PLAIN)
    assert "access-control-allow-origin" not in answer.headers


def test_a_named_origin_may_not_do_everything(watchful: ServiceProcess) -> None:
    """Methods and headers that the API does not have are refused."""
    refusal(preflight(watchful, SHOP, method="PUT"), 400)
    refusal(preflight(watchful, SHOP, header="x-anything"), 400)
