"""Picture strings of a request: URL, base64 or data: URI, turned into sources (contract §1.2)."""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field

import pybase64

from backcloth.domain.media import sniff
from backcloth.domain.request import Remote, Source, Stored
from backcloth.errors import InvalidRequest, TooLarge, UnsupportedMedia
from backcloth.jobs.keys import input_key
from backcloth.net.url import check_url

_DATA_URI = re.compile(r"data:[^,]{0,200},", re.IGNORECASE)
_BLANKS = re.compile(r"\s")


@dataclass(slots=True)
class Pictures:
    """The pictures of one request.

    Attributes:
        job_id: Names the store keys.
        max_references: More are refused.
        inline: Bytes of the inline ones by store key.
    """

    job_id: str
    max_references: int
    inline: dict[str, bytes] = field(default_factory=dict)

    def image(self, text: str) -> Source:
        """The photo.

        Raises:
            InvalidRequest, UnsupportedMedia: naming `image`.
        """
        return self._source(text, "image")

    def references(self, texts: list[str]) -> tuple[Source, ...]:
        """The reference pictures.

        Raises:
            InvalidRequest, UnsupportedMedia, TooLarge: naming `ref_images[i]`.
        """
        if len(texts) > self.max_references:
            raise TooLarge(f"ref_images: at most {self.max_references} pictures are taken.")
        return tuple(self._source(text, f"ref_images[{index}]") for index, text in enumerate(texts))

    def _source(self, text: str, parameter: str) -> Source:
        if text[:8].lower().startswith(("http://", "https://")):
            check_url(text, parameter=parameter)
            return Remote(text)
        data = _decoded(text, parameter)
        if sniff(data) is None:
            raise UnsupportedMedia(f"{parameter}: the picture is not a JPEG, PNG or WEBP.")
        key = input_key(self.job_id, len(self.inline))
        self.inline[key] = data
        return Stored(key)


def _decoded(text: str, parameter: str) -> bytes:
    prefix = _DATA_URI.match(text)
    encoded = text[prefix.end() :] if prefix else text
    if prefix and not prefix.group().lower().endswith(";base64,"):
        raise InvalidRequest(f"{parameter}: a data: URI must hold base64.")
    try:
        return _base64(encoded)
    except (binascii.Error, ValueError):
        raise InvalidRequest(f"{parameter}: neither an http(s) URL nor valid base64.") from None


def _base64(text: str) -> bytes:
    """Strict, but for the line breaks that many encoders add."""
    try:
        return pybase64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return pybase64.b64decode(_BLANKS.sub("", text), validate=True)
