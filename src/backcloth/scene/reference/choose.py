"""Chooses by which moves of the picture a hole in it is covered best.

Each point of the hole takes one of a few moves, so that the pieces agree with the rim and, where two meet,
with each other. The choice of least price is sought by belief propagation.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from backcloth.scene.studio.arrays import Field, as_field

Mask = npt.NDArray[np.bool_]
Points = npt.NDArray[np.intp]
"""(n, 2) rows and columns, of points or of moves."""

_MOVES = 22
"""Moves to choose from, at most."""

_UP = 0.08
"""Rows that a move may climb or fall, as a share of the height."""

_CLIMB = 6.0
"""Price of a move's rows, in squared Lab steps for each row."""

_ROUNDS = 48
"""Rounds of passing messages. On four holes twice as many lowered the price by 0 to 9 %."""

_SEAM = 30.0
"""Price of any seam, in squared Lab steps: without it, even ground is cut to confetti."""

_NEVER = np.float32(1e6)


def find_moves(lab: Field, hole: Mask) -> Points:
    """The moves that fit the rim best, each where those before it do not, all together reaching the hole."""
    height, width = hole.shape
    climb = max(1, round(_UP * height))
    rows, columns = np.mgrid[-climb : climb + 1, 1 - width : width]
    every = np.stack([rows.ravel(), columns.ravel()], axis=1).astype(np.intp)
    inner, rim = points_of(hole), points_of(_rim(hole, 3))
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


def points_of(mask: Mask) -> Points:
    """The points of a (h, w) mask."""
    return np.argwhere(mask)


def _rim(hole: Mask, wide: int) -> Mask:
    """Points outside the hole, up to `wide` from it."""
    side = 2 * wide + 1
    return cv2.dilate(hole.view(np.uint8), np.ones((side, side), np.uint8)).astype(np.bool_) & ~hole


def _reached(points: Points, move: Points, hole: Mask) -> Mask:
    """(n,) whether a move takes each point to the known part of the picture."""
    at = points + move
    inside = ((at >= 0) & (at < np.asarray(hole.shape))).all(axis=1)
    at = np.clip(at, 0, np.asarray(hole.shape) - 1)
    return np.asarray(inside & ~hole[at[:, 0], at[:, 1]])


def _misfit(lab: Field, points: Points, move: Points, hole: Mask) -> Field:
    """(n,) squared difference between each point and where a move takes it."""
    reached = _reached(points, move, hole)
    at = np.clip(points + move, 0, np.asarray(hole.shape) - 1)
    off = np.square(lab[points[:, 0], points[:, 1]] - lab[at[:, 0], at[:, 1]]).sum(axis=1)
    return np.where(reached, off, np.float32(1500.0)).astype(np.float32)


def choose_moves(lab: Field, hole: Mask, moves: Points) -> tuple[Points, float]:
    """(h, w) index of the move of each point of the hole, -1 elsewhere; and its price for each point."""
    height, width = hole.shape
    points = points_of(hole)
    number = np.full(hole.shape, -1, np.intp)
    number[hole] = np.arange(len(points))
    unary = np.stack([np.where(_reached(points, move, hole), 0, _NEVER) for move in moves])
    unary = as_field(unary + _CLIMB * 0.3 * np.abs(moves[:, 0])[:, None])
    unary += _rim_price(lab, hole, points, moves)
    looks = np.stack([moved(lab, points, move) for move in moves])
    edges = []
    for step in ((0, 1), (1, 0)):
        beside = points + step
        inside = (beside < (height, width)).all(axis=1)
        other = number[np.minimum(beside[:, 0], height - 1), np.minimum(beside[:, 1], width - 1)]
        first = np.flatnonzero(inside & (other >= 0))
        edges.append(np.stack([first, other[first]], axis=1))
    pairs = np.concatenate(edges)
    seam = _seam(looks, pairs)
    picked = _propagate(unary, edges, seam)
    choice = np.full(hole.shape, -1, np.intp)
    choice[hole] = picked
    paid = unary[picked, np.arange(len(points))].sum()
    paid += seam[picked[pairs[:, 0]], picked[pairs[:, 1]], np.arange(len(pairs))].sum()
    return choice, float(paid) / len(points)


def moved(lab: Field, points: Points, move: Points) -> Field:
    """(n, 3) what a move takes to each point of a (h, w, 3) picture."""
    at = np.clip(points + move, 0, np.asarray(lab.shape[:2]) - 1)
    return np.asarray(lab[at[:, 0], at[:, 1]], np.float32)


def _rim_price(lab: Field, hole: Mask, points: Points, moves: Points) -> Field:
    """(k, n) how badly each move fits the known points around each point."""
    price = np.zeros((len(moves), len(points)), np.float32)
    limit = np.asarray(hole.shape) - 1
    for down in range(-2, 3):
        for right in range(-2, 3):
            beside = np.clip(points + np.asarray([down, right]), 0, limit)
            some = np.flatnonzero(~hole[beside[:, 0], beside[:, 1]])
            weight = np.float32(1.0 / (1.0 + down * down + right * right))
            for index, move in enumerate(moves):
                price[index, some] += weight * _misfit(lab, beside[some], move, hole)
    return price


def _seam(looks: Field, pairs: Points) -> Field:
    """(k, k, m) price of neighbours that take different moves: how much the two pieces differ at both.

    It is the same whichever of two moves is whose.
    """
    count = len(looks)
    price = np.full((count, count, len(pairs)), _SEAM, np.float32)
    for end in (0, 1):
        look = looks[:, pairs[:, end]]
        for index in range(count):
            price[index] += np.square(look - look[index]).sum(axis=2)
    own = np.arange(count)
    price[own, own] = 0.0
    return price


def _propagate(unary: Field, edges: list[Points], seam: Field) -> Points:
    """(n,) the choice of least total price, by min-sum belief propagation with damping.

    Args:
        unary: (k, n) price of each move at each point.
        edges: Neighbours in one direction after the other, (m, 2) each; a point is first in one at most of
            each, and second likewise.
        seam: (k, k, m in all) price of their moves.
    """
    there = np.zeros((len(unary), seam.shape[2]), np.float32)
    back = np.zeros_like(there)
    first, second = np.concatenate(edges).T
    for _ in range(_ROUNDS):
        belief = _believed(unary, edges, there, back)
        ahead = _cheapest(belief[:, first] - back, seam)
        behind = _cheapest(belief[:, second] - there, seam)
        there = np.float32(0.5) * (there + ahead)
        back = np.float32(0.5) * (back + behind)
    return np.asarray(_believed(unary, edges, there, back).argmin(axis=0))


def _believed(unary: Field, edges: list[Points], there: Field, back: Field) -> Field:
    """(k, n) price of each move at each point, with what its neighbours say."""
    belief = unary.copy()
    at = 0
    for pairs in edges:
        part = slice(at, at + len(pairs))
        belief[:, pairs[:, 1]] += there[:, part]
        belief[:, pairs[:, 0]] += back[:, part]
        at += len(pairs)
    return belief


def _cheapest(price: Field, seam: Field) -> Field:
    """(k, m) least price of each move for the one end, over what the other end may take; the least is 0."""
    least = np.full_like(price, np.inf)
    for index in range(len(price)):
        np.minimum(least, price[index] + seam[index], out=least)
    return np.asarray(least - least.min(axis=0), np.float32)
