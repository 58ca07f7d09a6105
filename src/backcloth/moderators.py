"""The composition root's part for checks of pictures: settings in, moderators out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from backcloth.moderation.chain import Chain
from backcloth.moderation.guard import open_guard
from backcloth.moderation.image_classifier import open_classifier
from backcloth.moderation.nudity import NudityModerator, network_path
from backcloth.moderation.protocol import ImageModerator, ModeratorUnavailable
from backcloth.moderation.server import Server, ServerModerator
from backcloth.moderation.thresholds import MODES, Thresholds
from backcloth.net.peer import Peer
from backcloth.settings import Backend, ModerationSettings
from backcloth.text_moderator import require_judges

ANSWER_BYTES = 256 * 1024
"""Largest answer of a moderation server taken; one picture's scores are two thousand bytes."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ImageModerators:
    """Who judges pictures; None where nobody does."""

    input: ImageModerator | None
    output: ImageModerator | None


def open_image_moderators(settings: ModerationSettings) -> ImageModerators:
    """Who judges pictures, each backend opened once.

    Raises:
        ModeratorUnavailable: a backend cannot run, a check that is forced has none, or none knows a category
            that is required or has a threshold.
    """
    require_judges(settings)
    thresholds = Thresholds(MODES[settings.mode], settings.thresholds)
    opened: dict[Backend, ImageModerator] = {}
    for name in (*settings.input, *settings.output):
        if name not in opened:
            opened[name] = _open(name, settings, thresholds)
    before, after = (_chain([opened[name] for name in names]) for names in (settings.input, settings.output))
    running = [moderator for moderator in (before, after) if moderator]
    for category in settings.require:
        if not running or not all(category in moderator.categories for moderator in running):
            raise ModeratorUnavailable(f"BACKCLOTH_MODERATION_REQUIRE has {category}, but {_known(running)}")
        if not thresholds.wants(category):
            raise ModeratorUnavailable(
                f"BACKCLOTH_MODERATION_REQUIRE has {category}, but "
                f"BACKCLOTH_MODERATION_THRESHOLDS turns it off"
            )
    for category in settings.thresholds:
        if not any(category in moderator.categories for moderator in running):
            raise ModeratorUnavailable(
                f"BACKCLOTH_MODERATION_THRESHOLDS has {category}, but {_known(running)}"
            )
    return ImageModerators(before, after)


def _chain(moderators: list[ImageModerator]) -> Chain | None:
    return Chain(moderators) if moderators else None


def _known(running: list[Chain]) -> str:
    if not running:
        return "nobody judges pictures"
    return "; ".join(f"{each.name} judges for {', '.join(sorted(each.categories))} alone" for each in running)


def _open(name: Backend, settings: ModerationSettings, thresholds: Thresholds) -> ImageModerator:
    match name:
        case "nudity":
            return NudityModerator(thresholds, network_path())
        case "classifier":
            return open_classifier(
                _given(settings.classifier_dir),
                settings.classifier_labels,
                thresholds,
                device=settings.device,
                timeout_s=settings.timeout_s,
            )
        case "guard":
            return open_guard(
                _given(settings.guard_dir), thresholds, device=settings.device, timeout_s=settings.timeout_s
            )
        case "openai":
            return ServerModerator(server_of(settings, thresholds))


def server_of(settings: ModerationSettings, thresholds: Thresholds) -> Server:
    """The moderation server of the settings; nothing is asked yet."""
    peer = Peer(
        f"{str(_given(settings.openai_url)).rstrip('/')}/moderations",
        key=settings.openai_key.get_secret_value() if settings.openai_key else "",
        timeout_s=settings.timeout_s,
        max_bytes=ANSWER_BYTES,
    )
    return Server(peer.post, settings.openai_model, thresholds)


def _given(value: T | None) -> T:
    """A knob that the settings have checked to be there."""
    if value is None:
        raise ModeratorUnavailable("a knob that a backend needs is missing")
    return value
