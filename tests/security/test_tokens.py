"""Tokens: who tries them out is slowed down, and none opens what another organisation owns."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from harness.answers import accepted, refusal
from harness.plain import PLAIN
from harness.quick_job import quick_job, token_of
from harness.raw_http import SUBMIT
from harness.service_process import ServiceProcess
from harness.watchful import FAILURES, PROXY

NO_ID = "0" * 32
PUBLIC = {
    "/files/{key}": "whoever holds a signed URL may read that one picture until it expires",
    "/health/live": "tells nothing",
    "/health/ready": "names engines, no jobs and no organisations",
    "/metrics": "counts over all organisations; to be closed to strangers at the reverse proxy",
}
"""The described routes that take no token, and why."""

_hosts = itertools.count(2)


class Client:
    """Somebody at an address of his own, of which loopback has many."""

    def __init__(self, service: ServiceProcess, address: str = "") -> None:
        self.address = address or f"127.0.7.{next(_hosts)}"
        transport = httpx.HTTPTransport(local_address=self.address, verify=PLAIN)
        self._client = httpx.Client(base_url=service.url, transport=transport, timeout=30)

    def ask(self, token: str, **headers: str) -> httpx.Response:
        """One request with a token."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._client.get(f"/v2/status/{NO_ID}", headers={"api_token": token, **named})

    def guess(self, times: int = FAILURES, **headers: str) -> list[int]:
        """So many wrong tokens, each another; the statuses of the answers."""
        return [self.ask(f"guess{number}", **headers).status_code for number in range(times)]

    def close(self) -> None:
        """Ends its connections."""
        self._client.close()


@pytest.fixture
def stranger(watchful: ServiceProcess) -> Iterator[Client]:
    """Somebody without a token."""
    made = Client(watchful)
    yield made
    made.close()


def test_guessing_is_slowed_down(stranger: Client, watchful: ServiceProcess) -> None:
    """After some failures even the right short token is not tried, and Retry-After says for how long."""
    assert stranger.guess() == [401] * FAILURES
    answer = stranger.ask(watchful.token)
    assert "address" in refusal(answer, 429)
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    refusal(stranger.ask("x" * 46), 429)


def test_nobody_else_is_slowed_down(stranger: Client, watchful: ServiceProcess) -> None:
    """A failing address keeps no other one from using the same token."""
    stranger.guess(FAILURES + 1)
    other = Client(watchful)
    assert other.ask(watchful.token).status_code == 404
    other.close()


def test_a_long_token_cannot_be_locked_out(stranger: Client, watchful: ServiceProcess) -> None:
    """Whoever fails from the same address, a token that the service made goes on working there."""
    token = token_of(watchful, "behind-the-same-router")
    stranger.guess(FAILURES + 3)
    for _ in range(3):
        assert stranger.ask(token).status_code == 404
        refusal(stranger.ask(token[:-1] + "-" if token[-1] != "-" else token[:-1] + "_"), 429)


def test_requests_without_a_token_are_no_guesses(stranger: Client, watchful: ServiceProcess) -> None:
    """Nor are revoked tokens: neither tells whether a guess was right."""
    for _ in range(FAILURES + 2):
        refusal(stranger.ask(""), 401)
    assert stranger.ask(watchful.token).status_code == 404


def test_a_stranger_cannot_choose_its_address(stranger: Client) -> None:
    """X-Forwarded-For of a client that is no trusted proxy changes nothing, in any spelling."""
    stranger.guess()
    for forged in ("198.51.100.1", "127.0.0.1", "127.0.0.99", "198.51.100.1, 127.0.0.99", "::1"):
        assert stranger.ask("guess", X_Forwarded_For=forged).status_code == 429, forged
        assert stranger.ask("guess", Forwarded=f"for={forged}").status_code == 429


def test_a_trusted_proxy_tells_its_clients_apart(watchful: ServiceProcess) -> None:
    """By the last address in the header that is not its own; what stands before it a client wrote."""
    proxy = Client(watchful, PROXY)
    assert proxy.guess(X_Forwarded_For="198.51.100.1") == [401] * FAILURES
    assert proxy.ask("guess", X_Forwarded_For="198.51.100.1").status_code == 429
    assert proxy.ask("guess", X_Forwarded_For="203.0.113.5, 198.51.100.1").status_code == 429
    assert proxy.ask("guess", X_Forwarded_For="198.51.100.2").status_code == 401
    proxy.close()


