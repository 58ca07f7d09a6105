"""The composition root's part for checks of prompts, and for the policy of every check."""

from __future__ import annotations

from backcloth.domain.request import Checks
from backcloth.language.embedding import EmbeddingUnavailable, installed, verified_network
from backcloth.moderation.chain import TextChain
from backcloth.moderation.phrases import NOTHING, read_phrases
from backcloth.moderation.prompts import PromptModerator
from backcloth.moderation.protocol import ModeratorUnavailable, TextModerator
from backcloth.moderation.text_classifier import TextClassifier
from backcloth.moderation.thresholds import Thresholds
from backcloth.moderation.words import WordModerator
from backcloth.pipeline.policy import Policy, key_of
from backcloth.settings import ModerationSettings


def policy_of(settings: ModerationSettings, secret: bytes) -> Policy:
    """The operator's policy, its marks keyed by the service's signing secret."""
    return Policy(
        key=key_of(secret),
        forced=Checks(
            prompt="prompt" in settings.force,
            visual_input="image" in settings.force,
            visual_output="result" in settings.force,
        ),
        excused=frozenset(settings.excused),
        log_raw=settings.log_raw,
    )


def require_judges(settings: ModerationSettings) -> None:
    """Sees that checks of pictures that are forced have somebody to run them.

    Raises:
        ModeratorUnavailable: one has not.
    """
    for check, backends, knob in (("image", settings.input, "INPUT"), ("result", settings.output, "OUTPUT")):
        if check in settings.force and not backends:
            raise ModeratorUnavailable(
                f"BACKCLOTH_MODERATION_FORCE has {check}, but BACKCLOTH_MODERATION_{knob} names nobody"
            )


def open_text_moderator(settings: ModerationSettings) -> TextModerator:
    """Who judges prompts. Loads the classifier, and verifies the network that it reads meanings with.

    The network is loaded for the first prompt: a command that has none to judge need not wait for it.

    Raises:
        ModeratorUnavailable: the classifier or its network is missing, or is not what it should be.
        ValueError: a file of phrases cannot be read.
    """
    allowed = read_phrases(settings.allowlist) if settings.allowlist else NOTHING
    blocked = read_phrases(settings.blocklist) if settings.blocklist else NOTHING
    try:
        verified_network()
    except EmbeddingUnavailable as problem:
        raise ModeratorUnavailable(f"prompts cannot be judged: {problem}") from problem
    words = WordModerator(blocked=blocked, allowed=allowed)
    embedded = PromptModerator(words, TextClassifier(installed), settings.mode)
    if "openai" not in settings.prompt:
        return embedded
    # A process that only accepts jobs is spared the HTTP client and the coding of pictures.
    from backcloth.moderation.server import ServerTextModerator  # noqa: PLC0415
    from backcloth.moderators import server_of  # noqa: PLC0415

    return TextChain([embedded, ServerTextModerator(server_of(settings, Thresholds()))])
