"""The composition root's part for every process that accepts jobs: settings in, a desk out."""

from __future__ import annotations

from collections.abc import Collection

import structlog

from backcloth.language.embedding import EmbeddingUnavailable, verified_network
from backcloth.pipeline.desk import Desk, JudgeElsewhere
from backcloth.scene.registry import Around, open_engines
from backcloth.scene.studio.engine import Reader
from backcloth.scene.studio.meaning import Meaning
from backcloth.settings import Backend, Settings, StudioSettings
from backcloth.storage.store import Store
from backcloth.text_moderator import open_text_moderator, policy_of, require_judges

_log = structlog.get_logger(__name__)


def open_desk(settings: Settings, store: Store, secret: bytes) -> Desk:
    """What a process needs that accepts jobs and runs none: nothing is opened that only jobs use.

    Args:
        settings: All settings.
        store: Holds the pictures.
        secret: The service's signing secret, by which logs mark what was refused.

    Raises:
        ModeratorUnavailable: prompts cannot be judged, or a check that is forced has nobody to run it.
        ValueError: the file of engines is wrong.
    """
    require_judges(settings.moderation)
    return Desk(
        scenes=open_engines(reader_of(settings.studio), _around(settings)),
        text_moderator=open_text_moderator(settings.moderation),
        image_moderator=_elsewhere(settings.moderation.input),
        result_moderator=_elsewhere(settings.moderation.output),
        policy=policy_of(settings.moderation, secret),
        store=store,
    )


def reader_of(settings: StudioSettings) -> Reader:
    """How the studio reads prompts; where its network is missing or wrong, the log says so."""
    try:
        verified_network()
    except EmbeddingUnavailable as problem:
        _log.warning("studio_reads_by_vocabulary_alone", reason=str(problem))
    return Reader(Meaning(), settings.threshold, refuse=settings.unmatched == "refuse")


def _around(settings: Settings) -> Around | None:
    if settings.engines is None:
        return None
    # Most have no such file, and are spared what reads pictures.
    from backcloth.around import around_of, limits_of_decoding  # noqa: PLC0415
    from backcloth.imaging.decoder import Decoder  # noqa: PLC0415

    return around_of(settings, Decoder(limits_of_decoding(settings.image)), paints=False)


def _elsewhere(backends: Collection[Backend]) -> JudgeElsewhere | None:
    return JudgeElsewhere("+".join(backends)) if backends else None
