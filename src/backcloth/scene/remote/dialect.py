"""How a server is spoken to: one form and one answer, or what else it takes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from backcloth.imaging.decoder import Decoder
from backcloth.scene.remote.answer import picture_in_json
from backcloth.scene.remote.exchange import Answer, Patience, Target, exchange
from backcloth.scene.remote.form import Field, encode_form


class Dialect(Protocol):
    """A way to have a picture painted."""

    @property
    def health(self) -> str:
        """The path that answers 200 while the server is well."""
        ...

    def models(self, body: bytes) -> list[str]:
        """The models' names in that answer; none where it does not tell."""
        ...

    def ask(self, target: Target, fields: Sequence[Field], patience: Patience) -> Answer:
        """Has the picture painted: its answer, or a refusal's.

        Raises:
            NotSent: the server cannot have begun.
            Lost: it may have.
        """
        ...

    def picture(self, body: bytes, size: tuple[int, int]) -> npt.NDArray[np.uint8]:
        """The picture in an answer of 200, (H, W, 3) uint8 sRGB, of that (width, height).

        Raises:
            Unusable: there is no such picture in it.
            OSError, Unavailable: it could not be decoded for want of a process, or of time.
        """
        ...


class Edits:
    """The OpenAI style: `POST images/edits`, answered with the picture.

    Args:
        decoder: Decodes the answers.
    """

    health = "/models"

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder

    def models(self, body: bytes) -> list[str]:
        """See Dialect."""
        try:
            return [str(model["id"]) for model in json.loads(body)["data"]]
        except (ValueError, TypeError, LookupError):
            return []

    def ask(self, target: Target, fields: Sequence[Field], patience: Patience) -> Answer:
        """See Dialect."""
        form = encode_form(fields)
        return exchange(target, "POST", "/images/edits", patience, media_type=form.media_type, body=form.body)

    def picture(self, body: bytes, size: tuple[int, int]) -> npt.NDArray[np.uint8]:
        """See Dialect."""
        return picture_in_json(body, size, self._decoder)
