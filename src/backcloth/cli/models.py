"""`backcloth models`: the cut-out's presets and weights, and the diffusion engine's."""

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
from backcloth.engines import shelf_of
from backcloth.scene.diffusion.folder import SUMS, verify_sums, write_sums
from backcloth.scene.diffusion.preset import NAMES as PAINTERS
from backcloth.scene.diffusion.preset import DiffusionError, Effort, Preset, read_preset
from backcloth.scene.diffusion.pull import pull as pull_models
from backcloth.scene.diffusion.pull import wanted_of
from backcloth.settings import CutoutSettings

_PULLABLE = {weights.name: weights for weights in KNOWN if weights.carrier}

_NAMED = f"{' or '.join(_PULLABLE)}; of the diffusion engine {', '.join(PAINTERS)}, or a preset's .toml file"

app = typer.Typer(
    help="The presets and weights of the cut-out and the diffusion engine.", no_args_is_help=True
)


@app.command()
def pull(
    name: Annotated[str, typer.Argument(help=_NAMED)],
    accept_license: Annotated[
        bool, typer.Option("--accept-license", help="You have read what is disputed, and take the weights.")
    ] = False,
) -> None:
    """Downloads weights and verifies them; nothing happens when they are there."""
    if name not in _PULLABLE:
        _pull_preset(name, accept_license=accept_license)
        return
    try:
        path = pull_weights(_PULLABLE[name], load().cutout.models_dir, licence_accepted=accept_license)
    except LicenceUnaccepted as problem:
        raise fail(f"{problem}. With --accept-license they are pulled; the decision is yours.", 2) from None
    except WeightsError as problem:
        raise fail(str(problem)) from None
    typer.echo(f"{path} is there and verified")


def _pull_preset(name: str, *, accept_license: bool) -> None:
    preset = _painter(name)
    if preset.ask and not accept_license:
        raise fail(f"{_terms(preset)}. With --accept-license it is pulled; the decision is yours.", 2)
    try:
        folders = pull_models(preset, load().cutout.models_dir, licence_accepted=accept_license)
    except DiffusionError as problem:
        raise fail(str(problem)) from None
    for folder in folders:
        typer.echo(f"{folder} is there, its checksums are in {SUMS}")


@app.command()
def verify(
    name: Annotated[str, typer.Argument(help=f"{', '.join(PAINTERS)}, or a preset's .toml file")],
    record: Annotated[
        bool, typer.Option("--record", help="Write the checksums of what is there, instead of comparing.")
    ] = False,
) -> None:
    """Compares the files of a diffusion preset's models with their checksums."""
    wanted = wanted_of(_painter(name), load().cutout.models_dir)
    if not wanted:
        raise fail(f"the preset {name} brings no model of its own", 2)
    for each in wanted:
        if not each.folder.is_dir():
            raise fail(f"there is no {each.folder}; `backcloth models pull {name}` brings it")
        try:
            count = write_sums(each.folder) if record else verify_sums(each.folder)
        except DiffusionError as problem:
            raise fail(str(problem)) from None
        typer.echo(f"{each.folder}: {count} files {'recorded' if record else 'are as listed'}")


@app.command()
def show(
    name: Annotated[str, typer.Argument(help=f"{', '.join(PAINTERS)}, or a preset's .toml file")],
) -> None:
    """Shows all of a diffusion preset: licence, memory, modes, prompts, and where its models belong."""
    preset = _painter(name)
    facts = {
        "licence": _terms(preset),
        "commercial use": "yes" if preset.commercial else "not without the licensor's consent, or not known",
        "GPU memory": f"{preset.vram_gb:g} GB by its publisher's word",
        "pipeline": preset.pipeline or "as the model's index says",
        "canvas": f"up to {preset.pixel_area} pixels, sides a multiple of {preset.multiple}",
        "references": f"up to {preset.references}",
        "fast": _sampling(preset.fast),
        "base, high_control": _sampling(preset.regular),
        "prompt": preset.prompt,
        "never wanted": preset.negative_prompt or "–",
    }
    typer.echo(f"{preset.name}: {preset.about}")
    for label, words in facts.items():
        typer.echo(
            textwrap.fill(words, 108, initial_indent=f"  {label + ':':<20}", subsequent_indent=" " * 22)
        )
    for each in wanted_of(preset, load().cutout.models_dir):
        state = "there" if each.folder.is_dir() else "not there"
        typer.echo(f"  {'model:':<20}{each.repository} in {each.folder} ({state})")


def _painter(name: str) -> Preset:
    try:
        return read_preset(name)
    except DiffusionError as problem:
        raise fail(f"{problem}; weights that can be pulled: {', '.join(_PULLABLE)}", 2) from None


def _terms(preset: Preset) -> str:
    return preset.licence + (f"; {preset.caveat}" if preset.caveat else "")


def _sampling(effort: Effort | None) -> str:
    if effort is None:
        return "not served"
    negative = "honours" if effort.negative else "has no"
    return f"{effort.steps} steps, guidance {effort.guidance:g}, {negative} negative prompt"


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
    typer.echo("\nDiffusion presets (for an engines table, see docs/diffusion.md)")
    for name in PAINTERS:
        preset = read_preset(name)
        there = [each.folder.is_dir() for each in wanted_of(preset, settings.models_dir)]
        pulled = f"`backcloth models pull {name}{' --accept-license' if preset.ask else ''}` brings it"
        state = "its models are there" if all(there) else pulled
        state = state if there else "the operator brings the model"
        modes = ", ".join(preset.modes)
        facts = f"{preset.about} {preset.vram_gb:g} GB of GPU memory by its publisher's word; {modes}"
        _entry(name, facts, _terms(preset), state)


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
    typer.echo(textwrap.fill(facts, 108, initial_indent=f"  {name:<18}", subsequent_indent=" " * 20))
    for line in (f"licence: {licence}", *rest):
        typer.echo(textwrap.fill(line, 108, initial_indent=" " * 20, subsequent_indent=" " * 20))
