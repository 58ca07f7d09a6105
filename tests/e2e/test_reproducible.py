"""Yesterday's seed gives today's picture."""

from __future__ import annotations

import httpx
import pytest

from harness.service_process import Launch, ServiceProcess

BACKGROUNDS = {
    "hex": {"prompt": "#2f6f4e"},
    "table": {"prompt": "on a marble table by a window, soft morning light"},
    "beach": {"prompt": "on a beach at sunset"},
    "nonsense": {"prompt": "qwertz uiop"},
}


def made(service: ServiceProcess, body: dict[str, object]) -> bytes:
    """The picture of one sync request."""
    answer = service.post({**body, "sync": True})
    assert answer.status_code == 200, answer.text
    return httpx.get(answer.json()["result"]["image_url"]).content


def test_same_seed_same_bytes_after_a_restart(launch: Launch, photo_base64: str) -> None:
    """The same request and seed give the same bytes, in one process and in the next."""
    service = launch()
    bodies = [{"image": photo_base64, "seed": 4711, **background} for background in BACKGROUNDS.values()]
    first = [made(service, body) for body in bodies]
    assert [made(service, body) for body in bodies] == first
    service.stop()
    service.start()
    assert [made(service, body) for body in bodies] == first


@pytest.mark.parametrize("kind", ["table", "beach", "nonsense"])
def test_another_seed_gives_another_picture(service: ServiceProcess, photo_base64: str, kind: str) -> None:
    """A studio scene depends on its seed."""
    body = {"image": photo_base64, **BACKGROUNDS[kind]}
    assert made(service, {**body, "seed": 1}) != made(service, {**body, "seed": 2})
