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

from backcloth.scene.reference.level import level_steps
from backcloth.scene.studio.arrays import Field, as_field, smoothstep

Pixels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Moves = npt.NDArray[np.intp]
"""(k, 2) rows and columns to where a point's content is taken from."""

_LONGEST = 100
"""Longest side of the small picture on which pieces are chosen."""

_MOVES = 22
"""Moves to choose from, at most."""

_UP = 0.08
"""Rows that a move may climb or fall, as a share of the height."""

_CLIMB = 6.0
"""Price of a move's rows, in squared Lab steps for each row."""

_ROUNDS = 36
"""Rounds of passing messages; later ones changed few points."""

_SEAM = 30.0
"""Price of any seam, in squared Lab steps: without it, even ground is cut to confetti."""

_ROUGH = 2.4
"""Mean of the finest detail, in 8-bit steps, from which seams are narrow; a third of it counts as smooth."""

_BLEND = 0.012
"""Share of the longer side over which hole and surroundings run into each other where all is smooth."""

_NEVER = np.float32(1e6)


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
    moves = _moves(lab, covered)
    choice, price = _choose(lab, covered, moves)
    stitched = small * np.float32(255)
    for index, move in enumerate(moves):
        points = _points(choice == index)
        stitched[points[:, 0], points[:, 1]] = _moved(small, points, move) * np.float32(255)
    return _copied(picture, hole, moves, choice, level_steps(stitched, choice)), price


def _moves(lab: Field, hole: Mask) -> Moves:
    """The moves that fit the rim best, each where those before it do not, all together reaching the hole."""
    height, width = hole.shape
    climb = max(1, round(_UP * height))
    rows, columns = np.mgrid[-climb : climb + 1, 1 - width : width]
    every = np.stack([rows.ravel(), columns.ravel()], axis=1).astype(np.intp)
    inner, rim = _points(hole), _points(_rim(hole, 3))
    near = np.abs(every).max(axis=1) >= 4
    every = every[near]
    useful = np.stack([_reached(inner, move, hole) for move in every])
    every, useful = every[useful.mean(axis=1) > 0.04], useful[useful.mean(axis=1) > 0.04]
    if not len(every):
        return np.asarray([[0, 0]], np.intp)
    price = np.stack([_misfit(lab, rim, move, hole) for move in every])
    price += (_CLIMB * np.abs(every[:, 0]))[:, None]
    return np.asarray(every[_greedy(price, useful)], np.intp)


def _greedy(price: Field, useful: Mask) -> list[int]:
    """Indices of moves: each lowers the rim's total price, and what is not yet reached counts most."""
    best = np.full(price.shape[1], 900.0, np.float32)
    reached = np.zeros(useful.shape[1], np.bool_)
    chosen: list[int] = []
    for _ in range(min(_MOVES, len(price))):
        gain = (best[None] - np.minimum(best[None], price)).mean(axis=1)
        gain += 600.0 * (useful & ~reached[None]).mean(axis=1)
        gain[chosen] = -1.0
        pick = int(np.argmax(gain))
        if gain[pick] <= 0:
            break
        chosen.append(pick)
        best, reached = np.minimum(best, price[pick]), reached | useful[pick]
    return chosen


def _points(mask: Mask) -> npt.NDArray[np.intp]:
    return np.argwhere(mask)


def _rim(hole: Mask, wide: int) -> Mask:
    """Points outside the hole, up to `wide` from it."""
    side = 2 * wide + 1
    return cv2.dilate(hole.view(np.uint8), np.ones((side, side), np.uint8)).astype(np.bool_) & ~hole


def _reached(points: npt.NDArray[np.intp], move: npt.NDArray[np.intp], hole: Mask) -> Mask:
    """(n,) whether a move takes each point to the known part of the picture."""
    at = points + move
    inside = ((at >= 0) & (at < np.asarray(hole.shape))).all(axis=1)
    at = np.clip(at, 0, np.asarray(hole.shape) - 1)
    return np.asarray(inside & ~hole[at[:, 0], at[:, 1]])


def _misfit(lab: Field, points: npt.NDArray[np.intp], move: npt.NDArray[np.intp], hole: Mask) -> Field:
    """(n,) squared difference between each point and where a move takes it."""
    reached = _reached(points, move, hole)
    at = np.clip(points + move, 0, np.asarray(hole.shape) - 1)
    off = np.square(lab[points[:, 0], points[:, 1]] - lab[at[:, 0], at[:, 1]]).sum(axis=1)
    return np.where(reached, off, np.float32(1500.0)).astype(np.float32)


