"""A 30 ml amber dropper bottle with a paper label, 10 cm high, standing at the origin."""

from __future__ import annotations

import math
from pathlib import Path

import bpy  # type: ignore[import-not-found]  # lives in an environment of its own
from demo.photos.rendered.studio import lathe, material, mesh, rounded
from PIL import Image, ImageDraw, ImageFont

RADIUS = 0.0165
LABEL_PIXELS = (1400, 820)


def build_bottle(scratch: Path) -> None:
    """Adds glass, oil, label, collar, bulb and pipette to the scene."""
    glass = material(
        "amber glass",
        Base_Color=(0.62, 0.23, 0.035, 1),
        Roughness=0.015,
        IOR=1.5,
        Transmission_Weight=1.0,
    )
    outer = rounded([(0.0, 0.0), (RADIUS, 0.0), (RADIUS, 0.055), (0.0075, 0.063), (0.0075, 0.074)], 0.004)
    inner = rounded(
        [(0.0060, 0.074), (0.0060, 0.0625), (0.0148, 0.054), (0.0148, 0.002), (0.0, 0.002)], 0.004
    )
    lathe("glass", [*outer, *inner], glass)
    oil = material("oil", Base_Color=(0.55, 0.22, 0.03, 1), Roughness=0.0, IOR=1.45, Transmission_Weight=1.0)
    level = rounded([(0.0, 0.0021), (0.0147, 0.0021), (0.0147, 0.049), (0.0, 0.049)], 0.003)
    lathe("oil", level, oil)
    _cap()
    _label(_draw_label(scratch / "label.png"))


def _cap() -> None:
    plastic = material("black plastic", Base_Color=(0.012, 0.012, 0.013, 1), Roughness=0.28)
    rubber = material("rubber", Base_Color=(0.02, 0.02, 0.021, 1), Roughness=0.55)
    collar = rounded([(0.0, 0.0655), (0.0098, 0.0655), (0.0098, 0.0795), (0.0, 0.0795)], 0.0008)
    lathe("collar", collar, plastic, segments=576, ripple=lambda a: 1 + 0.012 * math.cos(72 * a))
    bulb = rounded(
        [(0.0, 0.0795), (0.0066, 0.0795), (0.0062, 0.083), (0.0062, 0.095), (0.0045, 0.1015), (0.0, 0.1015)],
        0.003,
    )
    lathe("bulb", bulb, rubber)
    pipette = material("pipette", Base_Color=(1, 1, 1, 1), Roughness=0.0, IOR=1.5, Transmission_Weight=1.0)
    lathe("pipette", [(0.0030, 0.070), (0.0030, 0.020), (0.0012, 0.010)], pipette, segments=64)


def _draw_label(path: Path) -> Path:
    sheet = Image.new("RGB", LABEL_PIXELS, (240, 234, 222))
    pen = ImageDraw.Draw(sheet)
    centre = LABEL_PIXELS[0] // 2
    for text, size, y in (
        ("B A C K C L O T H", 74, 150),
        ("No. 2", 150, 330),
        ("face oil with apricot kernel", 46, 540),
        ("30 ml  ·  1.0 fl oz", 42, 660),
    ):
        pen.text((centre, y), text, fill=(52, 44, 38), font=ImageFont.load_default(size), anchor="mm")
    pen.line((centre - 120, 450, centre + 120, 450), fill=(168, 92, 48), width=6)
    sheet.save(path)
    return path


def _label(picture: Path) -> None:
    """Wraps the drawn label around the front of the glass, a tenth of a millimetre above it."""
    steps, arc, bottom, top = 96, math.radians(205), 0.0085, 0.0465
    radius = RADIUS + 0.0001
    angles = [-math.pi / 2 + arc * (step / steps - 0.5) for step in range(steps + 1)]
    vertices = [(radius * math.cos(a), radius * math.sin(a), z) for a in angles for z in (bottom, top)]
    faces = [(2 * i, 2 * i + 2, 2 * i + 3, 2 * i + 1) for i in range(steps)]
    paper = mesh("label", vertices, faces, smooth=True)
    layer = paper.data.uv_layers.new()
    for loop in paper.data.loops:
        layer.data[loop.index].uv = (loop.vertex_index // 2 / steps, loop.vertex_index % 2)
    look = material("label", Roughness=0.75)
    image = look.node_tree.nodes.new("ShaderNodeTexImage")
    image.image = bpy.data.images.load(str(picture))
    image.image.pack()
    shader = look.node_tree.nodes["Principled BSDF"]
    look.node_tree.links.new(image.outputs["Color"], shader.inputs["Base Color"])
    paper.data.materials.append(look)
