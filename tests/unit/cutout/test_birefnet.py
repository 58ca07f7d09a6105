"""The adapter through stand-ins for torch and transformers, and through the real ones where they are."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from backcloth.cutout.birefnet import SUMS, VARIANTS, Shelf, open_birefnet, verified_folder
from backcloth.cutout.presets import MattingSegmenter, SaliencySegmenter, open_segmenter
from backcloth.cutout.weights import WeightsInvalid, WeightsUnavailable

CONFIGURATION = """
from transformers import PretrainedConfig


class RedConfig(PretrainedConfig):
    model_type = "red"
"""

MODEL = """
import torch
from transformers import PreTrainedModel
from .configuration import RedConfig


class Red(PreTrainedModel):
    config_class = RedConfig

    def __init__(self, config):
        super().__init__(config)
        self.differ = torch.nn.Conv2d(3, 1, 1)
        self.post_init()

    def forward(self, picture):
        red = self.differ(picture)
        return [red[:, :, ::8, ::8], red]
"""


class Tensor:
    """Stands where a tensor stands."""

    def __init__(self, values: npt.NDArray[Any], device: str = "cpu") -> None:
        self.values = values
        self.device = device

    def to(self, *, device: SimpleNamespace, dtype: type) -> Tensor:
        """The values as another type, elsewhere."""
        return Tensor(self.values.astype(dtype), device.type)

    def float(self) -> Tensor:
        """In single precision."""
        return Tensor(self.values.astype(np.float32), self.device)

    def cpu(self) -> Tensor:
        """Here."""
        return Tensor(self.values)

    def numpy(self) -> npt.NDArray[Any]:
        """The values, which can only be had here."""
        assert self.device == "cpu"
        return self.values


class Model:
    """Stands where the published model stands: red minus green, as it calls its maps."""

    def __init__(self) -> None:
        self.seen: list[Tensor] = []
        self.device = ""
        self.evaluates = False

    def to(self, device: SimpleNamespace) -> Model:
        """Goes there."""
        self.device = device.type
        return self

    def eval(self) -> Model:
        """Trains no more."""
        self.evaluates = True
        return self

    def __call__(self, picture: Tensor) -> list[Tensor]:
        """The maps of two stages; the last one is final."""
        assert self.evaluates
        assert picture.device == self.device
        self.seen.append(picture)
        red = 8 * (picture.values[:, :1] - picture.values[:, 1:2])
        return [Tensor(red[:, :, ::8, ::8], self.device), Tensor(red, self.device)]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Each variant's folder with code of its own, and its checksums; the permission to run it."""
    for variant in VARIANTS.values():
        folder = tmp_path / variant.folder
        folder.mkdir()
        config = {
            "architectures": ["Red"],
            "auto_map": {
                "AutoConfig": "configuration.RedConfig",
                "AutoModelForImageSegmentation": "model.Red",
            },
        }
        (folder / "config.json").write_text(json.dumps(config))
        (folder / "configuration.py").write_text(CONFIGURATION)
        (folder / "model.py").write_text(MODEL)
        (folder / "model.safetensors").write_bytes(b"weights")
        seal(folder)
    return Shelf(tmp_path, trust_remote_code=True)


def seal(folder: Path) -> None:
    """What `sha256sum *.json *.py *.safetensors > SHA256SUMS` does."""
    files = [path for kind in ("json", "py", "safetensors") for path in sorted(folder.glob(f"*.{kind}"))]
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (folder / SUMS).write_text("".join(lines))


class Runtime(SimpleNamespace):
    """The stand-ins for torch and transformers: what was loaded, and how."""

    model: Model
    asked: dict[str, Any]
    gpu: bool


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Runtime:
    """Torch with a GPU, and transformers with that model."""
    standing = Runtime(model=Model(), asked={}, gpu=True)

    def load(folder: Path, **options: Any) -> Model:
        standing.asked = {"folder": folder, **options}
        return standing.model

    torch, transformers = ModuleType("torch"), ModuleType("transformers")
    vars(torch).update(
        __version__="2.0",
        float16=np.float16,
        float32=np.float32,
        cuda=SimpleNamespace(is_available=lambda: standing.gpu),
        device=lambda name: SimpleNamespace(type=name.split(":")[0]),
        inference_mode=contextlib.nullcontext,
        from_numpy=Tensor,
    )
    vars(transformers).update(AutoModelForImageSegmentation=SimpleNamespace(from_pretrained=load))
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "transformers", transformers)
    return standing


