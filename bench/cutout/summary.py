"""From figures for each photo to figures for a group, and their tables."""

from __future__ import annotations

import statistics
from typing import Any

from bench.cutout.truth import BACKGROUNDS
from bench.report import Row, table

POOR_IOU = 0.7
"""Below it the subject is not what was cut out."""

_PEER = "rembg-"
_LEAST_ERROR = 1e-6
"""In ratios, where a peer is perfect."""

_SCORES = (
    "iou",
    "mae",
    "band_mae",
    "boundary_iou",
    "sad",
    "gradient",
    "composite_error",
    *(f"composite_error_{name}" for name in BACKGROUNDS),
)

Result = dict[str, Any]
"""One photo with one tool: `group`, `name`, every one of _SCORES, and the costs that `loop.serve` names."""


def means(results: list[Result]) -> dict[str, float]:
    """The mean of each score over photos, and how many of them are `poor`."""
    figures = {score: statistics.fmean(result[score] for result in results) for score in _SCORES}
    poor = sum(result["iou"] < POOR_IOU for result in results)
    return figures | {"photos": len(results), "poor": poor}


def costs(results: list[Result]) -> dict[str, float]:
    """Median seconds and CPU-seconds of a photo, the process's peak memory, and photos refused."""
    return {
        "median_s": statistics.median(result["wall_s"] for result in results),
        "median_cpu_s": statistics.median(result["cpu_s"] for result in results),
        "peak_mib": max(result["peak_mib"] for result in results),
        "refused": sum("refused" in result for result in results),
    }


def figures(results: dict[str, list[Result]]) -> dict[str, Any]:
    """Every tool's figures: overall, for each group, for each photo, and what it cost."""
    return {
        tool: {
            "overall": means(photos),
            "groups": {group: means(_of(photos, group)) for group in _groups(photos)},
            "cost": costs(photos),
            "photos": photos,
        }
        for tool, photos in results.items()
    }


def tables(results: dict[str, list[Result]], start_s: dict[str, float], first_s: dict[str, float]) -> str:
    """Everything but the single photos, as Markdown."""
    some = next(iter(results.values()))
    parts = [
        _scores(f"{group} ({len(_of(some, group))})", {t: _of(r, group) for t, r in results.items()})
        for group in _groups(some)
    ]
    parts.append(_scores(f"All photos ({len(some)})", results))
    parts.append(_backgrounds(results))
    parts.append(_beside(results))
    parts.append(_costs(results, start_s, first_s))
    return "\n".join(parts)


def _scores(title: str, results: dict[str, list[Result]]) -> str:
    header = (
        "tool",
        "IoU",
        f"IoU < {POOR_IOU}",
        "MAE",
        "band MAE",
        "boundary IoU",
        "SAD k",
        "Grad k",
        "ΔE2000",
    )
    rows: list[Row] = []
    for tool, photos in results.items():
        mean = means(photos)
        rows.append(
            (
                tool,
                f"{mean['iou']:.3f}",
                f"{mean['poor']:.0f}",
                f"{mean['mae']:.4f}",
                f"{mean['band_mae']:.3f}",
                f"{mean['boundary_iou']:.3f}",
                f"{mean['sad']:.1f}",
                f"{mean['gradient']:.2f}",
                f"{mean['composite_error']:.2f}",
            )
        )
    return table(title, header, rows)


def _backgrounds(results: dict[str, list[Result]]) -> str:
    rows: list[Row] = []
    for tool, photos in results.items():
        mean = means(photos)
        rows.append((tool, *(f"{mean[f'composite_error_{name}']:.2f}" for name in BACKGROUNDS)))
    return table("Composite error by background, ΔE2000 in the edge band", ("tool", *BACKGROUNDS), rows)


def _beside(results: dict[str, list[Result]]) -> str:
    """Our composite error by rembg's: of the means, and photo by photo, where no bad photo outweighs ten."""
    header = ("tool", "beside", "mean by mean", "median of ratios", "lower on")
    rows: list[Row] = []
    for tool, photos in results.items():
        for peer, its in results.items():
            if tool.startswith(_PEER) or not peer.startswith(_PEER):
                continue
            pairs = [
                (mine["composite_error"], other["composite_error"])
                for mine, other in zip(photos, its, strict=True)
            ]
            mine, other = (statistics.fmean(side) for side in zip(*pairs, strict=True))
            middle = statistics.median(one / max(two, _LEAST_ERROR) for one, two in pairs)
            lower = sum(one < two for one, two in pairs)
            rows.append(
                (
                    tool,
                    peer,
                    f"{mine / max(other, _LEAST_ERROR):.2f}",
                    f"{middle:.2f}",
                    f"{lower}/{len(pairs)}",
                )
            )
    return table("Composite error beside rembg's", header, rows)


def _costs(results: dict[str, list[Result]], start_s: dict[str, float], first_s: dict[str, float]) -> str:
    header = ("tool", "load s", "first s", "median s", "CPU s", "peak MiB", "refused")
    rows: list[Row] = []
    for tool, photos in results.items():
        cost = costs(photos)
        rows.append(
            (
                tool,
                f"{start_s[tool]:.1f}",
                f"{first_s[tool]:.2f}",
                f"{cost['median_s']:.2f}",
                f"{cost['median_cpu_s']:.2f}",
                f"{cost['peak_mib']:.0f}",
                f"{cost['refused']:.0f}",
            )
        )
    return table("Cost of a photo", header, rows)


def _groups(photos: list[Result]) -> list[str]:
    return list(dict.fromkeys(photo["group"] for photo in photos))


def _of(photos: list[Result], group: str) -> list[Result]:
    return [photo for photo in photos if photo["group"] == group]
