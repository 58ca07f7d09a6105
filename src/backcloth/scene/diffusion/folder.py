"""A model's folder on this machine: what is in it, whether it is whole, and its checksums."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backcloth.scene.diffusion.config import Config
from backcloth.scene.diffusion.preset import DiffusionError, Family, Part, Preset

MODELS_DIR = Path.home() / ".cache" / "backcloth" / "models"
"""Where models lie unless told otherwise, as the cut-out's weights do."""

SUMS = "SHA256SUMS"
"""The checksums of a folder's files, as `sha256sum` writes them; `backcloth models pull` does too."""

_FAMILIES: tuple[tuple[str, Family], ...] = (
    ("Flux2Klein", "klein"),
    ("StableDiffusionXLControlNet", "sdxl-controlnet"),
    ("StableDiffusionXL", "sdxl"),
    ("QwenImageEditPlus", "qwen-edit"),
)
"""By how the pipeline's class begins; what takes a picture and a mask otherwise is `inpaint`."""


@dataclass(frozen=True, slots=True)
class Model:
    """What a process has to load.

    Attributes:
        preset: The preset; its family is never `auto`.
        folder: The pipeline's.
        parts: Folders of the preset's parts by name, those alone that are there.
        fingerprint: Changes with the files.
    """

    preset: Preset
    folder: Path
    parts: dict[str, Path]
    fingerprint: str


def find_model(preset: Preset, config: Config, models_dir: Path) -> Model:
    """Looks for everything that the preset needs, without loading any of it.

    Raises:
        DiffusionError: the licence is not accepted, a package, a folder or a file is missing.
    """
    if preset.ask and not config.accept_license:
        terms = preset.licence + (f" ({preset.caveat})" if preset.caveat else "")
        raise DiffusionError(
            f"the preset {preset.name} has a licence to accept: {terms}; set accept_license = true if you do"
        )
    for package in ("torch", "diffusers", "transformers"):
        if importlib.util.find_spec(package) is None:
            raise DiffusionError(
                f"the preset {preset.name} needs {package}: pip install 'backcloth[diffusion]'"
            )
    if preset.family == "qwen-edit" and importlib.util.find_spec("torchvision") is None:
        raise DiffusionError(f"the preset {preset.name} needs torchvision, of the version that fits torch")
    if config.quantisation in ("int8", "nf4") and importlib.util.find_spec("bitsandbytes") is None:
        raise DiffusionError(
            f"quantisation = {config.quantisation} needs bitsandbytes, which is not installed"
        )
    folder = config.model_dir or _default(preset, models_dir)
    index = _index(folder, preset)
    parts = {}
    for name, part in preset.parts.items():
        given: Path | None = getattr(config, f"{name}_dir")
        parts[name] = given or models_dir / part.folder
        _require_part(name, part, parts[name], preset)
    fingerprint = ":".join(fingerprint_of(each) for each in (folder, *parts.values()))
    return Model(_called(preset, str(index.get("_class_name", ""))), folder, parts, fingerprint)


def _default(preset: Preset, models_dir: Path) -> Path:
    if not preset.folder:
        raise DiffusionError(f"the preset {preset.name} brings no model: name its folder in model_dir")
    return models_dir / preset.folder


def _index(folder: Path, preset: Preset) -> dict[str, Any]:
    """The pipeline's index, once every part that it names is there with its weights."""
    if not (folder / "model_index.json").is_file():
        how = f"`backcloth models pull {preset.name}` brings it" if preset.repository else "see model_dir"
        raise DiffusionError(f"there is no model of {preset.name} in {folder} (no model_index.json); {how}")
    try:
        index: dict[str, Any] = json.loads((folder / "model_index.json").read_bytes())
    except ValueError as problem:
        raise DiffusionError(f"{folder / 'model_index.json'} is no JSON: {problem}") from None
    for name, kind in index.items():
        if isinstance(kind, list) and kind[:1] != [None]:
            _require_weights(folder / name)
    return index