# No organisation reaches what another one owns


@pytest.fixture(scope="module")
def described(service: ServiceProcess) -> dict[tuple[str, str], dict[str, Any]]:
    """What OpenAPI says of each method and path."""
    paths = httpx.get(f"{service.url}/openapi.json").json()["paths"]
    return {(method, path): about for path, methods in paths.items() for method, about in methods.items()}


def test_every_route_wants_a_token_or_says_why_not(described: dict[tuple[str, str], dict[str, Any]]) -> None:
    """A route that is added without a token has to be entered, with its reason, in the table above."""
    assert {path for (_, path), about in described.items() if "security" not in about} == set(PUBLIC)


def test_no_organisation_sees_another_ones_job(
    service: ServiceProcess, described: dict[tuple[str, str], dict[str, Any]]
) -> None:
    """On every route that names a job: exactly the answer that an unknown job gets."""
    owner, other = token_of(service, "owner"), token_of(service, "other")
    job = accepted(service.post(quick_job(), token=owner), service.url)
    routes = [(method, path) for method, path in described if "{request_id}" in path]
    assert len(routes) >= 2

    def ask(method: str, path: str, request_id: str, token: str) -> httpx.Response:
        url = service.url + path.replace("{request_id}", request_id)
        return httpx.request(method, url, headers={"api_token": token}, timeout=30, verify=PLAIN)

    for method, path in routes:
        if method == "get":
            assert ask(method, path, job, owner).status_code == 200
        theirs, unknown = ask(method, path, job, other), ask(method, path, NO_ID, other)
        assert theirs.status_code == unknown.status_code == 404
        assert theirs.content.replace(job.encode(), b"") == unknown.content.replace(NO_ID.encode(), b"")


def test_tokens_of_one_organisation_share_its_jobs(service: ServiceProcess) -> None:
    """So that a token can be replaced without losing sight of what the old one submitted."""
    first, second = token_of(service, "sharing"), token_of(service, "sharing")
    job = accepted(service.post(quick_job(), token=first), service.url)
    assert service.status(job, token=second).status_code == 200


def test_an_inline_picture_cannot_be_read_by_its_key(service: ServiceProcess) -> None:
    """What an organisation sent in is given to nobody, whatever URL is tried."""
    owner, other = token_of(service, "sender"), token_of(service, "reader")
    job = accepted(service.post(quick_job(), token=owner), service.url)
    for key in (f"inputs/{job}/0", f"inputs/{job}", f"{job}/0", f"results/{job}.png"):
        for token in (owner, other):
            answer = httpx.get(f"{service.url}/files/{key}", headers={"api_token": token}, verify=PLAIN)
            refusal(answer, 404)


# Ids


def test_request_ids_cannot_be_guessed(service: ServiceProcess) -> None:
    """128 bits of which each is on in about half of the ids, whatever the id before was."""
    with httpx.Client(base_url=service.url) as client:
        ids = [int(client.get("/health/live").headers["x-request-id"], 16) for _ in range(256)]
    assert len(set(ids)) == 256
    changed = [one ^ two for one, two in itertools.pairwise(ids)]
    for numbers in (ids, changed):
        for bit in range(128):
            # Seven standard deviations: by chance it fails once in 10^9 runs.
            assert 72 <= sum(number >> bit & 1 for number in numbers) <= 184, bit


def test_a_callers_request_id_is_not_taken(service: ServiceProcess) -> None:
    """Neither a plain one nor a hostile one comes back or becomes a job's id."""
    for own in ("a" * 32, "<script>", "x" * 4000, "' OR 1=1 --"):
        headers = {"api_token": service.token, "X-Request-Id": own}
        answer = httpx.post(service.url + SUBMIT, json=quick_job(), headers=headers)
        assert own not in str(answer.headers)
        assert own != accepted(answer, service.url)
