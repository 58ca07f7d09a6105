"""Signed URLs: the picture they name, until they expire, and nothing else whatever is changed."""

from __future__ import annotations

import string
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from backcloth.storage.sign import SECRET_BYTES, UrlSigner, load_secret
from harness.answers import finished, refusal
from harness.quick_job import quick_job
from harness.raw_http import Connection
from harness.service_process import ServiceProcess

OTHERS = string.ascii_letters + string.digits + "-_./%=&"


@pytest.fixture(scope="module")
def client(service: ServiceProcess) -> Iterator[httpx.Client]:
    """A client without a token."""
    with httpx.Client(base_url=service.url, timeout=30) as opened:
        yield opened


@pytest.fixture(scope="module")
def link(service: ServiceProcess) -> str:
    """Path and query of a finished picture."""
    parts = urlsplit(finished(service.post(quick_job(sync=True)))["image_url"])
    return f"{parts.path}?{parts.query}"


@pytest.fixture(scope="module")
def signer(service: ServiceProcess) -> UrlSigner:
    """The service's own signature."""
    return UrlSigner(load_secret(service.data_dir / "data" / "signing.key"), service.url)


def test_no_character_can_be_changed(client: httpx.Client, link: str) -> None:
    """Every one of the key, the expiry and the signature, replaced, left out and doubled."""
    assert client.get(link).status_code == 200
    start = len("/files/")
    said = set()
    for place in range(start, len(link)):
        other = OTHERS[(OTHERS.find(link[place]) + 1 + place) % len(OTHERS)]
        other = other if other != link[place] else "x"
        for changed in (
            link[:place] + other + link[place + 1 :],
            link[:place] + link[place + 1 :],
            link[:place] + link[place] + link[place:],
        ):
            if changed.replace("&&", "&") != link:  # an empty parameter is none
                said.add(refusal(client.get(changed), 404))
    assert len(said) <= 2  # one sentence for pictures, one for what is no longer under /files/
    assert client.get(link).status_code == 200


def test_a_link_ends(client: httpx.Client, link: str, signer: UrlSigner) -> None:
    """At its time, however genuine it is; a longer one for the same picture goes on working."""
    key = link.partition("?")[0].removeprefix("/files/")
    now = int(time.time())
    for past in (1, now - 3600, now - 1):
        refusal(client.get(signer.sign(key, past)), 404)
        assert client.head(signer.sign(key, past)).status_code == 404
    assert client.get(signer.sign(key, now + 60)).status_code == 200


def test_a_signature_opens_no_other_key(client: httpx.Client, link: str) -> None:
    """Not with dots, doubled slashes, escapes or another case, though they may name the same file."""
    key, _, query = link.removeprefix("/files/").partition("?")
    folder, _, name = key.rpartition("/")
    for other in (
        *(f"{folder}/./{name}", f"{folder}//{name}", f"{folder}/x/../{name}", f"/{key}", f"{key}/"),
        *(key.upper(), f"{folder}%2f{name}%00", f"{key}%20", f"{key};a", f"{folder}\\{name}"),
    ):
        with Connection(str(client.base_url)) as connection:  # sends a path as it stands
            connection.head("GET", f"/files/{other}?{query}")
            refusal(connection.answer(), 404)


def test_another_services_signature_opens_nothing(client: httpx.Client, link: str) -> None:
    """Each installation has a secret of its own."""
    key = link.partition("?")[0].removeprefix("/files/")
    forged = UrlSigner(bytes(SECRET_BYTES), str(client.base_url)).sign(key, int(time.time()) + 60)
    refusal(client.get(forged), 404)
