from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from bench.cutout import summary
from bench.cutout.metrics import edge_band, matte_scores
from bench.cutout.truth import BACKGROUNDS


def result(group: str, name: str, matte_edge: int) -> dict[str, Any]:
    """One photo of a straight edge at column 50, cut out at another column."""
    truth, matte = np.zeros((20, 100), np.uint8), np.zeros((20, 100), np.uint8)
    truth[:, :50] = 255
    matte[:, :matte_edge] = 255
    errors = dict.fromkeys((f"composite_error_{name}" for name in BACKGROUNDS), 2.0)
    scores = matte_scores(matte, truth, edge_band(truth)) | errors | {"composite_error": 2.0}
    return {"group": group, "name": name, "wall_s": 0.5, "cpu_s": 1.0, "peak_mib": 300.0} | scores


def test_figures_by_group_and_overall() -> None:
    """Each group has its own mean, overall every photo counts once, and all of it is plain JSON."""
    results = {"ours": [result("a", "1", 50), result("a", "2", 40), result("b", "3", 30)]}
    figures = json.loads(json.dumps(summary.figures(results)))["ours"]
    assert figures["groups"]["a"]["iou"] == pytest.approx(0.9)
    assert figures["groups"]["b"]["iou"] == pytest.approx(0.6)
    assert figures["overall"]["iou"] == pytest.approx(0.8)
    assert [figures["groups"][group]["poor"] for group in "ab"] == [0, 1]
    assert figures["overall"]["photos"] == 3


def test_a_refused_photo_is_counted() -> None:
    """The cost of a tool says how many photos it would not do, and counts their time like any other's."""
    photos = [result("a", "1", 50), result("a", "2", 0) | {"refused": "NoSubject", "wall_s": 0.1}]
    cost = summary.costs(photos)
    assert cost["refused"] == 1
    assert cost["median_s"] == pytest.approx(0.3)
    assert cost["peak_mib"] == 300


def test_tables_name_the_ratio_to_rembg() -> None:
    """Ours and rembg's composite errors stand as a ratio of means, a median ratio and a count of photos."""
    ours = [result("a", "1", 50), result("a", "2", 50) | {"composite_error": 1.0}]
    its = [result("a", "1", 50) | {"composite_error": 4.0}, result("a", "2", 50) | {"composite_error": 1.0}]
    seconds = {"floor": 1.0, "rembg-u2netp-plain": 2.0}
    shown = summary.tables({"floor": ours, "rembg-u2netp-plain": its}, seconds, seconds)
    (row,) = [line for line in shown.splitlines() if line.startswith("| floor | rembg-u2netp-plain")]
    assert [cell.strip() for cell in row.split("|")[3:6]] == ["0.60", "0.75", "1/2"]
