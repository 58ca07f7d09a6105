"""`backcloth doctor`: what is installed, which engines can run, and why not."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

import typer

import backcloth
from backcloth.cli.configure import DataDir, load
from backcloth.cutout.presets import NAMES
from backcloth.cutout.weights import WeightsError
from backcloth.engines import open_cutout, open_engines
from backcloth.imaging.credentials import CredentialsUnusable
from backcloth.language.embedding import EmbeddingUnavailable, verified_network
from backcloth.moderation.protocol import ModeratorUnavailable
from backcloth.pipeline.engines import Engines
from backcloth.prompting.writer import RefinerUnavailable
from backcloth.scene.engines_file import EnginesFileError
from backcloth.scene.protocol import Capabilities
from backcloth.scene.router import trouble_of
from backcloth.settings import Settings
from backcloth.storage.database import open_database
from backcloth.storage.store import open_store

_PACKAGES = (
    "onnxruntime",
    "numpy",
    "opencv-python-headless",
    "pillow",
    "dbos",
    "obstore",
    "fastapi",
    "uvicorn",
)


def doctor(data_dir: DataDir = None) -> None:
    """Checks this machine. Ends with 1 when the service could not start."""
    settings = load(data_dir=data_dir)
    typer.echo(f"backcloth {backcloth.__version__}, Python {platform.python_version()}, {_cores()} cores")
    for package in _PACKAGES:
        typer.echo(f"  {package:<24} {_version(package)}")
    healthy = True
    for name, state, fine in (*_cutouts(settings), *_places(settings), *_scenes(settings)):
        healthy &= fine
        typer.echo(f"  {name:<24} {state}")
    if not healthy:
        raise typer.Exit(1)


def _cores() -> int:
    return os.cpu_count() or 1


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


def _cutouts(settings: Settings) -> Iterator[tuple[str, str, bool]]:
    """A preset that is not the chosen one may be missing; the chosen one may not."""
    chosen = settings.cutout.preset
    for preset in NAMES:
        try:
            open_cutout(settings.cutout, preset)
        except WeightsError as problem:
            yield f"cut-out {preset}", f"cannot run: {problem}", chosen != preset
        else:
            yield f"cut-out {preset}", "can run", True
    yield "cut-out setting", chosen, True


def _places(settings: Settings) -> Iterator[tuple[str, str, bool]]:
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        engine = open_database(settings.database)
        engine.connect().close()
        engine.dispose()
        open_store(settings.pictures).ping()
    except Exception as problem:  # noqa: BLE001  # whatever is wrong is what the doctor is to tell
        yield "data", f"{type(problem).__name__}: {problem}", False
    else:
        yield "data", f"database opens and store is writable in {settings.data_dir}", True


def _meanings() -> str:
    try:
        return f"{verified_network().name} is verified"
    except EmbeddingUnavailable as problem:
        return f"cannot run, prompts are read by the vocabulary alone: {problem}"


def _scenes(settings: Settings) -> Iterator[tuple[str, str, bool]]:
    try:
        engines = open_engines(settings, open_store("memory://"))
    except WeightsError:
        return
    except EnginesFileError as problem:
        yield "engines file", str(problem), False
        return
    except RefinerUnavailable as problem:
        yield "refiner", str(problem), False
        return
    except ModeratorUnavailable as problem:
        yield "moderation", str(problem), False
        return
    except CredentialsUnusable as problem:
        yield "provenance", str(problem), False
        return
    yield "engines file", str(settings.engines or "none: the embedded engines"), True
    for engine in engines.all_scenes:
        trouble = trouble_of(engine)
        state = f"cannot run at present: {trouble}" if trouble else "can run"
        yield f"scene {engine.name}", f"{state}; {_abilities(engine.capabilities())}", True
    engines.close()
    yield "refiner", f"{settings.refine.backend}, for engines that do not refine by themselves", True
    yield "studio meanings", _meanings(), True
    yield from _moderators(engines)
    signed = "signed" if engines.credentials else "not signed: no key is configured"
    yield "provenance", f"results say how they were made, {signed}", True
    yield "diffusion", _diffusion(), True


def _moderators(engines: Engines) -> Iterator[tuple[str, str, bool]]:
    """Who judges at each of the three points."""
    for name, moderator, forced in (
        ("prompts", engines.text_moderator, engines.policy.forced.prompt),
        ("pictures", engines.image_moderator, engines.policy.forced.visual_input),
        ("results", engines.result_moderator, engines.policy.forced.visual_output),
    ):
        state = moderator.name if moderator else "nobody: requests that ask for it get 503"
        yield f"moderation of {name}", f"{state}{', for every request' if forced else ''}", True


def _abilities(can: Capabilities) -> str:
    kinds = ", ".join(background.__name__.lower() for background in can.backgrounds)
    negative = "yes" if can.negative_prompt else "no"
    return f"for {kinds}; modes {', '.join(can.modes)}; negative prompt: {negative}; licence: {can.licence}"


def _diffusion() -> str:
    if all(find_spec(name) for name in ("torch", "diffusers", "transformers")):
        return "what its engines need is installed"
    return "not installed; `pip install 'backcloth[diffusion]'` is for engines of that kind"
