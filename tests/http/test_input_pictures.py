"""The forms in which pictures come in, and what a hex colour and an alpha channel make of them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image

from harness.answers import finished, image
from harness.pictures import encoded, subject_picture
from harness.service_process import ServiceProcess
from harness.site import Page, Site

ORANGE = (255, 87, 51)
SIZE = (160, 120)
PICTURE = subject_picture(*SIZE)


def base64_of(data: bytes) -> str:
    """As a request carries it."""
    return base64.b64encode(data).decode()


def wrapped(data: bytes) -> str:
    """Base64 in lines, as MIME encoders write it."""
    return base64.encodebytes(data).decode().replace("\n", "\r\n")


FORMS: dict[str, Callable[[bytes], str]] = {
    "raw": base64_of,
    "in lines": wrapped,
    "data URI": lambda data: "data:image/png;base64," + base64_of(data),
    "data URI in capitals": lambda data: "DATA:IMAGE/PNG;BASE64," + base64_of(data),
    "data URI with another type": lambda data: "data:image/jpeg;name=a.jpg;base64," + base64_of(data),
    "data URI in lines": lambda data: "data:image/png;base64," + wrapped(data),
}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """Somebody else's web server with the picture."""
    pages = {
        "/a.png": Page(encoded(PICTURE)),
        "/moved": Page(status=301, location="/a.png"),
        "/bytes": Page(encoded(PICTURE), media_type="application/octet-stream"),
    }
    with Site(pages) as running:
        yield running


def replaced(service: ServiceProcess, **fields: Any) -> Image.Image:
    """The result of a sync job at the photo's own size."""
    body = {"image": base64_of(encoded(PICTURE)), "original_quality": True, "sync": True, **fields}
    return image(finished(service.post(body)))


def pixels(picture: Image.Image) -> np.ndarray:
    """(H, W, channels) uint8."""
    return np.asarray(picture)


@pytest.fixture(scope="module")
def expected(service: ServiceProcess) -> np.ndarray:
    """The result for raw base64; every other form must give the same."""
    return pixels(replaced(service, prompt="#FF5733"))


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_base64_is_the_same_picture(
    service: ServiceProcess, expected: np.ndarray, form: str
) -> None:
    """Raw, in lines, and as a data: URI."""
    result = replaced(service, prompt="#FF5733", image=FORMS[form](encoded(PICTURE)))
    assert np.array_equal(pixels(result), expected)


@pytest.mark.parametrize("path", ["/a.png", "/moved", "/bytes"])
def test_a_url_is_the_same_picture(
    service: ServiceProcess, expected: np.ndarray, site: Site, path: str
) -> None:
    """Fetched by the service, over a redirect and whatever type is declared."""
    result = replaced(service, prompt="#FF5733", image=site.url(path))
    assert np.array_equal(pixels(result), expected)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_each_accepted_format(service: ServiceProcess, kind: str) -> None:
    """Goes in; PNG comes out."""
    result = replaced(service, prompt="#FF5733", image=base64_of(encoded(PICTURE, kind)))
    assert result.size == SIZE
    assert result.mode == "RGB"
    assert result.getpixel((1, 1)) == ORANGE


def test_exif_orientation_is_carried_out(service: ServiceProcess) -> None:
    """A photo taken with the camera turned comes out upright."""
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = encoded(PICTURE.transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif, quality=95)
    assert replaced(service, prompt="#FF5733", image=base64_of(turned)).size == SIZE


@pytest.mark.parametrize(
    "prompt",
    [
        "#FF5733",
        "FF5733",
        "#ff5733",
        " #FF5733 ",
        "#FF5733FF",
        "solid #FF5733 background",
        "a plain #ff5733 backdrop.",
    ],
)
def test_a_hex_prompt_is_exactly_that_colour(service: ServiceProcess, prompt: str) -> None:
    """Wherever the matte is 0: at the edges of the picture, and in most of it."""
    result = pixels(replaced(service, prompt=prompt))
    flat = (result == ORANGE).all(axis=2)
    assert flat[0].all()
    assert flat[:, 0].all()
    assert flat.mean() > 0.3


@pytest.mark.parametrize("prompt", ["#f53", "f53", "F53"])
def test_three_digits_are_doubled(service: ServiceProcess, prompt: str) -> None:
    """`#f53` is `#ff5533`."""
    assert replaced(service, prompt=prompt).getpixel((0, 0)) == (255, 85, 51)


def test_eight_digits_ask_for_a_translucent_background(service: ServiceProcess) -> None:
    """The last two are the alpha; the subject stays opaque."""
    result = replaced(service, prompt="#FF573380")
    assert result.mode == "RGBA"
    assert result.getpixel((0, 0)) == (*ORANGE, 128)
    assert pixels(result)[..., 3].max() == 255


def with_alpha() -> Image.Image:
    """The picture with a disc as its alpha channel, away from its subject's shape."""
    rows, columns = np.mgrid[: SIZE[1], : SIZE[0]]
    disc = ((rows - 60) ** 2 + (columns - 30) ** 2 < 25**2).astype(np.uint8) * 255
    return Image.fromarray(np.dstack([np.asarray(PICTURE), disc]))


def test_an_alpha_channel_is_the_cut_out(service: ServiceProcess) -> None:
    """What was opaque stays to the pixel; all else becomes background."""
    source = with_alpha()
    result = pixels(replaced(service, prompt="#FF5733", image=base64_of(encoded(source))))
    kept = np.asarray(source)[..., 3] == 255
    assert np.array_equal(result[kept], np.asarray(source)[..., :3][kept])
    assert (result[~kept] == ORANGE).all()


def test_force_background_detection_cuts_out_all_the_same(
    service: ServiceProcess, expected: np.ndarray
) -> None:
    """A photo with one see-through corner is kept whole by default, and cut out when that is asked for."""
    source = np.dstack([np.asarray(PICTURE), np.full(SIZE[::-1], 255, np.uint8)])
    source[:6, :6, 3] = 0
    text = base64_of(encoded(Image.fromarray(source)))
    kept, forced = (
        pixels(replaced(service, prompt="#FF5733", image=text, force_background_detection=force))
        for force in (False, True)
    )
    assert np.array_equal(kept[8:], source[8:, :, :3])
    assert (forced[0] == ORANGE).all()
    assert np.mean(forced == expected) > 0.98


def test_an_opaque_alpha_channel_counts_as_none(service: ServiceProcess, expected: np.ndarray) -> None:
    """An editor's RGBA export is cut out like the RGB one."""
    text = base64_of(encoded(PICTURE.convert("RGBA")))
    assert np.array_equal(pixels(replaced(service, prompt="#FF5733", image=text)), expected)


def test_references_come_in_every_form(service: ServiceProcess, site: Site) -> None:
    """One string or a list, base64, data: URI or URL; the background is then the reference's."""
    green = encoded(Image.new("RGB", (64, 48), "#2e8b57"))
    site.pages["/green.png"] = Page(green)
    for references in (
        base64_of(green),
        [base64_of(green)],
        "data:image/png;base64," + base64_of(green),
        [site.url("/green.png")],
    ):
        red, level, blue = replaced(service, ref_images=references).getpixel((2, 2))  # type: ignore[misc]  # RGB
        assert level > red
        assert level > blue
