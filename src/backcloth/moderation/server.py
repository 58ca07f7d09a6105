"""Moderators behind a server that speaks OpenAI's moderations, as several of them do."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from backcloth.domain.verdict import Verdict
from backcloth.moderation.thresholds import Thresholds

Post = Callable[[bytes], bytes]
"""Sends JSON to the server's moderations and gives back the body of a 200, within a bounded time.

Raises TimeoutError when that is over, and another OSError for everything else that goes wrong.
"""

_OURS = {
    "sexual": "sexual",
    "sexual/minors": "sexual",
    "violence": "violence",
    "violence/graphic": "violence",
    "self-harm": "self_harm",
    "self-harm/intent": "self_harm",
    "self-harm/instructions": "self_harm",
    "hate": "hate",
    "hate/threatening": "hate",
    "harassment": "hate",
    "harassment/threatening": "hate",
    "illicit": "illegal",
    "illicit/violent": "illegal",
}
"""Our category for each of theirs. None is passed on that accuses the caller."""

_OTHER = "other"
"""Stands for what the server knows and we do not."""

_JUDGED_IN_PICTURES = ("sexual", "violence", "violence/graphic", "self-harm")
"""What the documented model judges pictures for; the others it judges in words alone."""

_JUDGED_IN_WORDS = (*_JUDGED_IN_PICTURES, "hate")
"""What every version judges words for."""

_NOT_GIVEN = -1.0

_SIDE = 1024
"""Longest side in pixels of a picture that is sent: what a model sees is smaller still."""


class Server:
    """One model behind such a server.

    A category is refused where the server flags it or, where the operator gave it a threshold of its own,
    where its score is above that. The modes, made for the embedded network, mean nothing to it.

    Args:
        post: The way there.
        model: The model's name there.
        thresholds: The operator's.
    """

    def __init__(self, post: Post, model: str, thresholds: Thresholds) -> None:
        self.name = f"server/{model}"
        self._post = post
        self._model = model
        self._thresholds = thresholds

    def judge(self, content: Mapping[str, Any], needed: Collection[str]) -> Verdict:
        """What the server says about one text or picture.

        Args:
            content: The text or picture as the API takes it.
            needed: What it has to be judged for, in the server's words.

        Raises:
            OSError: the server could not be asked, or not in time.
            ValueError: its answer cannot be read, or says that not all that is needed was judged.
        """
        body = self._post(json.dumps({"model": self._model, "input": [content]}).encode())
        try:
            [judged] = json.loads(body)["results"]
            flags, scores = judged["categories"], judged["category_scores"]
            found = {theirs: (_flag(flags[theirs]), _score(scores[theirs])) for theirs in flags}
            kinds = judged.get("category_applied_input_types")
            kind = content["type"].removesuffix("_url")
            looked_at = {theirs for theirs in found if kinds is None or kind in kinds[theirs]}
        except (LookupError, TypeError, ValueError) as problem:
            raise ValueError("the moderation server gave an answer that cannot be read") from problem
        if not looked_at >= set(needed):
            raise ValueError("the moderation server did not judge all that it is asked for")
        return self._verdict(found)

    def _verdict(self, found: Mapping[str, tuple[bool, float]]) -> Verdict:
        """A refusal for the highest score of those that refuse. A category that we do not know counts."""
        for theirs, (flagged, score) in sorted(found.items(), key=lambda item: -item[1][1]):
            category = _OURS.get(theirs, _OTHER)
            own = self._thresholds.own.get(category, _NOT_GIVEN)
            if flagged if own is _NOT_GIVEN else own is not None and score > own:
                return Verdict(allowed=False, category=category, score=score, detector=self.name)
        return Verdict(allowed=True, score=max(score for _, score in found.values()), detector=self.name)


class ServerModerator:
    """Has a server judge pictures, sent as JPEG files of at most 1024 pixels a side."""

    categories = frozenset({*(_OURS[theirs] for theirs in _JUDGED_IN_PICTURES), _OTHER})

    def __init__(self, server: Server) -> None:
        self.name = server.name
        self._server = server

    def check(self, picture: npt.NDArray[np.uint8]) -> Verdict:
        """See ImageModerator."""
        url = f"data:image/jpeg;base64,{base64.b64encode(_jpeg(picture)).decode()}"
        return self._server.judge({"type": "image_url", "image_url": {"url": url}}, _JUDGED_IN_PICTURES)


class ServerTextModerator:
    """Has a server judge words."""

    def __init__(self, server: Server) -> None:
        self.name = server.name
        self._server = server

    def check(self, text: str) -> Verdict:
        """See TextModerator."""
        return self._server.judge({"type": "text", "text": text}, _JUDGED_IN_WORDS)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("a flag is no boolean")
    return value


def _score(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise TypeError("a score is no number from 0 to 1")
    return float(value)


def _jpeg(picture: npt.NDArray[np.uint8]) -> bytes:
    image = Image.fromarray(picture)
    image.thumbnail((_SIDE, _SIDE), Image.Resampling.BILINEAR)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()
