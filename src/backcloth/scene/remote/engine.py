"""Has servers elsewhere paint backgrounds: prompt → canvas → form → fleet → plate."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from backcloth.domain.background import Prompt, References
from backcloth.errors import InvalidRequest, Unavailable
from backcloth.imaging.decoder import Decoder
from backcloth.imaging.encode import encode_png
from backcloth.imaging.geometry import cover
from backcloth.scene.diffusion.canvas import Canvas, canvas_of, frame
from backcloth.scene.protocol import Capabilities, Plate, SceneJob
from backcloth.scene.remote.comfy import Comfy
from backcloth.scene.remote.config import Config, Flavour, RemoteError, read_config, read_key
from backcloth.scene.remote.dialect import Dialect, Edits
from backcloth.scene.remote.exchange import Patience, Target
from backcloth.scene.remote.fleet import Fleet
from backcloth.scene.remote.form import Field
from backcloth.scene.remote.replica import Replica

_SEEDS = 2**31
"""Servers keep a seed in 32 bits, and some of them in 31."""


def open_remote(
    table: Mapping[str, Any],
    decoder: Decoder,
    *,
    name: str = "remote",
    environment: Mapping[str, str] = os.environ,
) -> RemoteEngine:
    """The engine of an `[engines.NAME]` table of the kind `remote`. Asks no server yet.

    Args:
        table: The table.
        decoder: Decodes what the servers answer.
        name: The engine's name.
        environment: Where the key is.

    Raises:
        RemoteError: a wrong key, in one sentence.
    """
    config = read_config(table)
    key = read_key(config, environment)
    headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}
    targets = [Target(str(url).rstrip("/"), headers) for url in config.base_urls]
    flavour, dialect = _spoken(config, decoder)
    replicas = [Replica(each, config.model, dialect, config.health_s) for each in targets]
    return RemoteEngine(name, config, flavour, replicas)


def _spoken(config: Config, decoder: Decoder) -> tuple[Flavour, Dialect]:
    """What is honoured, and how the servers are spoken to."""
    if config.workflow is None:
        return config.honoured, Edits(decoder)
    try:
        comfy = Comfy(config.workflow, decoder)
    except ValueError as problem:
        raise RemoteError(str(problem)) from None
    honoured = {
        "mask": "mask" if comfy.holds("mask") else "",
        "references": int(comfy.holds("reference")),
        "prompts": not comfy.holds("reference"),
        "negative_honoured": comfy.holds("negative"),
    }
    return config.honoured.model_copy(update=honoured), comfy


class RemoteEngine:
    """Paints on equal servers.

    Args:
        name: As in the operator's file.
        config: How they are asked.
        flavour: What they call the fields, and what they honour.
        replicas: Whom.
    """

    def __init__(self, name: str, config: Config, flavour: Flavour, replicas: list[Replica]) -> None:
        self.name = name
        self._config = config
        self._flavour = flavour
        self._fleet = Fleet(name, replicas, config.retries)

    def capabilities(self) -> Capabilities:
        """As the flavour and the table say. Bytes are never promised: that lies with the server."""
        config, flavour = self._config, self._flavour
        return Capabilities(
            backgrounds=(Prompt,) * flavour.prompts + (References,) * bool(flavour.references),
            modes=config.modes,
            negative_prompt=flavour.negative_honoured,
            max_references=flavour.references,
            pixel_limit=config.pixel_area,
            deterministic=False,
            licence=config.licence,
            commercial_use=config.commercial_use,
            may_extend=config.check,
            may_move=config.check and not flavour.mask,
        )

    def trouble(self) -> str:
        """Why no server can be asked at present; empty when one can."""
        return self._fleet.trouble()

    def generate(self, job: SceneJob) -> Plate:
        """See SceneEngine.

        Raises:
            InvalidRequest: a mode, a kind of background or a negative prompt that it does not have.
            EngineDown: no server could begin.
            ModerationRefused: the server's own moderation refused the request.
            Unavailable: the picture was not painted, or not in time, or the job was cancelled.
            InternalError: the server does not take what it was sent.
        """
        begun = time.monotonic()
        self._require(job)
        config, flavour = self._config, self._flavour
        at = frame(
            job.size,
            multiple=config.multiple,
            area=config.pixel_area,
            least_area=config.least_area,
            buckets=flavour.sizes,
        )
        canvas = canvas_of(job.subject, job.matte, at, fill=config.fill, token=config.token, seed=job.seed)
        used = job.references[: flavour.references]
        until = begun + config.timeout_s
        patience = Patience(
            min(until, job.deadline or until), config.connect_s, lambda: self._require_wanted(job)
        )
        painted, replica = self._fleet.paint(self._fields(job, canvas, used), at.canvas, patience)
        job.progress(1.0)
        left = len(job.references) - len(used)
        model = replica.model or "unnamed model"
        return Plate(
            picture=at.crop(painted),
            engine=f"{self.name} {config.flavour} {model}",
            scene=model,
            notices=(f"ref_images: {len(used)} pictures were used, {left} were not.",) if left else (),
            record={
                "remote": {
                    "flavour": config.flavour,
                    "model": model,
                    "canvas": list(at.canvas),
                    "server": self._fleet.replicas.index(replica),
                    "seconds": round(time.monotonic() - begun, 3),
                }
            },
        )

    def _require(self, job: SceneJob) -> None:
        can = self.capabilities()
        if job.mode not in can.modes:
            raise InvalidRequest(f"mode: {self.name} has no mode {job.mode}.")
        if not isinstance(job.background, can.backgrounds):
            raise InvalidRequest(f"{self.name} does not make such a background.")
        if isinstance(job.background, Prompt) and job.background.negative and not can.negative_prompt:
            raise InvalidRequest(f"negative_prompt: {self.name} does not honour one.")

    def _require_wanted(self, job: SceneJob) -> None:
        if job.cancelled():
            raise Unavailable("The job was cancelled.")

    def _fields(self, job: SceneJob, canvas: Canvas, used: tuple[npt.NDArray[np.uint8], ...]) -> list[Field]:
        config, flavour = self._config, self._flavour
        effort = config.effort(job.mode)
        width, height = canvas.frame.canvas
        negative = job.background.negative if isinstance(job.background, Prompt) else ""
        words: dict[str, str] = {
            "model": config.model,
            "prompt": self._prompt(job),
            "size": f"{width}x{height}",
            flavour.negative: negative,
            flavour.seed: str(job.seed % _SEEDS),
            flavour.steps: str(effort.steps or ""),
            flavour.guidance: "" if effort.guidance is None else f"{effort.guidance:g}",
            **flavour.constants,
            **config.extra,
        }
        fields: list[Field] = [(name, value) for name, value in words.items() if name and value]
        fields.append((flavour.image, encode_png(canvas.picture)))
        if flavour.mask:
            fields.append((flavour.mask, _mask(canvas, flavour)))
        return fields + [(flavour.reference, encode_png(cover(each, (width, height)))) for each in used]

    def _prompt(self, job: SceneJob) -> str:
        """The whole scene in words, the subject included: of a background alone models add a subject."""
        if isinstance(job.background, Prompt):
            return self._config.prompt.replace("{prompt}", job.background.text.rstrip(" ."))
        return self._config.reference_prompt


def _mask(canvas: Canvas, flavour: Flavour) -> bytes:
    """The mask's PNG in the server's own way of saying where to paint."""
    paint = canvas.paint
    if flavour.mask_paints == "white":
        return encode_png(np.repeat(paint[..., None], 3, axis=2))
    return encode_png(np.dstack([canvas.picture, 255 - paint]))
