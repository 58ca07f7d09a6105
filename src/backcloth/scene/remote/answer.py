"""What a server answered, as a picture or as the failure it means."""

from __future__ import annotations

import binascii
import json
from typing import Any

import numpy as np
import numpy.typing as npt
import pybase64

from backcloth.errors import BackclothError, InternalError, ModerationRefused, Unavailable
from backcloth.imaging.decoder import Decoder

_MODERATION = ("moderation_blocked", "content_policy_violation")
"""Codes by which OpenAI says that its own moderation refused a request."""


class Unusable(Exception):
    """The answer holds no picture of the size that was asked for."""


def picture_in_json(body: bytes, size: tuple[int, int], decoder: Decoder) -> npt.NDArray[np.uint8]:
    """The picture in `data[0].b64_json`; see `picture_in`.

    Raises:
        Unusable: it is not that.
        OSError, Unavailable: it could not be decoded for want of a process, or of time.
    """
    try:
        encoded = json.loads(body)["data"][0]["b64_json"]
        data = pybase64.b64decode(encoded, validate=True)
    except (ValueError, TypeError, LookupError, binascii.Error) as problem:
        raise Unusable(f"no picture as base64 in data[0].b64_json ({type(problem).__name__})") from problem
    return picture_in(data, size, decoder)


def picture_in(data: bytes, size: tuple[int, int], decoder: Decoder) -> npt.NDArray[np.uint8]:
    """The picture in a PNG, JPEG or WEBP, (H, W, 3) uint8 sRGB.

    Args:
        data: The file.
        size: (width, height) that it must have: a server that squashed the canvas would put the subject's
            surroundings beside the subject.
        decoder: Decodes it, as these are bytes from another machine, whoever chose that.

    Raises:
        Unusable: it is not that.
        OSError, Unavailable: it could not be decoded for want of a process, or of time.
    """
    width, height = size
    try:
        picture = decoder.decode(data, parameter="the answer", max_pixels=width * height).picture
    except Unavailable:
        raise  # no fault of the server's
    except BackclothError as problem:
        raise Unusable(problem.details) from problem
    if picture.shape[:2] != (height, width):
        raise Unusable(f"{picture.shape[1]} × {picture.shape[0]} pixels instead of {width} × {height}")
    return picture


def refusal(body: bytes) -> BackclothError:
    """What a 3xx or 4xx means to the caller.

    A server that turns down what was built from the operator's table is the operator's to mend, and no fault
    of the caller's; only its moderation speaks of the caller's words.
    """
    if _code(body) in _MODERATION:
        return ModerationRefused(
            "Parameter 'prompt' failed content moderation (category: the generator's).",
            parameter="prompt",
            category="generator",
        )
    return InternalError("The generator did not take the request. Quote the request id to the operator.")


def _code(body: bytes) -> Any:
    try:
        return json.loads(body)["error"]["code"]
    except (ValueError, TypeError, LookupError):
        return None
