"""What the operator decides about checks, whoever judges, and marks that tell refused content again."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backcloth.domain.request import Checks

if TYPE_CHECKING:
    from backcloth.imaging.decode import Photo

_PURPOSE = b"marks of judged content, 1"
"""Parts the key of the marks from whatever else the service's secret signs."""


UNFORCED = Checks(prompt=False)
"""No check."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The operator's part in every check.

    A mark is an HMAC-SHA256 in hex. It tells that two requests held the same text or picture, and nobody
    without the key can tell which: words of a prompt could otherwise be guessed from a plain hash.

    Attributes:
        key: For the marks, from `key_of`.
        forced: Checks that run whatever the request says.
        excused: Marks of what is let through although it is refused.
        log_raw: Whether refused texts are logged.
    """

    key: bytes
    forced: Checks = UNFORCED
    excused: frozenset[str] = frozenset()
    log_raw: bool = False

    def checks(self, asked: Checks) -> Checks:
        """Those asked for, and those forced."""
        return Checks(
            prompt=asked.prompt or self.forced.prompt,
            visual_input=asked.visual_input or self.forced.visual_input,
            visual_output=asked.visual_output or self.forced.visual_output,
        )

    def text_mark(self, text: str) -> str:
        """The mark of a prompt."""
        return hmac.digest(self.key, b"text\n" + text.encode("utf-8", "surrogatepass"), "sha256").hex()

    def picture_mark(self, photo: Photo) -> str:
        """The mark of a picture as it was judged: decoded, upright, at the size of the canvas."""
        mark = hmac.new(self.key, f"picture {photo.picture.shape}\n".encode(), hashlib.sha256)
        mark.update(photo.picture.tobytes())
        mark.update(b"" if photo.alpha is None else photo.alpha.tobytes())
        return mark.hexdigest()


def key_of(secret: bytes) -> bytes:
    """The key of the marks, from the service's signing secret: known to none who knows only the marks."""
    return hmac.digest(secret, _PURPOSE, "sha256")
