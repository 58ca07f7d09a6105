"""What both scenes share: a paper sweep, softboxes, a camera, lathed shapes and a few materials."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import bpy  # type: ignore[import-not-found]  # lives in an environment of its own
from mathutils import Vector  # type: ignore[import-not-found]  # comes with bpy

Point = tuple[float, float, float]
Profile = Sequence[tuple[float, float]]


def material(name: str, **inputs: object) -> bpy.types.Material:
    """A Principled material; keyword names are the shader's inputs with `_` for a space."""
    made = bpy.data.materials.new(name)
    made.use_nodes = True
    shader = made.node_tree.nodes["Principled BSDF"]
    for key, value in inputs.items():
        shader.inputs[key.replace("_", " ")].default_value = value
    return made


def mesh(
    name: str, vertices: Sequence[Point], faces: Sequence[Sequence[int]], *, smooth: bool
) -> bpy.types.Object:
    """A mesh object in the scene, with outward normals."""
    data = bpy.data.meshes.new(name)
    data.from_pydata(vertices, [], faces)
    data.validate()
    for polygon in data.polygons:
        polygon.use_smooth = smooth
    made = bpy.data.objects.new(name, data)
    bpy.context.collection.objects.link(made)
    return made


def lathe(
    name: str,
    profile: Profile,
    look: bpy.types.Material,
    *,
    segments: int = 192,
    ripple: Callable[[float], float] = lambda _angle: 1.0,
) -> bpy.types.Object:
    """Turns a profile of (radius, height) points, metres, about the vertical axis.

    Args:
        name: Name of the object.
        profile: Points in order; a closed run of them makes a solid wall.
        look: The material.
        segments: Steps around the axis.
        ripple: Factor on the radius for an angle in radians, for ribs.
    """
    vertices: list[Point] = []
    for step in range(segments):
        angle = math.tau * step / segments
        factor = ripple(angle)
        vertices += [(r * factor * math.cos(angle), r * factor * math.sin(angle), z) for r, z in profile]
    rows = len(profile)
    faces = [
        (a * rows + i, b * rows + i, b * rows + i + 1, a * rows + i + 1)
        for a in range(segments)
        for b in [(a + 1) % segments]
        for i in range(rows - 1)
    ]
    made = mesh(name, vertices, faces, smooth=True)
    made.data.materials.append(look)
    return made


def rounded(points: Profile, radius: float, steps: int = 6) -> list[tuple[float, float]]:
    """Rounds the inner corners of a profile with arcs made by quadratic curves."""
    out = [points[0]]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        here = Vector(corner)
        start, end = Vector(before) - here, Vector(after) - here
        reach = min(radius, start.length / 2, end.length / 2)
        first, last = here + start.normalized() * reach, here + end.normalized() * reach
        for step in range(steps + 1):
            t = step / steps
            point = first * (1 - t) ** 2 + here * (2 * t * (1 - t)) + last * t**2
            out.append((point.x, point.y))
    return [*out, points[-1]]


def backdrop(colour: Point, *, depth: float, width: float) -> None:
    """A seamless paper sweep: floor, a quarter round, and a wall `depth` metres behind the origin."""
    bend = depth * 0.7
    curve = [(depth - bend + bend * math.sin(a), bend - bend * math.cos(a)) for a in _quarter(24)]
    path = [(-depth * 6, 0.0), *curve, (depth, depth * 6)]
    vertices = [(x, y, z) for y, z in path for x in (-width / 2, width / 2)]
    faces = [(2 * i, 2 * i + 1, 2 * i + 3, 2 * i + 2) for i in range(len(path) - 1)]
    paper = mesh("paper", vertices, faces, smooth=True)
    paper.data.materials.append(material("paper", Base_Color=(*colour, 1), Roughness=0.9))


def _quarter(steps: int) -> list[float]:
    return [math.pi / 2 * step / steps for step in range(steps + 1)]


def softbox(place: Point, target: Point, size: tuple[float, float], *, watts: float) -> None:
    """A rectangular area light, metres and watts."""
    light = bpy.data.lights.new("softbox", "AREA")
    light.shape, light.size, light.size_y, light.energy = "RECTANGLE", *size, watts
    _aim(bpy.data.objects.new("softbox", light), place, target)


def camera(place: Point, target: Point, *, focal_mm: float, f_stop: float) -> None:
    """A 36 mm camera focused on its target."""
    data = bpy.data.cameras.new("camera")
    data.lens, data.clip_start = focal_mm, 0.01
    data.dof.use_dof = True
    data.dof.aperture_fstop = f_stop
    data.dof.focus_distance = (Vector(place) - Vector(target)).length
    made = bpy.data.objects.new("camera", data)
    _aim(made, place, target)
    bpy.context.scene.camera = made


def _aim(thing: bpy.types.Object, place: Point, target: Point) -> None:
    bpy.context.collection.objects.link(thing)
    thing.location = place
    thing.rotation_euler = (Vector(target) - Vector(place)).to_track_quat("-Z", "Y").to_euler()
