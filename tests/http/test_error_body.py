"""The one error body, on every route and for every code."""

from __future__ import annotations

import base64
import shutil
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from PIL import Image

from harness.answers import accepted, failure, finished, refusal
from harness.pictures import encoded
from harness.quick_job import quick_job, quick_picture, token_of
from harness.raw_http import SUBMIT, Connection
from harness.service_process import ServiceProcess
from harness.site import Page, Site

NO_ID = "0" * 32
PER_MINUTE = 6
ROUTES = {
    SUBMIT: {"POST"},
    "/replace_background": {"POST"},
    f"/v2/status/{NO_ID}": {"DELETE", "GET"},
    f"/v2/status/{NO_ID}/notes": {"GET"},
    f"/v2/status/{NO_ID}/events": {"GET"},
    f"/files/results/{NO_ID}.png": {"GET", "HEAD"},
    "/health/live": {"GET", "HEAD"},
    "/health/ready": {"GET", "HEAD"},
    "/metrics": {"GET"},
    "/openapi.json": {"GET", "HEAD"},
    "/docs": {"GET"},
    "/": {"GET"},
    "/web/app.js": {"GET"},
}
WITH_TOKEN = [(method, path) for path in list(ROUTES)[:5] for method in sorted(ROUTES[path])]
UNKNOWN = [
    *("/nope", "/v2", "/v1/background/replace", "/health", "/files", "/files/", "/web/", "/web/nope", "//"),
    *(f"{SUBMIT}/", "/v2/status", "/v2/status/", f"/v2/status/{NO_ID}/", "/docs/", "/metrics/"),
    "/web/..%2Fpage.py",
]
METHODS = ("DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT")

NO_BOOLEAN = [1, 0, 1.0, "true", [True], {"a": 1}]
NO_TEXT = [5, 0.5, True, [1], {"a": 1}]
WRONG: dict[str, list[Any]] = {
    "image": [*NO_TEXT, None, "", [], "not base64!", "aGVsbG8", "%%%%", "data:image/png,hello", "http://"],
    "prompt": [*NO_TEXT, "x" * 4001],
    "ref_images": [5, True, {"a": 1}, [5], [None], ["not base64!"], "not base64!", "ftp://host/a.png"],
    "negative_prompt": [*NO_TEXT, "x" * 4001],
    "mode": [*NO_TEXT, "slow", "FAST"],
    "seed": [-1, 2**63, 1.0, 1.5, "7", True, False, [1], {"a": 1}],
    "webhook_url": [*NO_TEXT, "example.org", "ftp://example.org/", "http://user:secret@example.org/"],
    "enhance_ref_images": NO_BOOLEAN,
    "refine_prompt": NO_BOOLEAN,
    "prompt_content_moderation": NO_BOOLEAN,
    "visual_input_content_moderation": NO_BOOLEAN,
    "visual_output_content_moderation": NO_BOOLEAN,
    "original_quality": NO_BOOLEAN,
    "force_background_detection": NO_BOOLEAN,
    "sync": NO_BOOLEAN,
    "fast": NO_BOOLEAN,
}
NO_PICTURES = {
    "a GIF": encoded(Image.new("RGB", (8, 8)), "GIF"),
    "a BMP": encoded(Image.new("RGB", (8, 8)), "BMP"),
    "a TIFF": encoded(Image.new("RGB", (8, 8)), "TIFF"),
    "an SVG": b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>',
    "a PDF": b"%PDF-1.7\n%%EOF\n",
    "HTML": b"<!doctype html><title>a picture</title>",
    "text": b"just some text",
    "nothing": b"",
}


def base64_of(data: bytes) -> str:
    """As a request carries it."""
    return base64.b64encode(data).decode()


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header claims this size."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(64))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


BODY = quick_job()


