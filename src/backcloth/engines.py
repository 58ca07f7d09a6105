"""The composition root's part for processes that run jobs: settings in, engines out."""

from __future__ import annotations

import secrets
from pathlib import Path

from pydantic import HttpUrl

# What the embedded engines draw with: loaded at the start, so that the first job does not wait for it.
import backcloth.scene.reference.made
import backcloth.scene.solid_shadow
import backcloth.scene.studio.drawn  # noqa: F401
from backcloth.around import around_of, limits_of_decoding
from backcloth.cutout.birefnet import Shelf
from backcloth.cutout.presets import open_segmenter
from backcloth.cutout.protocol import Segmenter
from backcloth.desk import reader_of
from backcloth.imaging.credentials import Credentials
from backcloth.imaging.decoder import Decoder
from backcloth.moderators import open_image_moderators
from backcloth.net.fetch import Fetcher
from backcloth.net.peer import Peer
from backcloth.pipeline.engines import Engines
from backcloth.prompting.chat import ChatWriter
from backcloth.prompting.local import open_local
from backcloth.prompting.protocol import PromptRefiner
from backcloth.prompting.rules import RulesRefiner
from backcloth.prompting.writer import WritingRefiner
from backcloth.scene.registry import open_engines as open_scenes
from backcloth.settings import (
    CutoutSettings,
    ProvenanceSettings,
    RefineSettings,
    Settings,
)
from backcloth.storage.sign import SECRET_BYTES
from backcloth.storage.store import Store
from backcloth.text_moderator import open_text_moderator, policy_of

REFINED_BYTES = 256 * 1024
"""Largest answer of a language model taken: a prompt is some hundred bytes, before which some think aloud."""


def open_engines(settings: Settings, store: Store, secret: bytes | None = None) -> Engines:
    """The engines that the settings choose. Loads and verifies the cut-out's weights.

    Args:
        settings: All settings.
        store: Holds the pictures.
        secret: The service's signing secret, by which logs mark what was refused; without it the marks mean
            nothing outside this process.
    """
    moderators = open_image_moderators(settings.moderation)
    decoder = Decoder(limits_of_decoding(settings.image))
    return Engines(
        segmenter=open_cutout(settings.cutout, settings.cutout.preset),
        refiner=open_refiner(settings.refine),
        scenes=open_scenes(reader_of(settings.studio), around_of(settings, decoder)),
        text_moderator=open_text_moderator(settings.moderation),
        image_moderator=moderators.input,
        result_moderator=moderators.output,
        policy=policy_of(settings.moderation, secret or secrets.token_bytes(SECRET_BYTES)),
        fetcher=Fetcher(
            allow=settings.fetch.allow,
            max_bytes=settings.fetch.max_bytes,
            timeout_s=settings.fetch.timeout_s,
            connect_s=settings.fetch.connect_s,
            redirects=settings.fetch.redirects,
        ),
        store=store,
        decoder=decoder,
        credentials=open_credentials(settings.provenance),
    )


def open_credentials(settings: ProvenanceSettings) -> Credentials | None:
    """Who signs results; None where no key is configured.

    Raises:
        CredentialsUnusable: it cannot.
    """
    if not (settings.certificates and settings.key):
        return None
    return Credentials(settings.certificates, settings.key, str(settings.timestamp_url or ""))


def open_refiner(settings: RefineSettings) -> PromptRefiner:
    """Who refines prompts. Loads the language model of `local`; asks the server of `openai` nothing yet.

    Raises:
        RefinerUnavailable: `local` cannot run.
    """
    rules = RulesRefiner()
    match settings:
        case RefineSettings(backend="local", model_dir=Path() as folder):
            return WritingRefiner(open_local(folder, settings.device, settings.timeout_s), rules)
        case RefineSettings(backend="openai", url=HttpUrl() as url):
            peer = Peer(
                f"{str(url).rstrip('/')}/chat/completions",
                key=settings.key.get_secret_value() if settings.key else "",
                timeout_s=settings.timeout_s,
                max_bytes=REFINED_BYTES,
            )
            return WritingRefiner(ChatWriter(peer.post, settings.model), rules)
        case _:
            return rules


def open_cutout(settings: CutoutSettings, preset: str) -> Segmenter:
    """The segmenter of a preset, opened as the settings say.

    Raises:
        WeightsUnavailable, WeightsInvalid: what the preset needs is missing or is not what it should be.
    """
    return open_segmenter(
        preset,
        settings.models_dir,
        refine=settings.refine,
        model=settings.model,
        shelf=shelf_of(settings),
    )


def shelf_of(settings: CutoutSettings) -> Shelf:
    """Where the BiRefNets lie, and how they may be run."""
    return Shelf(settings.birefnet_dir, settings.device, settings.trust_remote_code)
