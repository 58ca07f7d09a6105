"""`backcloth replace`: one photo, in this process, through the same pipeline as the service."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Annotated

import typer

from backcloth.cli.configure import fail, load, one_line
from backcloth.cutout.weights import WeightsError
from backcloth.domain.background import Background, Prompt, References, Solid
from backcloth.domain.colour import parse_hex, solid_colour
from backcloth.domain.request import RANDOM_SEED_MAX, SEED_MAX, Mode, ReplaceBackground, Source, Stored
from backcloth.errors import BackclothError
from backcloth.pipeline.moderation import admit
from backcloth.pipeline.run import Outcome, Stopwatch, replace_background
from backcloth.service import open_engines
from backcloth.storage.store import Store, open_store


def replace(  # noqa: PLR0913, PLR0917  # one parameter an option
    photo: Annotated[Path, typer.Argument(metavar="IN", help="A JPEG, PNG or WEBP.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="The PNG to write.")],
    prompt: Annotated[str, typer.Option(help="The background in words, or a hex colour.")] = "",
    ref: Annotated[list[Path] | None, typer.Option(help="A picture of the background; repeatable.")] = None,
    color: Annotated[str, typer.Option(help="A flat colour, such as #FF5733.")] = "",
    negative_prompt: Annotated[str, typer.Option(help="What the background should not show.")] = "",
    seed: Annotated[int | None, typer.Option(min=0, max=SEED_MAX, help="Same seed, same picture.")] = None,
    original_quality: Annotated[bool, typer.Option(help="Keep the photo's pixel size.")] = False,
    force_background_detection: Annotated[
        bool, typer.Option(help="Cut out despite an alpha channel.")
    ] = False,
    refine_prompt: Annotated[bool, typer.Option(help="Rewrite the prompt to be drawn better.")] = True,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print seed, notes and measurements as JSON.")
    ] = False,
) -> None:
    """Replaces the background of one photo and writes a PNG."""
    _check_output(output, photo)
    store = open_store("memory://")
    references = ref or []
    request = ReplaceBackground(
        image=_stored(store, photo, "image"),
        background=_background(prompt, references, color, negative_prompt),
        seed=secrets.randbelow(RANDOM_SEED_MAX + 1) if seed is None else seed,
        references=tuple(_stored(store, path, f"ref{n}") for n, path in enumerate(references)),
        mode=Mode.BASE if negative_prompt else Mode.FAST,
        refine_prompt=refine_prompt,
        original_quality=original_quality,
        force_background_detection=force_background_detection,
    )
    outcome = _run(request, store)
    try:
        output.write_bytes(outcome.png)
    except OSError as problem:
        raise fail(f"cannot write {output}: {problem.strerror}") from None
    _report(output, request.seed, outcome, as_json=as_json)


def _check_output(output: Path, photo: Path) -> None:
    """Before the work, which would be lost after it."""
    if output.suffix.lower() != ".png":
        raise fail(f"{output}: the result is a PNG, so its name must end in .png", 2)
    if not output.resolve().parent.is_dir():
        raise fail(f"{output}: there is no such folder", 2)
    if output.resolve() == photo.resolve():
        raise fail(f"{output}: this is the photo itself", 2)


def _background(prompt: str, references: list[Path], color: str, negative: str) -> Background:
    if sum(map(bool, (prompt, references, color))) != 1:
        raise fail("exactly one of --prompt, --ref and --color is needed", 2)
    if references:
        return References(len(references))
    if color:
        try:
            return Solid(parse_hex(color))
        except ValueError as problem:
            raise fail(f"--color: {problem}", 2) from None
    colour = solid_colour(prompt)
    return Solid(colour, prompt) if colour else Prompt(prompt, negative)


def _stored(store: Store, path: Path, key: str) -> Source:
    try:
        store.put(key, path.read_bytes())
    except OSError as problem:
        raise fail(f"cannot read {path}: {problem.strerror}") from None
    return Stored(key)


def _run(request: ReplaceBackground, store: Store) -> Outcome:
    watch = Stopwatch(on_stage=lambda stage: typer.echo(f"  {stage} …", err=True))
    try:
        engines = open_engines(load(), store)
        admit(request, engines)
        return replace_background("cli", request, engines, watch)
    except BackclothError as refusal:
        raise fail(f"{refusal.message}: {refusal.details}") from None
    except (WeightsError, OSError) as problem:
        raise fail(one_line(problem)) from None


def _report(output: Path, seed: int, outcome: Outcome, *, as_json: bool) -> None:
    if as_json:
        report = {"output": str(output), "seed": seed, "refined_prompt": outcome.refined_prompt}
        typer.echo(json.dumps({**report, "notes": outcome.notices, **outcome.record}))
        return
    typer.echo(f"{output}  (seed {seed}, {sum(outcome.record['seconds'].values()):.1f} s)")
    for notice in outcome.notices:
        typer.echo(f"note: {notice}")