@pytest.fixture(scope="module")
def tight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """A service with small limits."""
    limits = {
        "BODY_MAX_BYTES": "100000",
        "BODY_DRAIN_BYTES": "400000",
        "BODY_IN_FLIGHT_BYTES": "120000",
        "BODY_TIMEOUT_S": "1",
        "JOB_MAX_OPEN": "1",
        "IMAGE_MAX_REFERENCES": "2",
    }
    environment = {f"BACKCLOTH_{name}": value for name, value in limits.items()}
    running = ServiceProcess(tmp_path_factory.mktemp("tight"), environment).start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """A service that may not dial loopback, takes six jobs a minute, and whose store breaks in a test."""
    environment = {"BACKCLOTH_FETCH_ALLOW": "", "BACKCLOTH_LIMIT_SUBMITS_PER_MINUTE": str(PER_MINUTE)}
    running = ServiceProcess(tmp_path_factory.mktemp("guarded"), environment).start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """Somebody else's web server."""
    pages = {
        "/moved": Page(status=302, location="/gone"),
        "/gone": Page(status=410),
        "/broken": Page(b"sorry", 500),
        "/forbidden": Page(b"no", 403),
        "/loop": Page(status=302, location="/loop"),
        "/page.png": Page(NO_PICTURES["HTML"]),
        "/picture.gif": Page(NO_PICTURES["a GIF"], media_type="image/gif"),
        "/bomb.png": Page(png_claiming(60_000, 60_000)),
    }
    with Site(pages) as running:
        yield running


def send(service: ServiceProcess, method: str, path: str, **options: Any) -> httpx.Response:
    """A request with the token, unless other headers are given."""
    options.setdefault("headers", {"api_token": service.token})
    return httpx.request(method, service.url + path, timeout=30, **options)


# 400: what can be seen in the request


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"nonsense", b'{"image": NaN}', b"\xff\xfe", b'"text"', b"[]", b"5", b"null", b"[" * 9999],
)
def test_a_body_that_is_no_json_object_is_400(service: ServiceProcess, body: bytes) -> None:
    """Malformed JSON, and JSON that is no object."""
    refusal(send(service, "POST", SUBMIT, content=body), 400, "body")


@pytest.mark.parametrize(("field", "value"), [(name, value) for name in WRONG for value in WRONG[name]])
def test_a_wrong_value_is_400_and_names_its_field(service: ServiceProcess, field: str, value: Any) -> None:
    """A missing image, a wrong type, a value out of range: each names the field."""
    body = {**BODY, field: value}
    if field == "ref_images":
        del body["prompt"]
    refusal(service.post(body), 400, field)


@pytest.mark.parametrize("extra", [{"ref_images": [BODY["image"]]}, {"prompt": None}, {"prompt": " \n"}])
def test_exactly_one_of_prompt_and_ref_images(service: ServiceProcess, extra: dict[str, Any]) -> None:
    """Both and neither are 400."""
    refusal(service.post({**BODY, **extra}), 400, "prompt", "ref_images")


@pytest.mark.parametrize("fast", [{"fast": True}, {"mode": "fast"}, {"mode": "fast", "fast": False}])
def test_a_negative_prompt_in_fast_mode_is_400(service: ServiceProcess, fast: dict[str, Any]) -> None:
    """An explicit fast mode has no negative prompt, and the answer says what to do."""
    refusal(service.post({**BODY, **fast, "negative_prompt": "people"}), 400, "negative_prompt", "fast")


# 401 and 403


@pytest.mark.parametrize(("method", "path"), WITH_TOKEN)
@pytest.mark.parametrize("token", [None, "", "unknown", "é".encode("latin-1"), b"Bearer", b"a\tb"])
def test_a_missing_or_unknown_token_is_401(
    service: ServiceProcess, method: str, path: str, token: str | bytes | None
) -> None:
    """On every route that wants one, whatever the rest of the request is."""
    headers = {} if token is None else {"api_token": token}
    refusal(send(service, method, path, headers=headers), 401, "api_token")


def test_a_revoked_token_is_403(service: ServiceProcess) -> None:
    """From the moment the command line revokes it, on every route that wants one."""

    def tokens(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "backcloth", "tokens", *arguments]
        options = ["--data-dir", str(service.data_dir / "data")]
        return subprocess.run([*command, *options], capture_output=True, check=True, text=True)

    made = tokens("create", "--organisation", "revoked")
    token, token_id = made.stdout.strip(), made.stderr.removeprefix("id ").partition(";")[0]
    assert service.status(NO_ID, token=token).status_code == 404
    tokens("revoke", token_id)
    for method, path in WITH_TOKEN:
        refusal(send(service, method, path, headers={"api_token": token}), 403, "api_token")


# 404 and 405


