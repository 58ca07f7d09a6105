"""The official SDK, unmodified, against a live service."""

from __future__ import annotations

import asyncio
import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from bria_client import BriaAsyncClient, BriaSyncClient
from bria_client.toolkit import BriaResponse
from bria_client.toolkit.errors import BriaException
from bria_client.toolkit.image import Image as SdkImage
from bria_client.toolkit.webhook_verification import verify_webhook_signature
from PIL import Image

from harness.pictures import subject_picture
from harness.service_process import ServiceProcess
from harness.site import Page, Site

ENDPOINT = "image/edit/replace_background"
HARMFUL = "naked woman on a bed"
UNKNOWN_ID = "0" * 32


@pytest.fixture
def client(service: ServiceProcess) -> Iterator[BriaSyncClient]:
    """The SDK's blocking client."""
    with BriaSyncClient(base_url=service.url, api_token=service.token) as opened:
        yield opened


@pytest.fixture(scope="module")
def payload(photo_base64: str) -> dict[str, Any]:
    """A quick job."""
    return {"image": photo_base64, "prompt": "#336699", "original_quality": True}


@pytest.fixture(scope="module")
def site(photo: bytes) -> Iterator[Site]:
    """Somebody else's web server; it takes webhooks too."""
    with Site({"/photo.png": Page(photo), "/broken.png": Page(b"sorry", 500)}) as running:
        yield running


def completed(response: BriaResponse) -> Image.Image:
    """The picture of a response that says COMPLETED, fetched as the SDK's examples do."""
    assert response.status == "COMPLETED"
    assert response.error is None
    assert response.result is not None
    assert isinstance(response.result.seed, int)
    picture = httpx.get(response.result.image_url, timeout=30)
    assert picture.status_code == 200
    return Image.open(io.BytesIO(picture.content))


def test_run(client: BriaSyncClient, payload: dict[str, Any]) -> None:
    """One blocking call."""
    response = client.run(ENDPOINT, payload, raise_for_status=True)
    assert completed(response).size == (320, 240)
    assert len(response.request_id) == 32
    assert response.headers["x-request-id"] == response.request_id


def test_submit_and_poll(client: BriaSyncClient, payload: dict[str, Any]) -> None:
    """By the response and by the id."""
    response = client.submit(ENDPOINT, payload, raise_for_status=True)
    assert response.in_progress
    assert response.status_url.endswith(f"/v2/status/{response.request_id}")
    assert completed(client.poll(response, interval=0.1)).size == (320, 240)
    assert completed(client.poll(response.request_id, interval=0.1)).size == (320, 240)
    assert client.status(response.request_id) == "COMPLETED"
    assert completed(client.get(f"status/{response.request_id}")).size == (320, 240)


@pytest.mark.parametrize("endpoint", ["v2/image/edit/replace_background", "/image/edit/replace_background/"])
def test_spellings_of_the_endpoint(client: BriaSyncClient, payload: dict[str, Any], endpoint: str) -> None:
    """The SDK trims slashes and a leading v2."""
    assert client.submit(endpoint, payload, raise_for_status=True).in_progress


def test_async_client(service: ServiceProcess, payload: dict[str, Any]) -> None:
    """Run, submit, poll and status of the asynchronous client."""

    async def use() -> list[BriaResponse]:
        async with BriaAsyncClient(base_url=service.url, api_token=service.token) as client:
            ran = await client.run(ENDPOINT, payload, raise_for_status=True)
            submitted = await client.submit(ENDPOINT, payload, raise_for_status=True)
            polled = await client.poll(submitted, interval=0.1)
            assert await client.status(submitted.request_id) == "COMPLETED"
            with pytest.raises(BriaException):
                await client.run(ENDPOINT, {**payload, "prompt": HARMFUL}, raise_for_status=True)
            return [ran, polled]

    for response in asyncio.run(use()):
        assert completed(response).size == (320, 240)


