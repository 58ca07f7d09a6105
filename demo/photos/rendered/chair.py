"""A wooden chair with seven thin back spindles: gaps of floor and wall between bars a few pixels wide."""

from __future__ import annotations

import itertools
import math

import bpy  # type: ignore[import-not-found]  # lives in an environment of its own
from demo.photos.rendered.studio import Point, lathe, material
from mathutils import Vector  # type: ignore[import-not-found]  # comes with bpy

SEAT_TOP = 0.455
SPINDLES = 7


def build_chair() -> None:
    """Adds seat, legs, stretchers, spindles and top rail to the scene; metres."""
    wood = _oak()
    _seat(wood)
    feet = [(x, y) for x in (-0.215, 0.215) for y in (-0.205, 0.225)]
    knees: dict[tuple[float, float], Vector] = {}
    for x, y in feet:
        top, foot = Vector((x * 0.72, y * 0.74, SEAT_TOP - 0.012)), Vector((x, y, 0.0))
        _turned(wood, foot, top, [(0.0105, 0), (0.0165, 0.45), (0.0175, 0.6), (0.0125, 1)])
        knees[x, y] = foot.lerp(top, 0.38)
    for x in (-0.215, 0.215):
        _bar(wood, knees[x, -0.205], knees[x, 0.225], 0.0095)
    left = knees[-0.215, -0.205].lerp(knees[-0.215, 0.225], 0.5)
    right = knees[0.215, -0.205].lerp(knees[0.215, 0.225], 0.5)
    _bar(wood, left, right, 0.0095)
    _back(wood)


def _oak() -> bpy.types.Material:
    """Oiled oak: fine grain drawn along each part's own length."""
    look = material("oak", Roughness=0.42)
    nodes, links = look.node_tree.nodes, look.node_tree.links
    where, stretch = nodes.new("ShaderNodeTexCoord"), nodes.new("ShaderNodeMapping")
    stretch.inputs["Scale"].default_value = (70, 70, 3.2)
    grain, ramp = nodes.new("ShaderNodeTexNoise"), nodes.new("ShaderNodeValToRGB")
    grain.inputs["Detail"].default_value = 6
    grain.inputs["Scale"].default_value = 1.0
    dark, light = ramp.color_ramp.elements
    dark.position, dark.color = 0.30, (0.22, 0.092, 0.030, 1)
    light.position, light.color = 0.68, (0.44, 0.225, 0.088, 1)
    links.new(where.outputs["Object"], stretch.inputs["Vector"])
    links.new(stretch.outputs["Vector"], grain.inputs["Vector"])
    links.new(grain.outputs["Fac"], ramp.inputs["Fac"])
    links.new(ramp.outputs["Color"], nodes["Principled BSDF"].inputs["Base Color"])
    return look


def _seat(wood: bpy.types.Material) -> None:
    """A bevelled board, a little narrower at the back, lying on its side so that the grain runs across."""
    bpy.ops.mesh.primitive_cube_add(size=1, location=(0, 0, SEAT_TOP - 0.017))
    seat = bpy.context.object
    for vertex in seat.data.vertices:
        narrow = 0.88 if vertex.co.y > 0 else 1.0
        vertex.co = (vertex.co.z * 0.034, vertex.co.y * 0.42, vertex.co.x * 0.44 * narrow)
    seat.rotation_euler = (0, math.pi / 2, 0)
    bevel = seat.modifiers.new("bevel", "BEVEL")
    bevel.width, bevel.segments = 0.013, 6
    corner = seat.modifiers.new("smooth", "SUBSURF")
    corner.subdivision_type, corner.levels, corner.render_levels = "CATMULL_CLARK", 2, 2
    for polygon in seat.data.polygons:
        polygon.use_smooth = True
    seat.data.materials.append(wood)


def _turned(wood: bpy.types.Material, start: Vector, end: Vector, radii: list[tuple[float, float]]) -> None:
    """A lathed bar from start to end; radii are (metres, share of the length)."""
    length = (end - start).length
    smooth = _interpolate(radii, 24)
    bar = lathe("bar", [(0.0, 0.0), *[(r, t * length) for r, t in smooth], (0.0, length)], wood, segments=48)
    bar.location = start
    bar.rotation_euler = (end - start).to_track_quat("Z", "Y").to_euler()


def _interpolate(points: list[tuple[float, float]], steps: int) -> list[tuple[float, float]]:
    out = []
    for (r0, t0), (r1, t1) in itertools.pairwise(points):
        for step in range(steps):
            share = step / steps
            ease = share * share * (3 - 2 * share)
            out.append((r0 + (r1 - r0) * ease, t0 + (t1 - t0) * share))
    return [*out, points[-1]]


def _bar(wood: bpy.types.Material, start: Vector, end: Vector, radius: float) -> None:
    _turned(wood, start, end, [(radius * 0.8, 0), (radius, 0.5), (radius * 0.8, 1)])


def _back(wood: bpy.types.Material) -> None:
    """Spindles that fan out towards a curved top rail."""
    spread = [2 * i / (SPINDLES - 1) - 1 for i in range(SPINDLES)]
    for s in spread:
        base, top = (
            Vector((0.155 * s, 0.172 + 0.012 * (1 - s * s), SEAT_TOP - 0.02)),
            Vector(_rail_point(s * 0.93)),
        )
        if abs(s) == 1:
            _turned(wood, base, top, [(0.0115, 0), (0.0125, 0.4), (0.009, 1)])
        else:
            _turned(wood, base, top, [(0.0065, 0), (0.0075, 0.4), (0.0055, 1)])
    rail = bpy.data.curves.new("rail", "CURVE")
    rail.dimensions, rail.bevel_depth, rail.bevel_resolution, rail.use_fill_caps = "3D", 0.017, 8, True
    line = rail.splines.new("NURBS")
    places = [_rail_point(s) for s in (-1.12, -1.0, -0.66, -0.33, 0.0, 0.33, 0.66, 1.0, 1.12)]
    line.points.add(len(places) - 1)
    for point, place in zip(line.points, places, strict=True):
        point.co = (*place, 1)
    line.use_endpoint_u = True
    made = bpy.data.objects.new("rail", rail)
    made.data.materials.append(wood)
    bpy.context.collection.objects.link(made)


def _rail_point(s: float) -> Point:
    """A point of the top rail; s runs from -1 to 1 between its outer spindles."""
    return (0.205 * s, 0.262 + 0.040 * (1 - s * s), 0.825)