@pytest.mark.parametrize("path", UNKNOWN)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_route_is_404(service: ServiceProcess, method: str, path: str) -> None:
    """A trailing slash makes another route, and never a redirect."""
    answer = send(service, method, path)
    if answer.status_code == 405:
        assert method == "POST"
        refusal(answer, 405)
    else:
        refusal(answer, 404)


@pytest.mark.parametrize(
    ("method", "path"),
    [(method, path) for path, known in ROUTES.items() for method in METHODS if method not in known],
)
def test_a_method_that_a_route_does_not_answer_is_405(
    service: ServiceProcess, method: str, path: str
) -> None:
    """On every route, and `Allow` lists those it answers, all of them (RFC 9110, 15.5.6)."""
    answer = send(service, method, path)
    refusal(answer, 405)
    assert set(answer.headers["allow"].split(", ")) == ROUTES[path]


# 413: bodies


def test_a_declared_body_over_the_cap_is_413_before_it_is_read(tight: ServiceProcess) -> None:
    """The answer comes while the body is still to be sent."""
    with Connection(tight.url) as connection:
        connection.head(api_token=tight.token, content_type="application/json", content_length="300000")
        refusal(connection.answer(), 413, "100000")


def test_a_client_waiting_for_100_continue_gets_the_413_instead(tight: ServiceProcess) -> None:
    """As curl asks before it sends a large body."""
    with Connection(tight.url) as connection:
        connection.head(api_token=tight.token, content_length="300000", expect="100-continue")
        refusal(connection.answer(), 413)


def test_a_chunked_body_over_the_cap_is_413(tight: ServiceProcess) -> None:
    """It is counted while it is read, and the rest is drained."""
    with Connection(tight.url) as connection:
        connection.head(api_token=tight.token, content_type="application/json", transfer_encoding="chunked")
        for _ in range(5):
            connection.chunk(b" " * 50_000)
        connection.chunk(b"")
        refusal(connection.answer(), 413, "100000")


@pytest.mark.parametrize("size", [100_001, 390_000])
def test_a_client_that_writes_before_it_reads_gets_the_413(tight: ServiceProcess, size: int) -> None:
    """Up to the drain limit the body is read to its end, so that the answer is not lost in a reset."""
    with Connection(tight.url) as connection:
        connection.head(api_token=tight.token, content_length=str(size))
        connection.send(b" " * size)
        refusal(connection.answer(), 413)
        assert connection.closed()
    refusal(send(tight, "POST", SUBMIT, content=b" " * size), 413)


def test_a_body_far_over_the_drain_limit_is_cut_off(tight: ServiceProcess) -> None:
    """Nobody can keep the service reading."""
    with Connection(tight.url) as connection:
        connection.head(api_token=tight.token, content_length=str(100_000_000))
        with pytest.raises(ConnectionError):
            connection.send(b" " * 100_000_000)


def test_a_body_at_the_cap_is_read(tight: ServiceProcess) -> None:
    """The cap itself is allowed."""
    refusal(send(tight, "POST", SUBMIT, content=b" " * 100_000), 400)


def test_too_many_references_are_413(tight: ServiceProcess) -> None:
    """More pictures than the setting allows."""
    tiny = base64_of(encoded(Image.new("RGB", (2, 2))))
    refusal(tight.post({**BODY, "prompt": None, "ref_images": [tiny] * 3}), 413, "ref_images")


# 408, 415, 416, 422, 429


@pytest.mark.parametrize("headers", [{"content_length": "5000"}, {"transfer_encoding": "chunked"}])
def test_a_slow_body_is_408(tight: ServiceProcess, headers: dict[str, str]) -> None:
    """A body that does not arrive in time."""
    with Connection(tight.url) as connection:
        connection.head(api_token=tight.token, content_type="application/json", **headers)
        refusal(connection.answer(), 408)


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "image/png"],
)
def test_a_body_of_another_type_is_415(service: ServiceProcess, media_type: str) -> None:
    """Only JSON is read."""
    headers = {"api_token": service.token, "content-type": media_type}
    refusal(send(service, "POST", SUBMIT, content=b"{}", headers=headers), 415, "application/json")


