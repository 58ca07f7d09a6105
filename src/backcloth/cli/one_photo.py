"""What the commands about one photo share: the file in, the file out, and a sentence for what goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from backcloth.cli.configure import fail, load
from backcloth.cutout.weights import WeightsError
from backcloth.domain.request import Source, Stored
from backcloth.engines import open_engines
from backcloth.errors import BackclothError, one_line
from backcloth.imaging.credentials import CredentialsUnusable
from backcloth.pipeline.engines import Engines
from backcloth.pipeline.run import Outcome
from backcloth.pipeline.watch import Watch
from backcloth.scene.engines_file import EnginesFileError
from backcloth.storage.store import Store

PhotoPath = Annotated[Path, typer.Argument(metavar="IN", help="A JPEG, PNG or WEBP.")]
OutputPath = Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="The PNG to write.")]
Force = Annotated[bool, typer.Option(help="Cut out despite an alpha channel.")]


def check_output(output: Path, photo: Path) -> None:
    """Ends the command where the result could not be written: before the work, which would be lost."""
    if output.suffix.lower() != ".png":
        raise fail(f"{output}: the result is a PNG, so its name must end in .png", 2)
    if not output.resolve().parent.is_dir():
        raise fail(f"{output}: there is no such folder", 2)
    if output.resolve() == photo.resolve():
        raise fail(f"{output}: this is the photo itself", 2)


def stored(store: Store, path: Path, key: str) -> Source:
    """The picture in a file, where the pipeline looks for it; ends the command if it cannot be read."""
    try:
        store.put(key, path.read_bytes())
    except OSError as problem:
        raise fail(f"cannot read {path}: {problem.strerror}") from None
    return Stored(key)


def run(work: Callable[[Engines, Watch], Outcome], store: Store) -> Outcome:
    """Does the work with the engines of the settings, naming each stage on stderr as it begins."""
    watch = Watch(on_stage=lambda stage: typer.echo(f"  {stage} …", err=True))
    try:
        engines = open_engines(load(), store)
        with closing(engines):
            return work(engines, watch)
    except BackclothError as refusal:
        raise fail(f"{refusal.message}: {refusal.details}") from None
    except (WeightsError, EnginesFileError, CredentialsUnusable, OSError) as problem:
        raise fail(one_line(problem)) from None


def write(output: Path, png: bytes) -> None:
    """Writes the result; ends the command if that fails."""
    try:
        output.write_bytes(png)
    except OSError as problem:
        raise fail(f"cannot write {output}: {problem.strerror}") from None
