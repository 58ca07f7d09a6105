"""The pipeline's part in moderation: what is shown to a moderator, and what becomes of its failures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import structlog

from backcloth.domain.background import Solid
from backcloth.domain.colour import Colour
from backcloth.domain.request import Checks, ReplaceBackground, Stored
from backcloth.domain.verdict import Verdict
from backcloth.errors import ModerationRefused, Unavailable
from backcloth.imaging.decode import Photo
from backcloth.pipeline.admit import admit
from backcloth.pipeline.engines import Engines
from backcloth.pipeline.inputs import Inputs
from backcloth.pipeline.moderation import moderate_inputs, moderate_result
from backcloth.pipeline.policy import UNFORCED
from harness.fakes import engines_around

SECRET = "what was judged"  # noqa: S105  # no password
ALL = Checks(visual_input=True, visual_output=True)


class Watcher:
    """Remembers what it is shown, refuses what is all of one level, and breaks on another."""

    name = "watcher"
    categories = frozenset({"violence"})

    def __init__(self, refused: int = -1, broken: int = -1) -> None:
        self.seen: list[npt.NDArray[np.uint8]] = []
        self._refused = refused
        self._broken = broken

    def check(self, picture: npt.NDArray[np.uint8]) -> Verdict:
        """By the first pixel."""
        self.seen.append(picture)
        if picture[0, 0, 0] == self._broken:
            raise MemoryError(SECRET)
        return Verdict(allowed=picture[0, 0, 0] != self._refused, category="violence", detector="watcher")


def around(watcher: Watcher) -> Engines:
    """Engines whose pictures are judged by the watcher, before and after."""
    engines = engines_around(lambda height, width: np.ones((height, width), np.float32))
    return replace(engines, image_moderator=watcher, result_moderator=watcher)


def request(checks: Checks = ALL) -> ReplaceBackground:
    """One on a flat colour."""
    return ReplaceBackground(Stored("image"), Solid(Colour(1, 2, 3)), seed=1, checks=checks)


def flat(level: int, alpha: int | None = None) -> Photo:
    """A photo of one level, as see-through as `alpha` says."""
    return Photo(
        np.full((2, 3, 3), level, np.uint8), None if alpha is None else np.full((2, 3), alpha, np.uint8)
    )


def test_what_is_see_through_is_shown_on_white_and_on_black() -> None:
    """Photo, references and result alike; what is opaque is shown once."""
    watcher = Watcher()
    moderate_inputs(Inputs(flat(100, 0), (flat(50), flat(200, 255))), request(), around(watcher))
    assert [picture[0, 0, 0] for picture in watcher.seen] == [255, 0, 50, 200, 200]
    watcher.seen.clear()
    moderate_result(np.full((2, 3, 4), (9, 9, 9, 0), np.uint8), request(), around(watcher))
    moderate_result(np.full((2, 3, 3), 9, np.uint8), request(), around(watcher))
    assert [picture[0, 0, 0] for picture in watcher.seen] == [255, 0, 9]
    assert all(picture.shape == (2, 3, 3) for picture in watcher.seen)


@pytest.mark.parametrize(
    ("refused", "named"), [(7, "'image'"), (8, r"'ref_images\[0\]'"), (9, r"'ref_images\[1\]'")]
)
def test_a_refusal_names_the_picture(refused: int, named: str) -> None:
    """And the category."""
    inputs = Inputs(flat(7), (flat(8), flat(9)))
    with pytest.raises(ModerationRefused, match=f"{named} .*violence"):
        moderate_inputs(inputs, request(), around(Watcher(refused)))


def test_a_moderator_that_breaks_is_no_pass_and_is_not_quoted() -> None:
    """Whatever it raises, the caller hears that the check could not run; the log has the kind alone."""
    with (
        structlog.testing.capture_logs() as lines,
        pytest.raises(Unavailable, match=r"image: .*could not run"),
    ):
        moderate_inputs(Inputs(flat(5), ()), request(), around(Watcher(broken=5)))
    assert [line["reason"] for line in lines] == ["MemoryError"]
    assert SECRET not in str(lines)


def test_nobody_is_shown_what_was_not_to_be_judged() -> None:
    """Unless the operator forces the check."""
    watcher = Watcher()
    engines, unasked = around(watcher), request(UNFORCED)
    moderate_inputs(Inputs(flat(5), ()), unasked, engines)
    moderate_result(np.full((2, 3, 3), 9, np.uint8), unasked, engines)
    assert watcher.seen == []
    forced = replace(engines, policy=replace(engines.policy, forced=ALL))
    moderate_inputs(Inputs(flat(5), ()), unasked, forced)
    moderate_result(np.full((2, 3, 3), 9, np.uint8), unasked, forced)
    assert len(watcher.seen) == 2


@pytest.mark.parametrize(
    ("missing", "flag"), [("image_moderator", "visual_input"), ("result_moderator", "visual_output")]
)
def test_a_forced_check_without_a_moderator_is_503_at_submit(missing: str, flag: str) -> None:
    """As one that is asked for."""
    nobody: dict[str, Any] = {missing: None}
    engines = replace(around(Watcher()), **nobody)
    admit(request(UNFORCED), engines)
    forced = replace(engines, policy=replace(engines.policy, forced=replace(UNFORCED, **{flag: True})))
    for asked, with_engines in ((replace(UNFORCED, **{flag: True}), engines), (UNFORCED, forced)):
        with pytest.raises(Unavailable, match=f"{flag}_content_moderation"):
            admit(request(asked), with_engines)


def test_an_excused_picture_passes() -> None:
    """By the mark that the refusal left in the log, and no other picture with it."""
    engines = around(Watcher(7))
    with structlog.testing.capture_logs() as lines, pytest.raises(ModerationRefused):
        moderate_inputs(Inputs(flat(7), ()), request(), engines)
    excused = replace(engines, policy=replace(engines.policy, excused=frozenset({lines[0]["content"]})))
    moderate_inputs(Inputs(flat(7), ()), request(), excused)
    with pytest.raises(ModerationRefused):
        moderate_inputs(Inputs(flat(7, 255), ()), request(), excused)
