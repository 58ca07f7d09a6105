"""`backcloth replace`: one photo, in this process, through the same pipeline as the service."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Annotated

import typer

from backcloth.cli.configure import fail
from backcloth.cli.one_photo import Force, OutputPath, PhotoPath, check_output, run, stored, write
from backcloth.domain.background import Background, Prompt, References, Solid, Staged
from backcloth.domain.colour import parse_hex, solid_colour
from backcloth.domain.placement import PADDING_MAX, Placement, Position, Shadow
from backcloth.domain.request import RANDOM_SEED_MAX, SEED_MAX, Mode, ReplaceBackground
from backcloth.pipeline.admit import admit
from backcloth.pipeline.engines import Engines
from backcloth.pipeline.run import Outcome, replace_background
from backcloth.pipeline.watch import Watch
from backcloth.scene.studio.spec import SpecError, read_spec, to_plain
from backcloth.storage.store import open_store


def replace(  # noqa: PLR0913, PLR0917  # one parameter an option
    photo: PhotoPath,
    output: OutputPath,
    prompt: Annotated[str, typer.Option(help="The background in words, or a hex colour.")] = "",
    scene: Annotated[Path | None, typer.Option(help="A scene spec in a TOML file.")] = None,
    ref: Annotated[list[Path] | None, typer.Option(help="A picture of the background; repeatable.")] = None,
    color: Annotated[str, typer.Option(help="A flat colour, such as #FF5733.")] = "",
    negative_prompt: Annotated[str, typer.Option(help="What the background should not show.")] = "",
    seed: Annotated[int | None, typer.Option(min=0, max=SEED_MAX, help="Same seed, same picture.")] = None,
    original_quality: Annotated[bool, typer.Option(help="Keep the photo's pixel size.")] = False,
    force_background_detection: Force = False,
    refine_prompt: Annotated[bool, typer.Option(help="Rewrite the prompt to be drawn better.")] = True,
    placement: Annotated[
        Position, typer.Option(help="Where the subject goes: ground and center put it in the middle.")
    ] = Position.KEEP,
    padding: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            max=PADDING_MAX,
            help="With ground or center: room around the subject, as a share of the shorter side.",
        ),
    ] = None,
    shadow: Annotated[Shadow, typer.Option(help="The subject's shadow.")] = Shadow.AUTO,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print seed, notes and measurements as JSON.")
    ] = False,
) -> None:
    """Replaces the background of one photo and writes a PNG."""
    check_output(output, photo)
    store = open_store("memory://")
    references = ref or []
    request = ReplaceBackground(
        image=stored(store, photo, "image"),
        background=_background(prompt, scene, references, color, negative_prompt),
        seed=secrets.randbelow(RANDOM_SEED_MAX + 1) if seed is None else seed,
        references=tuple(stored(store, path, f"ref{n}") for n, path in enumerate(references)),
        mode=Mode.BASE if negative_prompt else Mode.FAST,
        refine_prompt=refine_prompt,
        original_quality=original_quality,
        force_background_detection=force_background_detection,
        placement=Placement(placement, padding, shadow),
    )

    def work(engines: Engines, watch: Watch) -> Outcome:
        admit(request, engines)
        return replace_background("cli", request, engines, watch)

    outcome = run(work, store)
    write(output, outcome.png)
    _report(output, request.seed, outcome, as_json=as_json)


def _background(
    prompt: str, scene: Path | None, references: list[Path], color: str, negative: str
) -> Background:
    if sum(map(bool, (prompt, scene, references, color))) != 1:
        raise fail("exactly one of --prompt, --scene, --ref and --color is needed", 2)
    if scene:
        return _staged(scene)
    if references:
        return References(len(references))
    if color:
        try:
            return Solid(parse_hex(color))
        except ValueError as problem:
            raise fail(f"--color: {problem}", 2) from None
    colour = solid_colour(prompt)
    return Solid(colour, prompt) if colour else Prompt(prompt, negative)


def _staged(path: Path) -> Staged:
    try:
        return Staged(to_plain(read_spec(path)))
    except SpecError as problem:
        raise fail(f"--scene {path}: {problem}", 2) from None
    except OSError as problem:
        raise fail(f"cannot read {path}: {problem.strerror}", 2) from None


def _report(output: Path, seed: int, outcome: Outcome, *, as_json: bool) -> None:
    if as_json:
        report = {"output": str(output), "seed": seed, "refined_prompt": outcome.refined_prompt}
        typer.echo(json.dumps({**report, "notes": outcome.notices, **outcome.record}))
        return
    typer.echo(f"{output}  (seed {seed}, {sum(outcome.record['seconds'].values()):.1f} s)")
    for notice in outcome.notices:
        typer.echo(f"note: {notice}")