def _choose(lab: Field, hole: Mask, moves: Moves) -> tuple[npt.NDArray[np.intp], float]:
    """(h, w) index of the move of each point of the hole, -1 elsewhere; and its price for each point."""
    height, width = hole.shape
    points = _points(hole)
    number = np.full(hole.shape, -1, np.intp)
    number[hole] = np.arange(len(points))
    unary = np.stack([np.where(_reached(points, move, hole), 0, _NEVER) for move in moves], axis=1)
    unary = as_field(unary + _CLIMB * 0.3 * np.abs(moves[:, 0])[None])
    unary += _rim_price(lab, hole, points, moves)
    looks = np.stack([_moved(lab, points, move) for move in moves], axis=1)
    edges = []
    for step in ((0, 1), (1, 0)):
        beside = points + step
        inside = (beside < (height, width)).all(axis=1)
        other = number[np.minimum(beside[:, 0], height - 1), np.minimum(beside[:, 1], width - 1)]
        first = np.flatnonzero(inside & (other >= 0))
        edges.append(np.stack([first, other[first]], axis=1))
    pairs = np.concatenate(edges)
    seam = _seam(looks, pairs)
    picked = _propagate(unary, pairs, seam)
    choice = np.full(hole.shape, -1, np.intp)
    choice[hole] = picked
    paid = unary[np.arange(len(points)), picked].sum()
    paid += seam[np.arange(len(pairs)), picked[pairs[:, 0]], picked[pairs[:, 1]]].sum()
    return choice, float(paid) / len(points)


def _moved(lab: Field, points: npt.NDArray[np.intp], move: npt.NDArray[np.intp]) -> Field:
    at = np.clip(points + move, 0, np.asarray(lab.shape[:2]) - 1)
    return np.asarray(lab[at[:, 0], at[:, 1]], np.float32)


def _rim_price(lab: Field, hole: Mask, points: npt.NDArray[np.intp], moves: Moves) -> Field:
    """(n, k) how badly each move fits the known points around each point."""
    price = np.zeros((len(points), len(moves)), np.float32)
    limit = np.asarray(hole.shape) - 1
    for down in range(-2, 3):
        for right in range(-2, 3):
            beside = np.clip(points + np.asarray([down, right]), 0, limit)
            known = ~hole[beside[:, 0], beside[:, 1]]
            weight = known * np.float32(1.0 / (1.0 + down * down + right * right))
            if not known.any():
                continue
            for index, move in enumerate(moves):
                price[:, index] += weight * _misfit(lab, beside, move, hole)
    return price


def _seam(looks: Field, pairs: npt.NDArray[np.intp]) -> Field:
    """(m, k, k) price of neighbours that take different moves: how much the two pieces differ at both."""
    price = np.zeros((len(pairs), looks.shape[1], looks.shape[1]), np.float32)
    for end in (0, 1):
        look = looks[pairs[:, end]]
        square = np.square(look).sum(axis=2)
        mixed = np.einsum("mkc,mlc->mkl", look, look, optimize=True)
        price += np.maximum(square[:, :, None] + square[:, None, :] - 2.0 * mixed, 0.0)
    own = np.arange(looks.shape[1])
    price += _SEAM
    price[:, own, own] = 0.0
    return price


def _propagate(unary: Field, pairs: npt.NDArray[np.intp], seam: Field) -> npt.NDArray[np.intp]:
    """(n,) the choice of least total price, by min-sum belief propagation with damping."""
    there = np.zeros((len(pairs), unary.shape[1]), np.float32)
    back = np.zeros_like(there)
    for _ in range(_ROUNDS):
        belief = unary.copy()
        np.add.at(belief, pairs[:, 1], there)
        np.add.at(belief, pairs[:, 0], back)
        ahead = ((belief[pairs[:, 0]] - back)[:, :, None] + seam).min(axis=1)
        behind = ((belief[pairs[:, 1]] - there)[:, None, :] + seam).min(axis=2)
        there = 0.5 * there + 0.5 * (ahead - ahead.min(axis=1, keepdims=True))
        back = 0.5 * back + 0.5 * (behind - behind.min(axis=1, keepdims=True))
    belief = unary.copy()
    np.add.at(belief, pairs[:, 1], there)
    np.add.at(belief, pairs[:, 0], back)
    return np.asarray(belief.argmin(axis=1))


def _copied(picture: Pixels, hole: Mask, moves: Moves, choice: npt.NDArray[np.intp], change: Field) -> Pixels:
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
    return smoothstep(_ROUGH, _ROUGH / 3, as_field(total / np.maximum(there, 1e-3)))


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
