"""One plate by Blender's Cycles: `python -m bench.studio.cycles_worker JSON`, in an environment with bpy.

The subject is an upright sheet with the matte as its alpha. The camera does not see it, light does: it casts
shadows and is mirrored, and the photo's own pixels are laid over the plate afterwards.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import bpy  # type: ignore[import-not-found]  # lives in an environment of its own

SAMPLES = 12
"""Light paths a pixel, before denoising."""

_FAR = 40.0


def main() -> None:
    """Builds the scene that is asked for and renders it to a PNG."""
    asked = json.loads(sys.argv[1])
    bpy.ops.wm.read_factory_settings(use_empty=True)
    _camera(asked)
    _subject(asked)
    _BUILD[asked["scene"]](asked)
    _render(asked)


def _focus(asked: dict[str, Any]) -> float:
    return float(asked["focal"] * asked["rise"] / (asked["contact_row"] - asked["horizon"]))


def _camera(asked: dict[str, Any]) -> None:
    """A level camera whose shifted lens puts the horizon where ours is."""
    data = bpy.data.cameras.new("camera")
    data.sensor_fit = "HORIZONTAL"
    data.lens = asked["focal"] / asked["width"] * data.sensor_width
    data.shift_y = (asked["horizon"] - asked["height"] / 2) / asked["width"]
    data.clip_start, data.clip_end = 0.01, 500
    data.dof.use_dof = True
    data.dof.focus_distance = _focus(asked)
    data.dof.aperture_fstop = 4.0 if asked["rise"] < 0.5 else 2.0
    made = bpy.data.objects.new("camera", data)
    made.location, made.rotation_euler = (0, 0, asked["rise"]), (1.5707963, 0, 0)
    bpy.context.collection.objects.link(made)
    bpy.context.scene.camera = made


def _quad(name: str, corners: list[tuple[float, float, float]], look: Any) -> Any:
    data = bpy.data.meshes.new(name)
    data.from_pydata(corners, [], [(0, 1, 2, 3)])
    layer = data.uv_layers.new()
    for index, uv in enumerate(((0, 0), (1, 0), (1, 1), (0, 1))):
        layer.data[index].uv = uv
    data.materials.append(look)
    made = bpy.data.objects.new(name, data)
    bpy.context.collection.objects.link(made)
    return made


def _look(name: str, *, rough: float, colour: tuple[float, float, float] = (0.5, 0.5, 0.5)) -> Any:
    made = bpy.data.materials.new(name)
    made.use_nodes = True
    shader = made.node_tree.nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = (*colour, 1)
    shader.inputs["Roughness"].default_value = rough
    return made


def _subject(asked: dict[str, Any]) -> None:
    look = _look("subject", rough=0.6, colour=(0.25, 0.22, 0.2))
    tree = look.node_tree
    picture = tree.nodes.new("ShaderNodeTexImage")
    picture.image = bpy.data.images.load(asked["matte"])
    picture.image.colorspace_settings.name = "Non-Color"
    tree.links.new(picture.outputs["Color"], tree.nodes["Principled BSDF"].inputs["Alpha"])
    depth = _focus(asked)
    scale = depth / asked["focal"]
    left, right = -asked["width"] / 2 * scale, asked["width"] / 2 * scale
    low, high = (asked["contact_row"] - asked["height"]) * scale, asked["contact_row"] * scale
    made = _quad(
        "subject", [(left, depth, low), (right, depth, low), (right, depth, high), (left, depth, high)], look
    )
    made.visible_camera = False


def _ground(look: Any, near: float, far: float) -> None:
    _quad("ground", [(-_FAR, near, 0), (_FAR, near, 0), (_FAR, far, 0), (-_FAR, far, 0)], look)


def _textured(
    name: str, node: str, scale: tuple[float, float, float], ramp: list[Any], *, rough: float, relief: float
) -> Any:
    """A principled material coloured by a procedural texture through a colour ramp."""
    look = _look(name, rough=rough)
    tree = look.node_tree
    place = tree.nodes.new("ShaderNodeTexCoord")
    mapping = tree.nodes.new("ShaderNodeMapping")
    mapping.inputs["Scale"].default_value = scale
    texture = tree.nodes.new(node)
    if node == "ShaderNodeTexWave":
        texture.inputs["Distortion"].default_value = 12
        texture.inputs["Detail"].default_value = 6
    else:
        texture.inputs["Detail"].default_value = 12
    colours = tree.nodes.new("ShaderNodeValToRGB")
    stops = colours.color_ramp.elements
    for index, (at, colour) in enumerate(ramp):
        stop = stops[index] if index < 2 else stops.new(at)
        stop.position, stop.color = at, (*colour, 1)
    tree.links.new(place.outputs["Object"], mapping.inputs["Vector"])
    tree.links.new(mapping.outputs["Vector"], texture.inputs["Vector"])
    tree.links.new(texture.outputs["Fac"], colours.inputs["Fac"])
    tree.links.new(colours.outputs["Color"], tree.nodes["Principled BSDF"].inputs["Base Color"])
    bump = tree.nodes.new("ShaderNodeBump")
    bump.inputs["Strength"].default_value = relief
    tree.links.new(texture.outputs["Fac"], bump.inputs["Height"])
    tree.links.new(bump.outputs["Normal"], tree.nodes["Principled BSDF"].inputs["Normal"])
    return look


def _area(
    place: tuple[float, float, float], size: float, watts: float, target: tuple[float, float, float]
) -> None:
    from mathutils import Vector  # type: ignore[import-not-found]  # noqa: PLC0415 - comes with bpy

    light = bpy.data.lights.new("key", "AREA")
    light.size, light.energy = size, watts
    made = bpy.data.objects.new("key", light)
    made.location = place
    made.rotation_euler = (Vector(place) - Vector(target)).to_track_quat("Z", "Y").to_euler()
    bpy.context.collection.objects.link(made)


def _world(name: str, strength: float, turn: float = 0.0) -> None:
    """The environment light: one of the CC0 panoramas that come with Blender, or an even grey."""
    world = bpy.data.worlds.new("world")
    bpy.context.scene.world = world
    world.use_nodes = True
    back = world.node_tree.nodes["Background"]
    back.inputs["Strength"].default_value = strength
    if not name:
        back.inputs["Color"].default_value = (0.9, 0.9, 0.92, 1)
        return
    folder = Path(bpy.utils.resource_path("LOCAL")) / "datafiles" / "studiolights" / "world"
    tree = world.node_tree
    sky = tree.nodes.new("ShaderNodeTexEnvironment")
    sky.image = bpy.data.images.load(str(folder / f"{name}.exr"))
    place, mapping = tree.nodes.new("ShaderNodeTexCoord"), tree.nodes.new("ShaderNodeMapping")
    mapping.inputs["Rotation"].default_value = (0, 0, turn)
    tree.links.new(place.outputs["Generated"], mapping.inputs["Vector"])
    tree.links.new(mapping.outputs["Vector"], sky.inputs["Vector"])
    tree.links.new(sky.outputs["Color"], back.inputs["Color"])


def _marble(asked: dict[str, Any]) -> None:
    depth = _focus(asked)
    veins = [
        (0.0, (0.80, 0.79, 0.77)),
        (0.55, (0.78, 0.77, 0.75)),
        (0.62, (0.35, 0.34, 0.33)),
        (0.68, (0.8, 0.79, 0.77)),
    ]
    _ground(
        _textured("marble", "ShaderNodeTexWave", (2.5, 2.5, 2.5), veins, rough=0.15, relief=0.0),
        -1,
        depth + 0.6,
    )
    wall = _look("wall", rough=0.9, colour=(0.72, 0.69, 0.65))
    _quad(
        "wall", [(-9, depth + 1.4, -2), (9, depth + 1.4, -2), (9, depth + 1.4, 4), (-9, depth + 1.4, 4)], wall
    )
    _world("", 0.35)
    _area((-0.9, depth - 0.1, 0.8), 0.35, 30, (0, depth, 0.1))


def _oak(asked: dict[str, Any]) -> None:
    depth = _focus(asked)
    rings = [(0.0, (0.42, 0.24, 0.11)), (1.0, (0.60, 0.38, 0.20))]
    _ground(
        _textured("oak", "ShaderNodeTexNoise", (1.5, 22, 4), rings, rough=0.4, relief=0.05), -1, depth + 0.5
    )
    _world("interior", 1.0, 1.2)
    _area((-0.9, depth - 0.2, 0.9), 0.5, 22, (0, depth, 0.1))


def _podium(asked: dict[str, Any]) -> None:
    depth = _focus(asked)
    grey = _look("sweep", rough=0.8, colour=(0.62, 0.62, 0.61))
    _quad("floor", [(-9, -1, -0.12), (9, -1, -0.12), (9, depth + 2.2, -0.12), (-9, depth + 2.2, -0.12)], grey)
    _quad(
        "wall", [(-9, depth + 2.2, -1), (9, depth + 2.2, -1), (9, depth + 2.2, 5), (-9, depth + 2.2, 5)], grey
    )
    bpy.ops.mesh.primitive_cylinder_add(radius=0.075, depth=0.12, vertices=192, location=(0, depth, -0.06))
    bpy.context.object.data.materials.append(_look("podium", rough=0.25, colour=(0.012, 0.012, 0.013)))
    _world("", 0.5)
    _area((-0.9, depth - 0.3, 1.0), 0.6, 30, (0, depth, 0.1))


def _parking(_asked: dict[str, Any]) -> None:
    stones = [(0.0, (0.05, 0.05, 0.052)), (1.0, (0.14, 0.14, 0.14))]
    _ground(_textured("asphalt", "ShaderNodeTexNoise", (60, 60, 60), stones, rough=0.85, relief=0.3), -2, 120)
    _world("city", 1.0, 0.6)


_BUILD = {"marble": _marble, "oak": _oak, "podium": _podium, "parking": _parking}


def _render(asked: dict[str, Any]) -> None:
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.samples = SAMPLES
    scene.cycles.use_denoising = True
    scene.cycles.denoiser = "OPENIMAGEDENOISE"
    scene.cycles.seed = 0
    scene.render.threads_mode = "FIXED"
    scene.render.threads = 2
    scene.render.resolution_x, scene.render.resolution_y = asked["width"], asked["height"]
    scene.view_settings.view_transform = "AgX"
    scene.view_settings.look = "AgX - Medium High Contrast"
    scene.view_settings.exposure = 0.6
    scene.render.image_settings.file_format = "PNG"
    scene.render.filepath = asked["out"]
    bpy.ops.render.render(write_still=True)


main()
