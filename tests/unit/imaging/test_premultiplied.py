from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from backcloth.imaging.decode import Photo, decode
from backcloth.imaging.premultiplied import straightened

Pixels = npt.NDArray[np.uint8]


def disc(width: float, side: int = 160) -> Pixels:
    """Coverage of a disc whose edge is this many pixels wide."""
    down, across = np.mgrid[0:side, 0:side]
    distance = np.hypot(down - side / 2, across - side / 2)
    coverage = np.clip((side / 3 - distance) / width + 0.5, 0, 1)
    return np.asarray(np.rint(coverage * 255), np.uint8)


def cloth(colour: tuple[int, int, int], side: int = 160) -> Pixels:
    """A surface of about this colour, uneven by a fifth."""
    grain = np.random.Generator(np.random.PCG64(2)).uniform(0.8, 1.2, (side, side, 1))
    return np.clip(np.rint(np.array(colour) * grain), 0, 255).astype(np.uint8)


def multiplied(colours: Pixels, alpha: Pixels) -> Pixels:
    """As an exporter multiplies."""
    return np.rint(colours * (alpha[..., None] / 255)).astype(np.uint8)


SUBJECTS = {"skin": (205, 160, 130), "red": (190, 20, 30), "grey": (90, 92, 95), "white": (210, 210, 212)}
DARK = {"black": (9, 9, 10), "navy": (10, 14, 40), "shade": (24, 20, 18)}


@pytest.mark.parametrize("width", [2, 12])
@pytest.mark.parametrize("colour", SUBJECTS.values(), ids=SUBJECTS)
def test_multiplied_colours_are_divided(colour: tuple[int, int, int], width: float) -> None:
    """A subject on black comes out with its own colour along the edge, and opaque pixels do not change."""
    colours, alpha = cloth(colour), disc(width)
    straight = straightened(multiplied(colours, alpha), alpha)
    assert np.array_equal(straight[alpha == 255], colours[alpha == 255])
    firm = (alpha > 60) & (alpha < 255)
    assert np.abs(straight[firm].astype(int) - colours[firm]).max() <= 3
    assert not straight[alpha == 0].any()


@pytest.mark.parametrize("width", [2, 12])
@pytest.mark.parametrize("colour", (SUBJECTS | DARK).values(), ids=SUBJECTS | DARK)
@pytest.mark.parametrize("hidden", [None, 0, 255], ids=["kept", "black", "white"])
def test_straight_colours_stay(colour: tuple[int, int, int], width: float, hidden: int | None) -> None:
    """Straight files keep every sample, dark subjects too, whatever lies under alpha 0."""
    colours, alpha = cloth(colour), disc(width)
    if hidden is not None:
        colours[alpha == 0] = hidden
    assert straightened(colours, alpha) is colours


@pytest.mark.parametrize("colour", DARK.values(), ids=DARK)
def test_dark_multiplied_colours_come_out_no_worse(colour: tuple[int, int, int]) -> None:
    """Where black is multiplied nothing can be told, and whatever is decided moves nothing off its place."""
    colours, alpha = cloth(colour), disc(12)
    stored = multiplied(colours, alpha)
    firm = (alpha > 60) & (alpha < 255)
    before = np.abs(stored[firm].astype(int) - colours[firm]).mean()
    assert np.abs(straightened(stored, alpha)[firm].astype(int) - colours[firm]).mean() <= before


def test_a_soft_shadow_does_not_hide_it() -> None:
    """A black shadow beside the subject is the same either way; the subject's edge decides."""
    alpha, colours = disc(4), cloth((205, 160, 130))
    alpha[-20:], colours[-20:] = 90, 0
    straight = straightened(multiplied(colours, alpha), alpha)
    firm = (alpha > 60) & (alpha < 255)
    assert np.abs(straight[firm].astype(int) - colours[firm]).max() <= 3


def test_a_dark_outline_stays() -> None:
    """A pale subject with a dark soft outline of its own, straight in the file, keeps it."""
    alpha, colours = disc(6), cloth((200, 190, 180))
    colours[alpha < 255] = (22, 20, 21)
    assert straightened(colours, alpha) is colours


def test_smoke_stays() -> None:
    """Without opaque pixels there is nothing to compare with: the file is taken at its word."""
    alpha = (disc(40) // 2).astype(np.uint8)
    stored = multiplied(cloth((220, 220, 220)), alpha)
    assert straightened(stored, alpha) is stored


def test_a_glass_of_milk_is_judged_where_it_is_opaque() -> None:
    """Alpha of 0 and 255 alone needs no judgement."""
    alpha = np.where(disc(2) > 127, np.uint8(255), np.uint8(0))
    stored = multiplied(cloth((200, 60, 60)), alpha)
    assert straightened(stored, alpha) is stored


@pytest.mark.parametrize(("form", "mode"), [("PNG", "RGBA"), ("WEBP", "RGBA"), ("PNG", "LA")])
def test_files_are_decoded_straight(form: str, mode: str) -> None:
    """A multiplied file and a straight one of the same subject give the same photo."""
    alpha, colours = disc(6), cloth((190, 190, 190))
    photos: list[Photo] = []
    for stored in (colours, multiplied(colours, alpha)):
        file = io.BytesIO()
        image = Image.fromarray(np.dstack([stored, alpha])).convert(mode)
        image.save(file, form, lossless=True, exact=True)
        photos.append(decode(file.getvalue(), parameter="image", max_pixels=10**6))
    straight, divided = photos
    assert straight.alpha is not None
    assert divided.alpha is not None
    assert np.array_equal(straight.alpha, divided.alpha)
    firm = alpha > 60
    assert np.abs(straight.picture[firm].astype(int) - divided.picture[firm]).max() <= 3
