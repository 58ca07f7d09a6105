"""`backcloth cutout`: the subject of one photo without its background."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from backcloth.cli.one_photo import Force, OutputPath, PhotoPath, check_output, run, stored, write
from backcloth.pipeline.run import remove_background
from backcloth.storage.store import open_store


def cutout(
    photo: PhotoPath,
    output: OutputPath,
    one_megapixel: Annotated[
        bool, typer.Option(help="Scale to one megapixel instead of keeping the size.")
    ] = False,
    force_background_detection: Force = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print measurements as JSON.")] = False,
) -> None:
    """Cuts out the subject of one photo and writes a PNG with straight alpha."""
    check_output(output, photo)
    store = open_store("memory://")
    image = stored(store, photo, "image")
    outcome = run(
        lambda engines, watch: remove_background(
            image,
            engines,
            original_quality=not one_megapixel,
            force=force_background_detection,
            watch=watch,
        ),
        store,
    )
    write(output, outcome.png)
    if as_json:
        typer.echo(json.dumps({"output": str(output), **outcome.record}))
        return
    matte = outcome.record["matte"]
    typer.echo(
        f"{output}  (subject {matte['opaque'] + matte['soft']:.0%} of the picture, "
        f"edge uncertainty {matte['edge_uncertainty']:.2f}, {sum(outcome.record['seconds'].values()):.1f} s)"
    )
