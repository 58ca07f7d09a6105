"""Paints backgrounds with a diffusion model: prompt → canvas → process → plate."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from backcloth.domain.background import Prompt, References
from backcloth.errors import InvalidRequest, Unavailable
from backcloth.scene.diffusion.canvas import canvas_of, frame
from backcloth.scene.diffusion.config import Config, read_config
from backcloth.scene.diffusion.folder import MODELS_DIR, Model, find_model
from backcloth.scene.diffusion.pool import Pool
from backcloth.scene.diffusion.preset import Effort, Preset, read_preset
from backcloth.scene.diffusion.process import Process, order_of
from backcloth.scene.diffusion.references import shown_references
from backcloth.scene.diffusion.task import Task
from backcloth.scene.diffusion.ticket import Ticket
from backcloth.scene.protocol import Capabilities, Plate, SceneJob


def open_diffusion(
    table: Mapping[str, Any],
    *,
    name: str = "diffusion",
    models_dir: Path = MODELS_DIR,
    paints: bool = True,
) -> DiffusionEngine:
    """The engine of an `[engines.NAME]` table of the kind `diffusion`: looks for its model, may load it.

    Args:
        table: The table.
        name: The engine's name.
        models_dir: Where the presets' folders lie.
        paints: Whether this process will; where it only accepts jobs, `preload` is for others.

    Raises:
        DiffusionError: a wrong key, no such preset, a licence to accept, something missing; in one sentence.
    """
    config = read_config(table)
    model = find_model(read_preset(config.preset), config, models_dir)
    engine = DiffusionEngine(name, model, config)
    if config.preload and paints:
        engine.start()
    return engine


class DiffusionEngine:
    """Paints in processes of its own, one a device.

    Args:
        name: As in the operator's file.
        model: What they load.
        config: How.
    """

    def __init__(self, name: str, model: Model, config: Config) -> None:
        self.name = name
        self._model = model
        self._preset: Preset = model.preset
        self._config = config
        self._batch = config.max_batch if model.preset.batches else 1
        self._pool = Pool(
            lambda device: Process(order_of(model, config, device)),
            config.devices,
            max_batch=self._batch,
            max_wait_s=config.max_wait_ms / 1000,
        )

    def capabilities(self) -> Capabilities:
        """As the preset says."""
        preset = self._preset
        return Capabilities(
            backgrounds=(Prompt, References) if preset.references else (Prompt,),
            modes=preset.modes,
            negative_prompt=bool(preset.regular and preset.regular.negative),
            max_references=preset.references,
            pixel_limit=preset.pixel_area,
            deterministic=self._batch == 1,
            licence=preset.licence,
            commercial_use=preset.commercial,
            may_extend=self._config.check,
            may_move=self._config.check and preset.edits,
        )

    def start(self) -> None:
        """Starts the processes, so that the first job does not wait for them."""
        self._pool.start()

    def trouble(self) -> str:
        """Why it cannot paint at present, for the operator; empty when it can."""
        return self._pool.trouble()

    def pids(self) -> dict[str, int]:
        """The process id on each device that has a process."""
        return self._pool.pids()

    def close(self) -> None:
        """Ends the processes. Jobs in work are left as they are, to be run again at the next start."""
        self._pool.close()

    def generate(self, job: SceneJob) -> Plate:
        """See SceneEngine.

        Raises:
            InvalidRequest: a mode, a kind of background or a negative prompt that the preset does not have.
            Unavailable: no process, no memory, cancelled, or not done in time.
        """
        begun = time.monotonic()
        effort = self._effort(job)
        at = frame(
            job.size,
            multiple=self._preset.multiple,
            area=self._preset.pixel_area,
            least_area=self._preset.least_area,
            buckets=self._config.buckets,
        )
        canvas = canvas_of(
            job.subject, job.matte, at, fill=self._preset.fill, token=self._preset.token, seed=job.seed
        )
        references, notices = shown_references(job, self._preset.references, at.canvas)
        task = Task(
            prompt=self._words(job),
            negative=self._unwanted(job, effort),
            seed=job.seed,
            picture=canvas.picture,
            paint=canvas.paint,
            references=references,
        )
        ticket = Ticket(task, job.mode, alone=bool(references))
        self._pool.paint(ticket, partial(self._watch, job, begun + self._config.timeout_s))
        if ticket.picture is None or ticket.painted is None:
            raise RuntimeError("a ticket ends with a picture or an error")
        return Plate(
            picture=at.crop(ticket.picture),
            engine=f"{self.name} {self._fingerprint(ticket.facts)}",
            scene=self._preset.name,
            notices=notices,
            record={
                "diffusion": {
                    "preset": self._preset.name,
                    "model": self._model.fingerprint,
                    "canvas": list(at.canvas),
                    "steps": effort.steps,
                    "batch": len(ticket.painted.pictures),
                    "offload": ticket.painted.offload,
                    "model_seconds": ticket.painted.seconds,
                    "peak_bytes": ticket.painted.peak_bytes,
                    **ticket.facts,
                }
            },
        )

    def _effort(self, job: SceneJob) -> Effort:
        effort = self._preset.effort(job.mode)
        if effort is None:
            raise InvalidRequest(f"mode: {self.name} has no mode {job.mode}.")
        if not isinstance(job.background, self.capabilities().backgrounds):
            raise InvalidRequest(f"{self.name} does not make such a background.")
        if isinstance(job.background, Prompt) and job.background.negative and not effort.negative:
            raise InvalidRequest(f"negative_prompt: {self.name} does not honour one in the mode {job.mode}.")
        return effort

    def _words(self, job: SceneJob) -> str:
        """The whole scene in words, the subject included: of a background alone models add a subject."""
        if isinstance(job.background, Prompt):
            return self._preset.prompt.replace("{prompt}", job.background.text.rstrip(" ."))
        return self._preset.reference_prompt

    def _unwanted(self, job: SceneJob, effort: Effort) -> str:
        if not effort.negative:
            return ""
        own = job.background.negative if isinstance(job.background, Prompt) else ""
        return ", ".join(words for words in (own, self._preset.negative_prompt) if words)

    def _watch(self, job: SceneJob, latest: float, share: float) -> None:
        job.progress(share)
        if job.cancelled():
            raise Unavailable("The job was cancelled.")
        if time.monotonic() > min(latest, job.deadline or latest):
            raise Unavailable("The background was not painted in time.", retry_after=60)

    def _fingerprint(self, facts: Mapping[str, str]) -> str:
        """Changes whenever the same job could give other bytes: model, preset, how it runs, and on what."""
        parts = [
            self._model.fingerprint,
            self._preset.model_dump(mode="json"),
            self._config.hardware.model_dump(mode="json", exclude={"offload", "embeds"}),
            self._config.buckets,
            dict(facts),
        ]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:12]