def _require_weights(folder: Path) -> None:
    if not folder.is_dir():
        raise DiffusionError(f"{folder} is missing: the download is not complete")
    for index in folder.glob("*.safetensors.index.json"):
        shards = set(json.loads(index.read_bytes())["weight_map"].values())
        missing = sorted(shard for shard in shards if not (folder / shard).is_file())
        if missing:
            raise DiffusionError(f"{folder / missing[0]} is missing: the download is not complete")
    weights = any(next(folder.glob(pattern), None) for pattern in ("*.safetensors", "*.bin", "*.gguf"))
    if _is_network(folder) and not weights:
        raise DiffusionError(f"{folder} has no weights: the download is not complete")


def _is_network(folder: Path) -> bool:
    """Whether a folder's configuration is one of a network, and not of a tokenizer or a scheduler."""
    return (folder / "config.json").is_file()


def _require_part(name: str, part: Part, folder: Path, preset: Preset) -> None:
    wanted = folder / part.subfolder / (part.file or "config.json")
    if not wanted.is_file():
        raise DiffusionError(
            f"the preset {preset.name} needs {part.repository}, and there is no {wanted}; "
            f"`backcloth models pull {preset.name}` brings it, or {name}_dir names its folder"
        )


def _called(preset: Preset, kind: str) -> Preset:
    """The preset with its family and pipeline settled."""
    if preset.family != "auto":
        return preset
    if not kind:
        raise DiffusionError("the model's index does not name its pipeline")
    family = next((family for begin, family in _FAMILIES if kind.startswith(begin)), "inpaint")
    if family == "sdxl-controlnet" and not preset.controlnet:
        family = "inpaint"
    return preset.model_copy(update={"family": family, "pipeline": preset.pipeline or kind})


def fingerprint_of(folder: Path) -> str:
    """Twelve hex digits that change with a folder's files.

    With a list of checksums they are the list's, marked `s`. Without, they are made of names, sizes and the
    first 64 KiB of each file, marked `f`: enough to tell two models apart, and no proof of their content.
    """
    if (folder / SUMS).is_file():
        return "s" + hashlib.sha256((folder / SUMS).read_bytes()).hexdigest()[:12]
    digest = hashlib.sha256()
    for path in files_of(folder):
        digest.update(f"{path.relative_to(folder).as_posix()} {path.stat().st_size}\n".encode())
        with path.open("rb") as file:
            digest.update(file.read(65536))
    return "f" + digest.hexdigest()[:12]


def files_of(folder: Path) -> list[Path]:
    """Every file of a model, in a fixed order; not those a download left behind."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and path.name != SUMS
        and not any(step.startswith(".") for step in path.relative_to(folder).parts)
    )


def write_sums(folder: Path) -> int:
    """Writes the folder's checksums; how many files they cover."""
    files = files_of(folder)
    lines = [f"{_sum(path)}  {path.relative_to(folder).as_posix()}\n" for path in files]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")
    return len(files)


def verify_sums(folder: Path) -> int:
    """Compares every file with the folder's checksums; how many there are.

    Raises:
        DiffusionError: there is no list, or a file is missing, not listed, or another one.
    """
    if not (folder / SUMS).is_file():
        raise DiffusionError(f"there is no {folder / SUMS}; `sha256sum` over the folder's files writes one")
    lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    listed = {
        name.strip().removeprefix("*"): digest for digest, _, name in (li.partition(" ") for li in lines)
    }
    present = {path.relative_to(folder).as_posix(): path for path in files_of(folder)}
    for name in sorted(listed.keys() ^ present.keys()):
        raise DiffusionError(f"{folder / name} is {'missing' if name in listed else f'not listed in {SUMS}'}")
    for name, path in present.items():
        if _sum(path) != listed[name]:
            raise DiffusionError(
                f"{path} fails its checksum: it is damaged, or another file than the one listed"
            )
    return len(present)


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
