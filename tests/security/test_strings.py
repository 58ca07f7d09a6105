"""Strings that break programs, in every field that takes one: never a fault, and never sent back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from harness.answers import REQUEST_ID, accepted, finished, refusal
from harness.naughty import HARD, naughty_strings
from harness.quick_job import quick_job
from harness.raw_http import SUBMIT
from harness.service_process import ServiceProcess

STRINGS = naughty_strings()
NOWHERE = "http://127.0.0.1:9/a.png"
"""A picture that is not there, so that a job which is accepted ends before any of the work."""

EXPECTED = {
    "image": {202, 400, 415},
    "ref_images": {202, 400, 415},
    "prompt": {202, 400, 422},
    "negative_prompt": {202, 400, 422},
    "webhook_url": {202, 400},
    "mode": {202, 400},
    "placement": {202, 400},
    "shadow": {202, 400},
    "seed": {202, 400},
    "sync": {202, 400},
}
"""Each field, and the statuses that a string in it may get."""

SAYS_SOMETHING = 8
"""Characters; shorter strings, such as `true`, can stand in a sentence by chance."""

LATE = {202, 400, 404, 413, 415, 422, 460}
"""What a job may end in that was accepted."""


@pytest.fixture(scope="module")
def client(service: ServiceProcess) -> Iterator[httpx.Client]:
    """A client with the token."""
    with httpx.Client(base_url=service.url, headers={"api_token": service.token}, timeout=60) as opened:
        yield opened


def request(field: str, text: str) -> dict[str, Any]:
    """A request with a string in one field; the rest of it is fine."""
    body: dict[str, Any] = {"image": NOWHERE, "prompt": "#336699", field: text}
    if field == "negative_prompt":
        body |= {"prompt": "a beach", "mode": "base"}
    if field == "ref_images":
        body |= {"prompt": None, "ref_images": [NOWHERE, text]}
    return body


@pytest.mark.parametrize("field", EXPECTED)
def test_a_string_in_a_field_is_taken_or_refused(
    client: httpx.Client, service: ServiceProcess, field: str
) -> None:
    """By a status that the field has, in the one body, which says no word of the string's own."""
    for text in STRINGS:
        answer = client.post(SUBMIT, json=request(field, text))
        assert answer.status_code in EXPECTED[field], (text, answer.text)
        if answer.status_code == 202:
            accepted(answer, service.url)
        else:
            details = refusal(answer, answer.status_code, field)
            assert len(text) < SAYS_SOMETHING or text not in details


def test_accepted_strings_end_their_jobs(client: httpx.Client) -> None:
    """A picture is drawn for some of every kind, or the reason why not is given."""
    for text in STRINGS if HARD else STRINGS[::4]:
        answer = client.post(SUBMIT, json=quick_job(prompt=f"a table {text}"[:4000], sync=True, mode="fast"))
        if answer.status_code == 200:
            finished(answer)
        else:
            refusal(answer, answer.status_code)
            assert answer.status_code in LATE, text


def test_a_string_as_a_token_is_unknown(service: ServiceProcess) -> None:
    """As far as a header can carry it, in either header, and never repeated."""
    with httpx.Client(base_url=service.url, timeout=60) as client:
        for text in STRINGS:
            header = text.encode()[:4000]
            for name, value in ((b"api_token", header), (b"authorization", b"Bearer " + header)):
                try:
                    answer = client.get(f"/v2/status/{'0' * 32}", headers={name: value})
                except httpx.LocalProtocolError:
                    continue  # no client can send it
                if answer.headers["content-type"].startswith("text/plain"):
                    # The HTTP parser itself refuses control characters in headers, before any of our code.
                    assert answer.status_code == 400
                else:
                    refusal(answer, 401, "api_token")


def test_a_string_in_a_path_or_query_finds_nothing(client: httpx.Client) -> None:
    """As an id, as a file's name, as an expiry and as a signature: the same 404, and no other headers."""
    names = set()
    for text in STRINGS:
        written = quote(text, safe="")[:4000]
        for url in (
            *(f"/v2/status/{written}", f"/v2/status/{written}/notes", f"/files/{written}", f"/web/{written}"),
            *(f"/files/results/{written}?exp={written}&sig={written}", f"/nope{written}"),
            *(f"/files/a.png?exp=9999999999&sig={written}", f"/files/a.png?exp={written}&sig=" + "A" * 43),
        ):
            answer = client.get(url)
            assert answer.status_code == 404, url
            assert REQUEST_ID.fullmatch(answer.headers["x-request-id"])
            names |= set(answer.headers)
    assert "x-injected" not in names


def test_a_string_in_another_header_changes_nothing(client: httpx.Client) -> None:
    """Range, origin, host, content type and an id of the caller's own: no fault, and nothing is echoed."""
    for name in ("range", "origin", "x-request-id", "content-type", "accept", "if-none-match", "forwarded"):
        for text in STRINGS:
            try:
                answer = client.get("/health/live", headers={name.encode(): text.encode()[:4000]})
            except httpx.LocalProtocolError:
                continue
            assert answer.status_code in (200, 400)
            assert REQUEST_ID.fullmatch(answer.headers.get("x-request-id", "0" * 32))
            assert len(text) < SAYS_SOMETHING or text not in str(answer.headers)


def test_the_log_stays_one_line_an_event(service: ServiceProcess, client: httpx.Client) -> None:
    """Every line is one object of JSON in printable ASCII: nothing breaks a line or colours a terminal."""
    for text in STRINGS[::2]:
        client.post(SUBMIT, json=quick_job(image=f"http://127.0.0.1:9/{quote(text)[:1000]}", sync=True))
        client.post(SUBMIT, json={"image": NOWHERE, "prompt": f"naked woman {text}"[:4000]})
    lines = service.log.split("\n")
    events = [line for line in lines if line and not line.startswith(("Backcloth listens on ", "Token: "))]
    assert len(events) > len(STRINGS) // 2
    for line in events:
        assert line.isascii(), line
        assert line.isprintable(), line
        assert isinstance(json.loads(line)["event"], str)
