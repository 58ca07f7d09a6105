"""Brings a preset's models from the hub where they are published, once, by the operator's command."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from backcloth.errors import one_line
from backcloth.scene.diffusion.folder import write_sums
from backcloth.scene.diffusion.preset import DiffusionError, Part, Preset

_PIPELINE = (
    "model_index.json",
    "*/*.json",
    "*/*.safetensors",
    "*/*.txt",
    "*/*.jinja",
    "LICENSE*",
    "README.md",
)
_NEVER = ("*.bin", "*.ckpt", "*.msgpack", "*.onnx*", "*fp16*", "*openvino*", "*flax*")
"""Other forms of the same weights, and those that would be unpickled."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A folder to fill.

    Attributes:
        repository: Where it is published.
        folder: Where it goes.
        patterns: Which files.
    """

    repository: str
    folder: Path
    patterns: tuple[str, ...]


def wanted_of(preset: Preset, models_dir: Path) -> list[Wanted]:
    """The folders that a preset is made of; none where the operator brings the model."""
    if not preset.repository:
        return []
    own = Wanted(preset.repository, models_dir / preset.folder, _PIPELINE)
    parts = [
        Wanted(part.repository, models_dir / part.folder, _patterns(part)) for part in preset.parts.values()
    ]
    return [own, *parts]


def _patterns(part: Part) -> tuple[str, ...]:
    if not part.file:
        return ("config.json", "*.safetensors", "README.md")
    file = f"{part.subfolder}/{part.file}" if part.subfolder else part.file
    encoder = (f"{part.encoder}/config.json", f"{part.encoder}/*.safetensors") if part.encoder else ()
    return (file, *encoder, "README.md")


def pull(preset: Preset, models_dir: Path, *, licence_accepted: bool) -> list[Path]:
    """Downloads what is not there, and writes each folder's checksums.

    Raises:
        DiffusionError: the licence is not accepted, the preset brings no model, or the hub cannot be reached;
            the last says how to bring the files by another way.
    """
    wanted = wanted_of(preset, models_dir)
    if not wanted:
        raise DiffusionError(f"the preset {preset.name} brings no model: name a folder of yours in model_dir")
    if preset.ask and not licence_accepted:
        raise DiffusionError(f"{preset.licence} ({preset.caveat})")
    for each in wanted:
        _fetch(each)
        write_sums(each.folder)
    return [each.folder for each in wanted]


def _fetch(wanted: Wanted) -> None:
    try:
        import huggingface_hub  # noqa: PLC0415  # an extra
    except ImportError:
        raise DiffusionError(f"huggingface_hub is not installed; {by_hand(wanted)}") from None
    try:
        huggingface_hub.snapshot_download(
            wanted.repository,
            local_dir=wanted.folder,
            allow_patterns=list(wanted.patterns),
            ignore_patterns=list(_NEVER),
        )
    except Exception as problem:
        # Whatever its client raises, the way out is the same.
        raise DiffusionError(
            f"{wanted.repository} could not be fetched ({one_line(problem)}); {by_hand(wanted)}"
        ) from problem


def by_hand(wanted: Wanted) -> str:
    """How the files get there from a machine that reaches the hub."""
    include = " ".join(f"--include '{pattern}'" for pattern in wanted.patterns)
    return (
        f"where the hub is reached, run `hf download {wanted.repository} {include} --local-dir "
        f"{wanted.folder.name}` and copy that folder to {wanted.folder}"
    )
