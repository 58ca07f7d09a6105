"""Which engine makes which kind of background: the embedded ones, or those of the operator's file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backcloth.domain.background import Prompt, References, Solid, Staged
from backcloth.domain.request import Mode
from backcloth.scene.diffusion.folder import MODELS_DIR
from backcloth.scene.engines_file import EnginesFile, EnginesFileError, Row, read_engines_file
from backcloth.scene.protocol import Chooser, Closable, SceneEngine
from backcloth.scene.reference.engine import ReferenceEngine
from backcloth.scene.router import Route, Router
from backcloth.scene.solid import SolidEngine
from backcloth.scene.studio.engine import Reader, StudioEngine

if TYPE_CHECKING:
    from backcloth.imaging.decoder import Decoder

Scenes = dict[type, SceneEngine | Chooser]

_ROUTED = (Prompt, References)
"""The kinds of background that routes speak of: a flat colour and a scene spelled out have an engine each."""


@dataclass(frozen=True, slots=True)
class Around:
    """What the operator's file is read with.

    Attributes:
        file: The file.
        decoder: Decodes what servers elsewhere answer; whoever opened it closes it.
        models_dir: Where diffusion models lie.
        environment: Where the keys of remote engines are.
        paints: Whether this process will: otherwise no model is loaded beforehand.
    """

    file: Path
    decoder: Decoder
    models_dir: Path = MODELS_DIR
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    paints: bool = True


def open_engines(reader: Reader, around: Around | None = None) -> Scenes:
    """The engines by the `domain.background` class they serve.

    Args:
        reader: How the studio reads prompts.
        around: The operator's file; None leaves the embedded engines alone, which hold nothing to close.

    Raises:
        EnginesFileError: the file, in one sentence.
    """
    studio, reference = StudioEngine(reader), ReferenceEngine()
    embedded: dict[type, SceneEngine] = {Prompt: studio, References: reference}
    scenes: Scenes = {Solid: SolidEngine(), Prompt: studio, Staged: studio, References: reference}
    if around is None:
        return scenes
    file = read_engines_file(around.file)
    with ExitStack() as opened:
        engines: dict[str, SceneEngine] = {"studio": studio, "reference": reference}
        for name, table in file.engines.items():
            engines[name] = engine = _open(name, table, engines, around)
            if isinstance(engine, Closable):
                opened.callback(engine.close)
        for sentence in _mistakes(file, engines):
            raise EnginesFileError(f"{around.file}: {sentence}")
        for kind in _ROUTED:
            scenes[kind] = Router(tuple(_routes(file, kind, engines, embedded[kind])))
        opened.pop_all()
    return scenes


def _open(
    name: str, table: Mapping[str, Any], engines: Mapping[str, SceneEngine], around: Around
) -> SceneEngine:
    # Without these a process that only accepts jobs is a third smaller, and most have no such file.
    from backcloth.scene.diffusion.engine import open_diffusion  # noqa: PLC0415
    from backcloth.scene.remote.engine import open_remote  # noqa: PLC0415

    kinds: dict[str, Callable[[], SceneEngine]] = {
        "studio": lambda: engines["studio"],
        "reference": lambda: engines["reference"],
        "diffusion": lambda: open_diffusion(
            table, name=name, models_dir=around.models_dir, paints=around.paints
        ),
        "remote": lambda: open_remote(table, around.decoder, name=name, environment=around.environment),
    }
    try:
        return kinds[table["kind"]]()
    except ValueError as problem:
        raise EnginesFileError(f"{around.file}: engines.{name}: {problem}") from None


def _routes(
    file: EnginesFile, kind: type, engines: Mapping[str, SceneEngine], stand_in: SceneEngine
) -> Iterator[Route]:
    """The routes for one kind of background; of engines that make it in a mode, those that do."""
    for _, row in file.rows:
        if kind not in _kinds(row):
            continue
        for mode in row.modes:
            able = tuple(engine for name in row.engines if _can(engine := engines[name], kind, mode))
            yield Route((mode,), able, stand_in if row.fallback else None)


def _mistakes(file: EnginesFile, engines: Mapping[str, SceneEngine]) -> Iterator[str]:
    """Rows that could not be followed, and requests that no row is for; a sentence each."""
    served: set[tuple[type, Mode]] = set()
    for where, row in file.rows:
        for name in row.engines:
            yield from (f"{where}: {name} {lack}" for lack in _lacks(engines[name], row))
        for kind in _kinds(row):
            for mode in row.modes:
                served.add((kind, mode))
                if not any(_can(engines[name], kind, mode) for name in row.engines):
                    yield f"{where}: none of its engines serves the mode {mode} {_WITH[kind]}"
    for kind in _ROUTED:
        for mode in Mode:
            if (kind, mode) not in served:
                yield f"no route serves the mode {mode} {_WITH[kind]}"


_WITH = {Prompt: "with a prompt", References: "with reference pictures"}


def _lacks(engine: SceneEngine, row: Row) -> Iterator[str]:
    """What a row asks for by name and an engine in it does not have."""
    can = engine.capabilities()
    if row.references is not None:
        kind = References if row.references else Prompt
        if kind not in can.backgrounds:
            yield f"makes nothing {_WITH[kind]}"
    if "modes" in row.model_fields_set:
        yield from (f"does not have the mode {mode}" for mode in row.modes if mode not in can.modes)


def _can(engine: SceneEngine, kind: type, mode: Mode) -> bool:
    can = engine.capabilities()
    return kind in can.backgrounds and mode in can.modes


def _kinds(row: Row) -> tuple[type, ...]:
    if row.references is None:
        return _ROUTED
    return (References,) if row.references else (Prompt,)