@pytest.mark.parametrize("kind", NO_PICTURES)
@pytest.mark.parametrize("prefix", ["", "data:image/png;base64,"])
def test_an_inline_file_that_is_no_picture_is_415(service: ServiceProcess, kind: str, prefix: str) -> None:
    """Its bytes decide, not what it is called; each parameter is named."""
    text = prefix + base64_of(NO_PICTURES[kind])
    if text:
        refusal(service.post({**BODY, "image": text}), 415, "image:")
        references = [BODY["image"], text]
        refusal(service.post({**BODY, "prompt": None, "ref_images": references}), 415, "ref_images[1]")


def test_a_range_behind_the_end_is_416(service: ServiceProcess) -> None:
    """With the size, so that the client can mend its request."""
    result = finished(service.post({**BODY, "sync": True}))
    answer = httpx.get(result["image_url"], headers={"range": "bytes=999999999-"})
    refusal(answer, 416)
    size = len(httpx.get(result["image_url"]).content)
    assert answer.headers["content-range"] == f"bytes */{size}"


@pytest.mark.parametrize("sync", [True, False])
def test_a_harmful_prompt_is_422_at_submit(service: ServiceProcess, sync: bool) -> None:
    """Before anything is accepted, also for an async request; the parameter is named."""
    body = {**BODY, "prompt": "naked woman on a bed", "sync": sync}
    refusal(service.post(body), 422, "prompt")
    accepted(service.post({**body, "sync": False, "prompt_content_moderation": False}), service.url)


def test_a_job_too_many_within_a_minute_is_429(guarded: ServiceProcess) -> None:
    """Each organisation has its own count, and Retry-After says in whole seconds when to come back."""
    token = token_of(guarded, "eager")
    answers = [guarded.post({}, token=token) for _ in range(PER_MINUTE + 1)]
    assert [answer.status_code for answer in answers] == [400] * PER_MINUTE + [429]
    refusal(answers[-1], 429)
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    for left, answer in zip([*range(PER_MINUTE - 1, -1, -1), 0], answers, strict=True):
        assert answer.headers["ratelimit-limit"] == str(PER_MINUTE)
        assert answer.headers["ratelimit-remaining"] == str(left)
        assert 0 <= int(answer.headers["ratelimit-reset"]) <= 60
    assert guarded.post({}).status_code == 400


# What only the job finds out: the same code at once to a sync caller, and in the status


def both_ways(service: ServiceProcess, body: dict[str, Any], status: int, *names: str) -> None:
    """Sends the request sync and async and asserts the same failure."""
    details = refusal(service.post({**body, "sync": True}), status, *names)
    request_id = accepted(service.post(body), service.url)
    ended = service.finished(request_id)
    assert set(ended) == {"request_id", "status", "error"}
    assert ended["status"] == "ERROR"
    assert failure(ended["error"], status, *names) == details


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_a_picture_cut_short_is_400(service: ServiceProcess, keep: float) -> None:
    """Nothing is made of half a picture."""
    whole = quick_picture()
    both_ways(service, {**BODY, "image": base64_of(whole[: int(len(whole) * keep)])}, 400, "image:")


def test_a_picture_without_a_subject_is_400(service: ServiceProcess) -> None:
    """An even grey gives no empty picture but a sentence, and it is no moderation code."""
    flat = base64_of(encoded(Image.new("RGB", (160, 120), "#808080")))
    both_ways(service, {**BODY, "image": flat}, 400, "image", "subject")


@pytest.mark.parametrize("path", ["/missing.png", "/gone", "/moved"])
def test_a_picture_url_that_answers_404_or_410_is_404(service: ServiceProcess, site: Site, path: str) -> None:
    """Also after a redirect."""
    both_ways(service, {**BODY, "image": site.url(path)}, 404, "image:")


def test_a_missing_reference_is_named(service: ServiceProcess, site: Site) -> None:
    """By its place in the list."""
    references = [BODY["image"], site.url("/missing.png")]
    both_ways(service, {**BODY, "prompt": None, "ref_images": references}, 404, "ref_images[1]")


def test_a_picture_with_too_many_pixels_is_413(service: ServiceProcess, site: Site) -> None:
    """The header decides, before a pixel is decoded; inline and from a URL."""
    both_ways(service, {**BODY, "image": base64_of(png_claiming(60_000, 60_000))}, 413, "image:")
    both_ways(service, {**BODY, "image": site.url("/bomb.png")}, 413, "image:")


