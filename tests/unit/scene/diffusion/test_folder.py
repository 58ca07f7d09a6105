"""A model's folder, looked at without loading it."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from backcloth.scene.diffusion.config import read_config
from backcloth.scene.diffusion.folder import SUMS, Model, find_model, fingerprint_of, verify_sums, write_sums
from backcloth.scene.diffusion.preset import DiffusionError, read_preset


@pytest.fixture(autouse=True)
def _as_if_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking needs no torch, so these tests do not either."""
    found = importlib.machinery.ModuleSpec("found", None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: found)


def model(folder: Path, kind: str = "Flux2KleinPipeline") -> Path:
    """Something shaped like a saved pipeline."""
    index = {
        "_class_name": kind,
        "vae": ["diffusers", "X"],
        "scheduler": ["diffusers", "Y"],
        "filter": [None, None],
    }
    for name in ("vae", "scheduler"):
        (folder / name).mkdir(parents=True)
    (folder / "model_index.json").write_text(json.dumps(index))
    (folder / "vae/config.json").write_text("{}")
    (folder / "vae/model.safetensors").write_bytes(b"weights")
    (folder / "scheduler/scheduler_config.json").write_text("{}")
    return folder


def found(preset: str, tmp_path: Path, **table: Any) -> Model:
    """What is found for a preset, the models directory being the test's folder."""
    return find_model(read_preset(preset), read_config({"preset": preset, **table}), tmp_path)


def test_a_model_is_found_in_the_models_directory(tmp_path: Path) -> None:
    """A preset's folder among the models is taken where no other is named."""
    folder = model(tmp_path / "FLUX.2-klein-4B")
    assert found("klein-fast", tmp_path).folder == folder


def test_missing_weights_are_one_sentence_with_the_way_out(tmp_path: Path) -> None:
    """A missing folder names itself and the command that brings it."""
    with pytest.raises(DiffusionError, match=r"klein-fast in .*FLUX.2-klein-4B.*models pull klein-fast"):
        found("klein-fast", tmp_path)


@pytest.mark.parametrize("lost", ["vae", "vae/model.safetensors", "scheduler"])
def test_an_incomplete_download_is_noticed(tmp_path: Path, lost: str) -> None:
    """A component or its weights that are not there are named before anything is loaded."""
    folder = model(tmp_path / "FLUX.2-klein-4B")
    (folder / lost).rename(tmp_path / "elsewhere")
    with pytest.raises(DiffusionError, match="the download is not complete"):
        found("klein-fast", tmp_path)


def test_a_missing_shard_is_noticed(tmp_path: Path) -> None:
    """Of weights in several files each has to be there."""
    folder = model(tmp_path / "FLUX.2-klein-4B")
    shards = {"weight_map": {"a": "model.safetensors", "b": "model-2.safetensors"}}
    (folder / "vae/model.safetensors.index.json").write_text(json.dumps(shards))
    with pytest.raises(DiffusionError, match=r"model-2.safetensors is missing"):
        found("klein-fast", tmp_path)


def test_a_licence_to_accept_stops_the_engine(tmp_path: Path) -> None:
    """Without `accept_license` nothing is looked for; with it the next missing thing is named."""
    with pytest.raises(DiffusionError, match="accept_license = true"):
        found("sdxl-lowvram", tmp_path)
    with pytest.raises(DiffusionError, match=r"model_index.json"):
        found("sdxl-lowvram", tmp_path, accept_license=True)


def test_a_preset_s_parts_are_looked_for_too(tmp_path: Path) -> None:
    """A ControlNet that is not there is named with its repository."""
    model(tmp_path / "stable-diffusion-xl-base-1.0", "StableDiffusionXLPipeline")
    with pytest.raises(DiffusionError, match=r"needs alimama-creative/EcomXL_controlnet_inpaint"):
        found("sdxl-lowvram", tmp_path, accept_license=True)


def test_a_model_of_one_s_own_brings_its_pipeline(tmp_path: Path) -> None:
    """`byo` needs a folder, and reads from its index how it is called."""
    with pytest.raises(DiffusionError, match="name its folder in model_dir"):
        found("byo", tmp_path, accept_license=True)
    folder = model(tmp_path / "mine", "ZImageInpaintPipeline")
    preset = found("byo", tmp_path, accept_license=True, model_dir=folder).preset
    assert (preset.family, preset.pipeline) == ("inpaint", "ZImageInpaintPipeline")
    (folder / "model_index.json").write_text('{"_class_name": "StableDiffusionXLInpaintPipeline"}')
    assert found("byo", tmp_path, accept_license=True, model_dir=folder).preset.family == "sdxl"


def test_a_missing_package_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra the sentence says how to install it."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(DiffusionError, match=r"backcloth\[diffusion\]"):
        found("klein-fast", tmp_path)


@pytest.mark.parametrize(
    ("preset", "table", "missing"),
    [("qwen-quality", {}, "torchvision"), ("klein-fast", {"quantisation": "nf4"}, "bitsandbytes")],
)
def test_what_only_some_need_is_asked_for_by_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, preset: str, table: dict[str, str], missing: str
) -> None:
    """A package that one preset or setting needs is named when it is not there, and not before."""
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == missing else real(name))
    with pytest.raises(DiffusionError, match=missing):
        found(preset, tmp_path, **table)
    model(tmp_path / "FLUX.2-klein-base-4B")
    assert found("klein-regular", tmp_path).folder.is_dir()


def test_the_fingerprint_changes_with_the_files(tmp_path: Path) -> None:
    """Another content is another model, with and without a list of checksums."""
    folder = model(tmp_path / "m")
    unlisted = fingerprint_of(folder)
    write_sums(folder)
    listed = fingerprint_of(folder)
    assert (unlisted[0], listed[0]) == ("f", "s")
    (folder / SUMS).unlink()
    (folder / "vae/model.safetensors").write_bytes(b"WEIGHTS")
    assert fingerprint_of(folder) != unlisted
    write_sums(folder)
    assert fingerprint_of(folder) != listed


def test_checksums_find_what_changed(tmp_path: Path) -> None:
    """A changed, a missing and an unlisted file are each named."""
    folder = model(tmp_path / "m")
    with pytest.raises(DiffusionError, match=SUMS):
        verify_sums(folder)
    assert write_sums(folder) == verify_sums(folder) == 4
    (folder / "vae/model.safetensors").write_bytes(b"WEIGHTS")
    with pytest.raises(DiffusionError, match=r"model.safetensors fails its checksum"):
        verify_sums(folder)
    (folder / "more.json").write_text("{}")
    with pytest.raises(DiffusionError, match=r"more.json is not listed"):
        verify_sums(folder)
    (folder / "more.json").unlink()
    (folder / "vae/config.json").unlink()
    with pytest.raises(DiffusionError, match=r"config.json is missing"):
        verify_sums(folder)
