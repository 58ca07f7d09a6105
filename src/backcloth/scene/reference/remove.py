"""Fills the hole that a reference's own subject leaves, with large pieces of the picture around it.

The hole is covered by the picture itself, moved: each point takes one of a few moves, chosen so that the
pieces agree with the rim and, where two meet, with each other (Pritch, Kav-Venaki and Peleg, "Shift-map
image editing", 2009; Kwatra et al., "Graphcut textures", 2003, for the price of a seam). The best choice is
sought by belief propagation. Moves go along the rows, hardly up or down: in a photo of a place a row is one
distance, so a texture keeps its size and the horizon its place. Steps of tone between pieces are levelled in
the gradients (Perez, Gangnet and Blake, "Poisson image editing", 2003).
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.scene.reference.choose import Mask, Points, choose_moves, find_moves, moved, points_of
from backcloth.scene.reference.level import level_steps
from backcloth.scene.studio.arrays import Field, as_field, smoothstep

Pixels = npt.NDArray[np.uint8]

_LONGEST = 100
"""Longest side of the small picture on which pieces are chosen."""

_ROUGH = 2.4
"""Mean of the finest detail, in 8-bit steps, from which seams are narrow; a third of it counts as smooth."""

_BLEND = 0.012
"""Share of the longer side over which hole and surroundings run into each other where all is smooth."""


def fill(picture: Pixels, hole: Mask) -> tuple[Pixels, float]:
    """The picture with its hole filled.

    Args:
        picture: (H, W, 3) uint8 sRGB.
        hole: (H, W), not empty.

    Returns:
        (H, W, 3) uint8 sRGB, unchanged outside the hole; and how badly the pieces fit the rim and each other,
        in squared Lab steps for each point of the hole. It is infinite where the hole is everything.
    """
    height, width = hole.shape
    scale = min(1.0, _LONGEST / max(height, width))
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255.0
    covered = cv2.resize(hole.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.01
    if covered.all():
        return picture, math.inf
    lab = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2LAB), np.float32)
    moves = find_moves(lab, covered)
    choice, price = choose_moves(lab, covered, moves)
    stitched = small * np.float32(255)
    for index, move in enumerate(moves):
        points = points_of(choice == index)
        stitched[points[:, 0], points[:, 1]] = moved(small, points, move) * np.float32(255)
    return _copied(picture, hole, moves, choice, level_steps(stitched, choice)), price


def _copied(
    picture: Pixels, hole: Mask, moves: Points, choice: npt.NDArray[np.intp], change: Field
) -> Pixels:
    """The full picture, its hole covered by the chosen pieces, each with its part of the change of tone."""
    size = (hole.shape[1], hole.shape[0])
    ratio = (hole.shape[0] / choice.shape[0], hole.shape[1] / choice.shape[1])
    total = np.zeros(picture.shape, np.float32)
    weights = np.zeros(hole.shape, np.float32)
    spread = _spread(choice)
    outside = cv2.distanceTransform(np.asarray(~hole, np.uint8), cv2.DIST_L2, 3)
    known = as_field(np.clip(outside / (2.0 * max(ratio)), 0.001, 1.0))
    plain = _plain(picture, choice)
    for index in np.unique(spread[spread >= 0]):
        part = as_field(spread == index)
        down, right = (round(float(moves[index][axis]) * ratio[axis]) for axis in (0, 1))
        shift = np.asarray([[1, 0, -right], [0, 1, -down]], np.float32)
        piece = cv2.warpAffine(picture, shift, size, flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REFLECT)
        bent = piece + cv2.resize(_carried(change, part), size, interpolation=cv2.INTER_LINEAR)
        # A seam must not reach so far that a piece shows the subject that is to go.
        allowed = cv2.warpAffine(known, shift, size, flags=cv2.INTER_NEAREST, borderValue=0.001)
        share = _share(part, plain, size) * allowed
        total += bent * share[..., None]
        weights += share
    covered = np.clip(total / np.maximum(weights, 1e-6)[..., None], 0, 255)
    smooth = cv2.resize(plain, size, interpolation=cv2.INTER_LINEAR)
    # The hole's rim still shows what is around it: there the two may run into each other where all is smooth.
    inside = cv2.distanceTransform(np.asarray(hole, np.uint8), cv2.DIST_L2, 3)
    share = np.clip(inside / (2.0 + smooth * _BLEND * max(size)), 0.0, 1.0)[..., None]
    out = picture + (covered - picture) * share
    blurred = cv2.GaussianBlur(out, (0, 0), 0.8 * max(ratio))
    out += (blurred - out) * share * (smooth**2)[..., None]
    return np.asarray(np.clip(np.rint(out), 0, 255), np.uint8)


def _plain(picture: Pixels, choice: npt.NDArray[np.intp]) -> Field:
    """(h, w) 0..1 how smooth the picture is at each point, in the hole judged by what is around it."""
    grey = as_field(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))
    fine = np.abs(grey - cv2.GaussianBlur(grey, (0, 0), 2.0))
    size = (choice.shape[1], choice.shape[0])
    outside = as_field(choice < 0)
    rough = cv2.resize(fine, size, interpolation=cv2.INTER_AREA) * outside
    wide = max(size) * 0.12
    total, there = (cv2.GaussianBlur(each, (0, 0), sigmaX=wide, sigmaY=wide / 3) for each in (rough, outside))
    mean = as_field(total / np.maximum(there, 1e-3))
    # Far from anything known nothing is known of the texture either.
    return smoothstep(_ROUGH, _ROUGH / 3, mean) * smoothstep(0.01, 0.06, as_field(there))


def _share(part: Field, plain: Field, size: tuple[int, int]) -> Field:
    """(H, W) share of one piece: its seams are narrow in texture and wide where all is smooth."""
    soft = part + (cv2.GaussianBlur(part, (0, 0), 1.8) - part) * plain
    large = cv2.resize(soft, size, interpolation=cv2.INTER_LINEAR)
    power = 4.0 - 2.5 * cv2.resize(plain, size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.maximum(large, 1e-6) ** power, np.float32)


def _carried(change: Field, part: Field) -> Field:
    """The change of tone of one piece, carried on beyond its outline."""
    wide = cv2.GaussianBlur(change * part[..., None], (0, 0), 1.5)
    there = cv2.GaussianBlur(part, (0, 0), 1.5)[..., None]
    return np.where(part[..., None] > 0, change, wide / np.maximum(there, 1e-3)).astype(np.float32)


def _spread(choice: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """The choice carried on one point beyond the hole, so that its rim finds a piece at full size."""
    grown = choice.copy()
    for axis, step in ((0, 1), (0, -1), (1, 1), (1, -1)):
        moved = np.roll(choice, step, axis=axis)
        grown = np.where((grown < 0) & (moved >= 0), moved, grown)
    return grown