@pytest.mark.parametrize("path", ["/page.png", "/picture.gif"])
def test_a_url_that_gives_no_picture_is_415(service: ServiceProcess, site: Site, path: str) -> None:
    """Whatever its name and type claim."""
    both_ways(service, {**BODY, "image": site.url(path)}, 415, "image:")


@pytest.mark.parametrize("path", ["/broken", "/forbidden", "/loop"])
def test_a_picture_that_its_server_does_not_give_is_460(
    service: ServiceProcess, site: Site, path: str
) -> None:
    """A fault or a refusal of the other server, or redirects without end."""
    both_ways(service, {**BODY, "image": site.url(path)}, 460, "image:")


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/a.png", "http://nobody.invalid/a.png"])
def test_a_picture_that_cannot_be_reached_is_460(service: ServiceProcess, url: str) -> None:
    """A refused connection and an unknown name."""
    both_ways(service, {**BODY, "image": url}, 460, "image:")


def test_a_picture_at_a_private_address_is_460_and_tells_nothing(guarded: ServiceProcess, site: Site) -> None:
    """The same text for a port that answers and for one that does not."""
    urls = [site.url("/page.png"), "http://127.0.0.1:9/", "http://169.254.169.254/latest/meta-data/"]
    told = {refusal(guarded.post({**BODY, "image": url, "sync": True}), 460, "image:") for url in urls}
    assert len(told) == 1


# 503 and 500


def test_a_check_that_cannot_run_is_503(service: ServiceProcess) -> None:
    """No check that was asked for is passed over in silence."""
    flag = "visual_output_content_moderation"
    refusal(service.post({**BODY, flag: True}), 503, flag)


def test_a_job_more_than_may_be_open_is_503(tight: ServiceProcess) -> None:
    """With a Retry-After; once the open one ends, the next is taken."""
    gate = threading.Event()
    with Site({"/slow.png": Page(quick_picture(), gate=gate)}) as slow:
        request_id = accepted(tight.post({**BODY, "image": slow.url("/slow.png")}), tight.url)
        try:
            answer = tight.post(BODY)
            refusal(answer, 503)
            assert int(answer.headers["retry-after"]) > 0
        finally:
            gate.set()
        tight.finished(request_id)
    finished(tight.post({**BODY, "sync": True}))


def test_more_body_bytes_than_may_be_in_flight_are_503(tight: ServiceProcess) -> None:
    """Bodies that are being read together are capped, and given back when they end."""
    with Connection(tight.url) as first:
        first.head(
            api_token=tight.token,
            content_type="application/json",
            content_length="90000",
            expect="100-continue",
        )
        assert "100" in first.interim()
        answer = send(tight, "POST", SUBMIT, content=b" " * 90_000)
        refusal(answer, 503)
        assert int(answer.headers["retry-after"]) > 0
        first.send(b" " * 90_000)
        refusal(first.answer(), 400)
    refusal(send(tight, "POST", SUBMIT, content=b" " * 90_000), 400)


def test_strangers_cannot_hold_the_budget(tight: ServiceProcess) -> None:
    """Connections without a token that declare large bodies and never send them refuse nobody else."""
    with ExitStack() as open_connections:
        for _ in range(4):
            stranger = open_connections.enter_context(Connection(tight.url))
            stranger.head(content_type="application/json", content_length="90000")
        refusal(send(tight, "POST", SUBMIT, content=b" " * 90_000), 400)


def test_a_store_that_fails_is_a_503_that_tells_nothing(guarded: ServiceProcess) -> None:
    """An operator's fault is answered in the one body, logged, and seen by the readiness check."""
    pictures = guarded.data_dir / "data" / "pictures"
    shutil.rmtree(pictures)
    pictures.write_bytes(b"no folder any more")
    try:
        answer = guarded.post(BODY)
        refusal(answer, 503, "could not be stored")
        assert answer.headers["retry-after"] == "10"
        assert "data" not in answer.text
        assert answer.json()["request_id"] in guarded.log
        # The report may be two seconds old.
        deadline = time.monotonic() + 10
        while (ready := httpx.get(f"{guarded.url}/health/ready", timeout=30)).status_code == 200:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        assert ready.status_code == 503
        assert ready.json()["components"]["store"].startswith("failed")
    finally:
        pictures.unlink()
        pictures.mkdir()