def red_square(side: int) -> npt.NDArray[np.uint8]:
    """A red square on green."""
    picture = np.zeros((side, side, 3), np.uint8)
    picture[..., 1] = 255
    picture[side // 4 : -side // 4, side // 4 : -side // 4] = (255, 0, 0)
    return picture


@pytest.mark.parametrize("name", VARIANTS)
def test_each_variant_maps_its_subject(name: str, shelf: Shelf, runtime: Runtime, tmp_path: Path) -> None:
    """The last map, at the variant's size, activated, becomes the photo's matte."""
    segmenter = open_segmenter(name, tmp_path, shelf=shelf)
    matte = segmenter.matte(red_square(200))
    assert matte.shape == (200, 200)
    assert matte[100, 100] > 0.99
    assert matte[5, 5] < 0.01
    wide, high = VARIANTS[name].spec.size
    assert runtime.model.seen[-1].values.shape == (1, 3, high, wide)
    assert isinstance(segmenter, MattingSegmenter if VARIANTS[name].matting else SaliencySegmenter)
    assert segmenter.name == name


def test_nothing_is_fetched(shelf: Shelf, runtime: Runtime, tmp_path: Path) -> None:
    """The model is loaded from its folder alone, and no pickled file is."""
    open_birefnet("birefnet-lite", shelf)
    assert runtime.asked["folder"] == tmp_path / "BiRefNet_lite"
    assert runtime.asked["local_files_only"]
    assert runtime.asked["use_safetensors"]


@pytest.mark.parametrize(
    ("device", "gpu", "runs_on", "precision"),
    [
        ("auto", True, "cuda", np.float16),
        ("auto", False, "cpu", np.float32),
        ("cuda:1", True, "cuda", np.float16),
        ("cpu", True, "cpu", np.float32),
    ],
)
def test_a_gpu_computes_in_half_precision(
    shelf: Shelf, runtime: Runtime, device: str, gpu: bool, runs_on: str, precision: type
) -> None:
    """A processor in single precision; the fingerprint tells the two apart."""
    runtime.gpu = gpu
    network = open_birefnet("birefnet", Shelf(shelf.folder, device, trust_remote_code=True))
    assert runtime.model.device == runs_on
    assert runtime.asked["dtype"] is precision
    assert runtime.model.seen[-1].values.dtype == precision
    assert network.fingerprint.endswith(runs_on)


def test_a_missing_gpu_is_told(shelf: Shelf, runtime: Runtime) -> None:
    """A device that was asked for by name is not replaced by a slower one."""
    runtime.gpu = False
    with pytest.raises(WeightsUnavailable, match="BACKCLOTH_CUTOUT_DEVICE is cuda"):
        open_birefnet("birefnet", Shelf(shelf.folder, "cuda", trust_remote_code=True))


@pytest.mark.usefixtures("runtime")
def test_foreign_code_needs_permission(shelf: Shelf) -> None:
    """A folder's Python code is not run unasked."""
    with pytest.raises(WeightsUnavailable, match="BACKCLOTH_CUTOUT_TRUST_REMOTE_CODE"):
        open_birefnet("birefnet", Shelf(shelf.folder))


def test_without_torch(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra that brings it is named."""
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(WeightsUnavailable, match=r"backcloth\[torch\]"):
        open_birefnet("birefnet", shelf)


@pytest.mark.parametrize("file", ["model.safetensors", "model.py", "config.json"])
def test_a_changed_file_is_found(shelf: Shelf, tmp_path: Path, file: str) -> None:
    """Weights, code and configuration alike are held against the list."""
    (tmp_path / "BiRefNet" / file).write_bytes(b"changed")
    with pytest.raises(WeightsInvalid, match=f"{file} fails its checksum"):
        verified_folder("birefnet", shelf)


def test_a_file_beside_the_list_is_found(shelf: Shelf, tmp_path: Path) -> None:
    """Code that came later does not slip in."""
    (tmp_path / "BiRefNet" / "more.py").write_text("")
    with pytest.raises(WeightsInvalid, match=r"more\.py is not listed"):
        verified_folder("birefnet", shelf)


def test_what_is_missing_is_named(shelf: Shelf, tmp_path: Path) -> None:
    """The setting, the folder, the list or its form: each has its sentence."""
    with pytest.raises(WeightsUnavailable, match="BACKCLOTH_CUTOUT_BIREFNET_DIR"):
        verified_folder("birefnet", Shelf())
    with pytest.raises(WeightsUnavailable, match="download BiRefNet_HR there"):
        verified_folder("birefnet-hr", Shelf(tmp_path / "elsewhere"))
    (tmp_path / "BiRefNet" / SUMS).write_text("what is this\nnothing")
    with pytest.raises(WeightsInvalid, match="no list that sha256sum wrote"):
        verified_folder("birefnet", shelf)
    (tmp_path / "BiRefNet" / SUMS).unlink()
    with pytest.raises(WeightsUnavailable, match=SUMS):
        verified_folder("birefnet", shelf)


def test_a_model_that_gives_no_such_map_is_refused(shelf: Shelf, runtime: Runtime) -> None:
    """Found at the start, not at the first photo."""
    runtime.model.__class__ = type(
        "Small", (Model,), {"__call__": lambda *_: [Tensor(np.zeros((1, 1, 8, 8)))]}
    )
    with pytest.raises(WeightsInvalid, match="cannot be loaded: the network's output"):
        open_birefnet("birefnet", shelf)


@pytest.mark.skipif(
    not (importlib.util.find_spec("torch") and importlib.util.find_spec("transformers")),
    reason="torch and transformers, an extra of gigabytes, are not installed",
)
def test_a_real_model_with_code_of_its_own(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Transformers itself loads a small model from such a folder, offline, and torch runs it."""
    monkeypatch.setenv("HF_MODULES_CACHE", str(tmp_path / "modules"))
    from safetensors.numpy import save_file  # noqa: PLC0415 - comes with the extra

    folder = tmp_path / "BiRefNet_lite"
    kernel = np.array([8, -8, 0], np.float32).reshape(1, 3, 1, 1)
    save_file(
        {"differ.weight": kernel, "differ.bias": np.zeros(1, np.float32)},
        folder / "model.safetensors",
        metadata={"format": "pt"},
    )
    seal(folder)
    assert shelf.folder
    segmenter = open_segmenter(
        "birefnet-lite", tmp_path, shelf=Shelf(shelf.folder, "cpu", trust_remote_code=True)
    )
    matte = segmenter.matte(red_square(200))
    assert matte[100, 100] > 0.99
    assert matte[5, 5] < 0.01
