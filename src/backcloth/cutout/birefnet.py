"""BiRefNet (Zheng et al., CAAI Artificial Intelligence Research 3, 2024) through transformers, for a GPU.

The operator downloads the published folders; nothing is fetched here. They bring Python code of their own,
which runs with this process's rights, so it is refused until a setting allows it, and a list of checksums
pins code and weights alike.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from backcloth.cutout.spec import Map, NetworkSpec, Pixels
from backcloth.cutout.weights import WeightsInvalid, WeightsUnavailable, check_sum
from backcloth.errors import one_line

SUMS = "SHA256SUMS"
"""The file in each folder that `sha256sum *.json *.py *.safetensors` wrote."""

LICENCE = "MIT by the author's word for code and weights (ZhengPeng7/BiRefNet#316)"

_DIS5K = "DIS5K, whose terms conflict with the licence as the author says himself (#306)"

_LOADED = ("*.json", "*.py", "*.safetensors")


Run = Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Variant:
    """One published BiRefNet.

    Attributes:
        folder: Its repository's name, and its folder's.
        spec: How it is fed and read.
        data: What it was trained on.
        matting: Whether it was trained to give mattes, which are kept as they are.
    """

    folder: str
    spec: NetworkSpec
    data: str
    matting: bool = False


_SPEC = NetworkSpec((1024, 1024), activation="sigmoid")
_SPEC_HR = NetworkSpec((2048, 2048), activation="sigmoid")

_GENERAL = f"{_DIS5K}, DUTS, HRSOD, UHRSD, HRS10K, P3M-10k and humans"
_MATTING = (
    "P3M-10k, humans, AM-2k, AIM-500, Human-2k, Distinctions-646, HIM2K and PPM-100, each on terms of its own"
)

VARIANTS = {
    "birefnet": Variant("BiRefNet", _SPEC, _GENERAL),
    "birefnet-portrait": Variant("BiRefNet-portrait", _SPEC, "P3M-10k and humans", matting=True),
    "birefnet-matting": Variant("BiRefNet-matting", _SPEC, _MATTING, matting=True),
    "birefnet-hr": Variant("BiRefNet_HR", _SPEC_HR, f"{_DIS5K}, AIM-500, PPM-100, P3M-10k and others"),
    "birefnet-lite": Variant("BiRefNet_lite", _SPEC, _GENERAL),
}
"""By the preset's name."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the published folders lie and how they may be run.

    Attributes:
        folder: Holds one folder for each variant that the operator downloaded.
        device: `auto` (a GPU where there is one), or a device as torch names it.
        trust_remote_code: Whether the Python code in the folders may run.
    """

    folder: Path | None = None
    device: str = "auto"
    trust_remote_code: bool = False


def verified_folder(name: str, shelf: Shelf) -> Path:
    """The variant's folder, once every file that would be loaded has been found to be the one listed.

    Raises:
        WeightsUnavailable: the folder, its list of checksums, or the permission to run its code is missing.
        WeightsInvalid: a file is not listed, or not the one listed.
    """
    variant = VARIANTS[name]
    if shelf.folder is None:
        raise WeightsUnavailable(f"the preset {name} needs BACKCLOTH_CUTOUT_BIREFNET_DIR")
    folder = shelf.folder / variant.folder
    if not (folder / "config.json").is_file():
        raise WeightsUnavailable(f"there is no {folder / 'config.json'}: download {variant.folder} there")
    if not (folder / SUMS).is_file():
        raise WeightsUnavailable(f"there is no {folder / SUMS}: write it there, see the configuration's page")
    listed = _listed(folder / SUMS)
    for path in sorted(found for pattern in _LOADED for found in folder.glob(pattern)):
        if path.name not in listed:
            raise WeightsInvalid(f"{path} is not listed in {SUMS}")
        check_sum(path, listed[path.name])
    if not shelf.trust_remote_code and _brings_code(folder):
        raise WeightsUnavailable(
            f"{folder} brings Python code of its own; BACKCLOTH_CUTOUT_TRUST_REMOTE_CODE=true lets it run"
        )
    return folder


def open_birefnet(name: str, shelf: Shelf) -> BiRefNet:
    """Verifies and loads a variant, and runs it once.

    Raises:
        WeightsUnavailable: see verified_folder; or torch, transformers or the device is missing.
        WeightsInvalid: see verified_folder; or the folder holds no model that gives such maps.
    """
    folder = verified_folder(name, shelf)
    spec = VARIANTS[name].spec
    try:
        import torch  # noqa: PLC0415 - an extra, gigabytes of it
        import transformers  # noqa: PLC0415 - likewise
    except ImportError as error:
        raise WeightsUnavailable(f"the preset {name} needs torch: pip install 'backcloth[torch]'") from error
    device = _device(torch, shelf.device)
    precision = torch.float16 if device.type == "cuda" else torch.float32
    try:
        model = transformers.AutoModelForImageSegmentation.from_pretrained(
            folder,
            dtype=precision,
            local_files_only=True,
            trust_remote_code=shelf.trust_remote_code,
            use_safetensors=True,
        )
        run = _runner(torch, model.to(device).eval(), device, precision)
        network = BiRefNet(spec, run, _fingerprint(folder, torch, device))
        wide, high = spec.size
        network.map(np.full((high, wide, 3), 128, np.uint8))
    except Exception as error:
        # The folder's own code raises what it likes.
        raise WeightsInvalid(f"{folder} cannot be loaded: {one_line(error)}") from error
    return network


class BiRefNet:
    """A loaded variant.

    Args:
        spec: How it is fed and read.
        run: From a (1, 3, h, w) float32 picture to a (1, 1, h, w) float32 map, not activated.
        fingerprint: Of weights, code and runtime.
    """

    def __init__(self, spec: NetworkSpec, run: Run, fingerprint: str) -> None:
        self.spec = spec
        self.fingerprint = fingerprint
        self._run = run

    def map(self, thumbnail: Pixels) -> Map:
        """See Network."""
        return self.spec.map(self._run(self.spec.batch(thumbnail)))


def _runner(torch: Any, model: Any, device: Any, precision: Any) -> Run:
    def run(batch: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        with torch.inference_mode():
            maps = model(torch.from_numpy(batch).to(device=device, dtype=precision))
            # The maps of the decoder's stages; the last one is the result.
            return np.asarray(maps[-1].float().cpu().numpy(), np.float32)

    return run


def _device(torch: Any, name: str) -> Any:
    found = torch.cuda.is_available()
    if name == "auto":
        return torch.device("cuda" if found else "cpu")
    if name.startswith("cuda") and not found:
        raise WeightsUnavailable(f"BACKCLOTH_CUTOUT_DEVICE is {name}, but torch finds no such GPU here")
    return torch.device(name)


def _listed(sums: Path) -> dict[str, str]:
    """File name → checksum, from the lines that `sha256sum` writes."""
    lines = [line.split(maxsplit=1) for line in sums.read_text(encoding="utf-8").splitlines() if line.strip()]
    if any(len(parts) != 2 for parts in lines):
        raise WeightsInvalid(f"{sums} is no list that sha256sum wrote")
    return {name.removeprefix("*"): digest for digest, name in lines}


def _brings_code(folder: Path) -> bool:
    try:
        config = json.loads((folder / "config.json").read_bytes())
    except ValueError as error:
        raise WeightsInvalid(f"{folder / 'config.json'} is no JSON: {error}") from error
    return isinstance(config, dict) and "auto_map" in config


def _fingerprint(folder: Path, torch: Any, device: Any) -> str:
    listed = hashlib.sha256((folder / SUMS).read_bytes()).hexdigest()
    return f"{listed[:12]}:torch-{torch.__version__}:{device.type}"
