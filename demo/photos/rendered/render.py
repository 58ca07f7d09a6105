"""Renders the two demo photos for which no free photograph was found: a dropper bottle and a spindle chair.

Needs Blender as a Python module (`pip install bpy==5.0.1`, Python 3.11) and Pillow, in an environment of
its own; nothing in Backcloth depends on it. The scenes are all ours: geometry, materials, label and light.

    python -m demo.photos.rendered.render bottle bottle.png
    python -m demo.photos.rendered.render chair chair.png --scale 0.25 --samples 32      # a quick look
"""

from __future__ import annotations

import argparse
import math
import tempfile
from collections.abc import Callable
from pathlib import Path

import bpy  # type: ignore[import-not-found]  # lives in an environment of its own
from demo.photos.rendered.bottle import build_bottle
from demo.photos.rendered.chair import build_chair
from demo.photos.rendered.studio import backdrop, camera, softbox


def main() -> None:
    """Reads the command line, builds the scene and renders it to a PNG."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("subject", choices=sorted(SCENES))
    parser.add_argument("out", type=Path)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full size (default 1)")
    parser.add_argument("--samples", type=int, default=96, help="light paths a pixel, before denoising")
    options = parser.parse_args()
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with tempfile.TemporaryDirectory() as scratch:
        SCENES[options.subject](Path(scratch))
        render(options.out, (1200, 1500), options.scale, options.samples)


def bottle_scene(scratch: Path) -> None:
    """A dropper bottle on warm grey paper between two softboxes."""
    backdrop((0.62, 0.60, 0.57), depth=0.5, width=3.0)
    build_bottle(scratch)
    softbox((-0.30, -0.22, 0.26), (0, 0, 0.05), (0.16, 0.34), watts=3.6)
    softbox((0.34, -0.04, 0.16), (0, 0, 0.05), (0.07, 0.34), watts=1.3)
    softbox((0.0, 0.10, 0.55), (0, 0.05, 0), (0.5, 0.4), watts=1.5)
    camera((0.028, -0.405, 0.088), (0, 0, 0.0505), focal_mm=90, f_stop=16)


def chair_scene(_scratch: Path) -> None:
    """A wooden spindle chair on light paper, lit by one large window-like softbox."""
    backdrop((0.66, 0.66, 0.65), depth=2.2, width=14.0)
    build_chair()
    softbox((-2.3, -1.6, 2.1), (0, 0, 0.45), (1.4, 1.8), watts=165)
    softbox((2.4, -1.2, 1.3), (0, 0, 0.5), (1.2, 2.0), watts=18)
    softbox((0.3, 0.6, 3.1), (0, 0.3, 0), (2.4, 2.0), watts=48)
    camera((1.55, -3.15, 1.12), (0.0, 0.02, 0.435), focal_mm=88, f_stop=8)


def render(out: Path, size: tuple[int, int], scale: float, samples: int) -> None:
    """Path-traces the scene with Cycles on the CPU, denoised, seed 0."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.samples = samples
    scene.cycles.use_adaptive_sampling = True
    scene.cycles.adaptive_threshold = 0.02
    scene.cycles.use_denoising = True
    scene.cycles.denoiser = "OPENIMAGEDENOISE"
    scene.cycles.max_bounces = 14
    scene.cycles.transmission_bounces = 12
    scene.cycles.seed = 0
    scene.render.threads_mode = "FIXED"
    scene.render.threads = 2
    scene.render.resolution_x = math.floor(size[0] * scale)
    scene.render.resolution_y = math.floor(size[1] * scale)
    scene.view_settings.view_transform = "AgX"
    scene.view_settings.look = "AgX - Medium High Contrast"
    scene.view_settings.exposure = 0.1
    scene.render.image_settings.file_format = "PNG"
    scene.render.filepath = str(out.resolve())
    bpy.ops.render.render(write_still=True)


SCENES: dict[str, Callable[[Path], None]] = {"bottle": bottle_scene, "chair": chair_scene}


if __name__ == "__main__":
    main()