def test_forms_of_a_picture(
    client: BriaSyncClient, payload: dict[str, Any], site: Site, photo: bytes, tmp_path: Path
) -> None:
    """Base64, a local file, a picture in memory and a URL, as the SDK's own type turns them into text."""
    file = tmp_path / "photo.png"
    file.write_bytes(photo)
    forms = [
        SdkImage(base64.b64encode(photo).decode()),
        SdkImage(file),
        SdkImage(str(file)),
        SdkImage(subject_picture()),
        SdkImage(site.url("/photo.png")),
    ]
    for form in forms:
        text = form.as_bria_api_input
        assert completed(client.run(ENDPOINT, {**payload, "image": text})).size == (320, 240)


def test_reference_pictures(client: BriaSyncClient, payload: dict[str, Any], photo_base64: str) -> None:
    """A list, as clients send it; None drops the prompt."""
    request = {**payload, "prompt": None, "ref_images": [photo_base64]}
    assert completed(client.run(ENDPOINT, request, raise_for_status=True)).size == (320, 240)


@pytest.mark.parametrize(
    ("change", "code", "names"),
    [
        ({"image": None}, 400, "image"),
        ({"prompt": None}, 400, "prompt"),
        ({"image": "photo123"}, 415, "image"),
        ({"prompt": HARMFUL}, 422, "prompt"),
        ({"image": "/missing.png"}, 404, "image"),
        ({"image": "/broken.png"}, 460, "image"),
        ({"visual_output_content_moderation": True}, 503, "visual_output_content_moderation"),
    ],
)
def test_failures_are_raised(
    client: BriaSyncClient, payload: dict[str, Any], site: Site, change: dict[str, Any], code: int, names: str
) -> None:
    """Each with its code, a title and a sentence that names the field."""
    request = {**payload, **change}
    if str(request["image"]).startswith("/"):
        request["image"] = site.url(request["image"])
    with pytest.raises(BriaException) as raised:
        client.run(ENDPOINT, request, raise_for_status=True)
    assert raised.value.code == code
    assert raised.value.message
    assert names in str(raised.value.details)


def test_a_job_that_fails_is_raised_by_poll(
    client: BriaSyncClient, payload: dict[str, Any], site: Site
) -> None:
    """The status says ERROR, and its error is the one that a blocking call gets."""
    request = {**payload, "image": site.url("/missing.png")}
    response = client.submit(ENDPOINT, request, raise_for_status=True)
    with pytest.raises(BriaException) as raised:
        client.poll(response, interval=0.1)
    assert raised.value.code == 404
    assert client.status(response.request_id) == "ERROR"


@pytest.mark.parametrize("call", ["run", "poll"])
def test_a_wrong_token_is_401(service: ServiceProcess, payload: dict[str, Any], call: str) -> None:
    """On either service."""
    with BriaSyncClient(base_url=service.url, api_token="nobody's") as client:  # noqa: S106  # a wrong one
        ask = {"run": lambda: client.run(ENDPOINT, payload, raise_for_status=True)}
        ask["poll"] = lambda: client.poll(UNKNOWN_ID)
        with pytest.raises(BriaException) as raised:
            ask[call]()
    assert raised.value.code == 401
    assert "api_token" in str(raised.value.details)


def test_an_unknown_id(client: BriaSyncClient) -> None:
    """404 when polled, ERROR when asked for its status."""
    with pytest.raises(BriaException) as raised:
        client.poll(UNKNOWN_ID)
    assert raised.value.code == 404
    assert client.status(UNKNOWN_ID) == "ERROR"


def test_a_route_that_is_not_there(client: BriaSyncClient, payload: dict[str, Any]) -> None:
    """Other endpoints of Bria's answer 404 in the same body."""
    with pytest.raises(BriaException) as raised:
        client.run("image/edit/gen_fill", payload, raise_for_status=True)
    assert raised.value.code == 404
    assert raised.value.details


def test_a_webhook_verifies(
    service: ServiceProcess, client: BriaSyncClient, payload: dict[str, Any], site: Site
) -> None:
    """A real delivery, with the SDK's own verifier."""
    response = client.submit(ENDPOINT, payload, webhook_url=site.url("/hook"), raise_for_status=True)
    delivery = site.deliveries.get(timeout=30)
    headers = {name.lower(): text for name, text in delivery.headers.items()}
    assert headers["bria-webhook-id"] == response.request_id
    assert verify_webhook_signature(
        delivery.body,
        headers["bria-webhook-id"],
        headers["bria-webhook-timestamp"],
        headers["bria-webhook-signature"],
        service.token,
    )
