"""Four scenes drawn by ours and by a path tracer, with the same camera and subject, and what each cost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from backcloth.scene.protocol import Picture, Plate
from backcloth.scene.studio.camera import Camera
from backcloth.scene.studio.engine import StudioEngine
from backcloth.scene.studio.render import set_up
from backcloth.scene.studio.spec import from_plain
from bench.report import Row, table
from bench.studio.draw import draw, finished
from bench.studio.sheet import Sheet
from bench.studio.subjects import Subject

VERSION = "5.0.1"
"""Of Blender as a Python module, for Python 3.11. GPL: in an environment of its own, never imported by us."""

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class _Scene:
    """One scene: what the studio is asked, and the scene of the worker that shows the same."""

    name: str
    prompt: str
    kind: str
    number: int


SCENES = (
    _Scene("marble", "white marble table, soft window light", "product", 0),
    _Scene("oak", "oak table in a living room, soft light", "product", 1),
    _Scene("podium", "black podium, light grey studio, soft light", "product", 0),
    _Scene("parking", "empty parking lot, overcast sky", "floor", 0),
)


def install(environment: Path) -> Path:
    """Makes the path tracer's environment unless it is there. Returns its Python."""
    python = environment / "bin" / "python"
    if not python.exists():
        print(f"installing bpy {VERSION} into {environment} (about 900 MB) …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", f"bpy=={VERSION}"], check=True)
    return python


def compare(engine: StudioEngine, cast: dict[str, tuple[Subject, ...]], environments: Path, out: Path) -> str:
    """Draws SCENES by both, writes the sheet of pairs and gives back a table of CPU seconds per megapixel."""
    python = install(environments / "cycles-venv")
    sheet = Sheet(out, "cycles", columns=2, rows=4)
    rows: list[Row] = []
    for scene in SCENES:
        subject = cast[scene.kind][scene.number]
        megapixels = subject.matte.size / 1e6
        plate, ours = draw(engine, subject, scene.prompt, seed=1)
        traced, theirs = _traced(python, scene.name, subject, _camera(plate, subject), out)
        for name, picture, cpu in (("ours", plate.picture, ours), ("path tracer", traced, theirs)):
            sheet.add(finished(subject, picture), f"{scene.prompt}\n{name}: {cpu / megapixels:.1f} CPU-s/MP")
        rows.append(
            (scene.name, f"{ours / megapixels:.2f}", f"{theirs / megapixels:.1f}", f"{theirs / ours:.0f}×")
        )
    sheet.write()
    return table("CPU-seconds per megapixel", ("scene", "ours", "path tracer", "ratio"), rows)


def _camera(plate: Plate, subject: Subject) -> Camera:
    """The camera that the studio's plate was drawn through."""
    scene = from_plain(plate.record["spec"])
    return set_up(scene, subject.picture, np.asarray(subject.matte / 255, np.float32), 1).camera


def _traced(python: Path, scene: str, subject: Subject, camera: Camera, out: Path) -> tuple[Picture, float]:
    """The path tracer's (H, W, 3) uint8 plate and the CPU seconds of its process, start included."""
    matte, target = (out / f"cycles-{what}.png" for what in ("matte", scene))
    Image.fromarray(subject.matte).save(matte)
    words = {
        "scene": scene,
        "matte": str(matte.resolve()),
        "out": str(target.resolve()),
        **asdict(camera),
    }
    before = os.times()
    command = [str(python.absolute()), "-m", "bench.studio.cycles_worker", json.dumps(words)]
    subprocess.run(command, check=True, cwd=_ROOT, capture_output=True)
    after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return np.asarray(Image.open(target).convert("RGB")), spent
