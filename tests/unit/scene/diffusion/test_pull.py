"""Bringing a preset's models from the hub."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from backcloth.scene.diffusion.folder import SUMS, verify_sums
from backcloth.scene.diffusion.preset import DiffusionError, read_preset
from backcloth.scene.diffusion.pull import pull, wanted_of


class Hub(ModuleType):
    """The hub's client, of whom the tests know what it was asked for."""

    def __init__(self, *, reachable: bool = True) -> None:
        super().__init__("huggingface_hub")
        self.asked: list[dict[str, Any]] = []
        self._reachable = reachable

    def snapshot_download(self, repository: str, *, local_dir: Path, **options: Any) -> None:
        """Writes one file."""
        if not self._reachable:
            raise ConnectionError("no route to host\nmore for developers")
        self.asked.append({"repository": repository, **options})
        local_dir.mkdir(parents=True)
        (local_dir / "config.json").write_text(repository)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Hub:
    """A hub that answers."""
    made = Hub()
    monkeypatch.setitem(sys.modules, "huggingface_hub", made)
    return made


def test_a_preset_s_models_come_with_their_checksums(hub: Hub, tmp_path: Path) -> None:
    """Every folder of the preset is fetched, without what would be unpickled, and can be verified."""
    folders = pull(read_preset("sdxl-lowvram"), tmp_path, licence_accepted=True)
    assert [asked["repository"] for asked in hub.asked] == [
        "stabilityai/stable-diffusion-xl-base-1.0",
        "alimama-creative/EcomXL_controlnet_inpaint",
        "h94/IP-Adapter",
        "ByteDance/SDXL-Lightning",
    ]
    assert all("*.bin" in asked["ignore_patterns"] for asked in hub.asked)
    assert "models/image_encoder/config.json" in hub.asked[2]["allow_patterns"]
    assert hub.asked[3]["allow_patterns"][0] == "sdxl_lightning_8step_lora.safetensors"
    assert folders == [each.folder for each in wanted_of(read_preset("sdxl-lowvram"), tmp_path)]
    assert all(verify_sums(folder) == 1 for folder in folders)
    assert all((folder / SUMS).is_file() for folder in folders)


def test_nothing_is_fetched_before_the_licence_is_accepted(hub: Hub, tmp_path: Path) -> None:
    """A licence to accept comes first."""
    with pytest.raises(DiffusionError, match="OpenRAIL"):
        pull(read_preset("sdxl-lowvram"), tmp_path, licence_accepted=False)
    assert hub.asked == []


def test_without_the_hub_the_sentence_says_how_to_bring_the_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A hub out of reach, or its client missing, is answered with a command for another machine."""
    monkeypatch.setitem(sys.modules, "huggingface_hub", Hub(reachable=False))
    with pytest.raises(
        DiffusionError, match=r"no route to host\); where the hub is reached, run `hf download"
    ):
        pull(read_preset("klein-fast"), tmp_path, licence_accepted=False)
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(DiffusionError, match=r"not installed; where the hub is reached"):
        pull(read_preset("klein-fast"), tmp_path, licence_accepted=False)


def test_a_model_of_one_s_own_is_not_fetched(hub: Hub, tmp_path: Path) -> None:
    """`byo` names no repository."""
    with pytest.raises(DiffusionError, match="model_dir"):
        pull(read_preset("byo"), tmp_path, licence_accepted=True)
    assert hub.asked == []
