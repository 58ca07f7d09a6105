"""Turns answers into the tables that are printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bench import report
from bench.moderation.contestants import Answer
from bench.moderation.metrics import Share, percentile, share
from bench.moderation.rows import Row

Answers = dict[str, list[Answer]]
"""Contestant → its answer to each row, in the rows' order."""


@dataclass(frozen=True, slots=True)
class Results:
    """All that was asked and answered.

    Attributes:
        rows: The texts.
        answers: To them.
        disguised: Disguise → share of the disguised core texts refused, by contestant.
    """

    rows: list[Row]
    answers: Answers
    disguised: dict[str, dict[str, Share]]

    def refused(self, name: str, wanted: Callable[[Row], bool]) -> Share:
        """How many of the rows that are `wanted` a contestant refuses."""
        pairs = zip(self.rows, self.answers[name], strict=True)
        return share(answer.refused for row, answer in pairs if wanted(row))

    @property
    def summary(self) -> dict[str, dict[str, Share]]:
        """The figures that are promised, by contestant."""
        return {
            name: {
                "core recall": self.refused(name, lambda row: row.core),
                "core recall, evaluate-only sets": self.refused(name, lambda row: row.core and row.held_out),
                "false positives, plain": self.refused(
                    name, lambda row: row.label == "benign" and row.ordinary
                ),
                "false positives, hard": self.refused(
                    name, lambda row: row.label == "benign" and not row.ordinary
                ),
            }
            for name in self.answers
        }

    def groups(self, label: str) -> list[tuple[str, str]]:
        """The sources and categories there are, in their order."""
        return list(dict.fromkeys((row.source, row.category) for row in self.rows if row.label == label))


def tables(results: Results) -> str:
    """Every table, in Markdown."""
    names = tuple(results.answers)
    blocks = [
        report.table(
            "Together, % refused with the 95 % interval",
            ("", "texts", *names),
            [
                (line, str(shares[0].of), *(each.long for each in shares))
                for line, shares in _by_line(results).items()
            ],
        ),
        _grouped(results, "unsafe", "Recall, % refused with the 95 % interval"),
        _grouped(results, "benign", "False positives, % refused with the 95 % interval"),
        report.table(
            "Core texts with their telling words disguised, % refused",
            ("disguise", *names),
            [
                (disguise, *(str(by_name[name]) if name in by_name else "–" for name in names))
                for disguise, by_name in results.disguised.items()
            ],
        ),
        report.table(
            "One text at a time, in milliseconds",
            ("", *names),
            [
                (f"p{part}", *(f"{_ms(results.answers[name], part):.1f}" for name in names))
                for part in (50, 95, 99)
            ],
        ),
    ]
    return "\n".join(blocks)


def _by_line(results: Results) -> dict[str, list[Share]]:
    summary = list(results.summary.values())
    return {line: [figures[line] for figures in summary] for line in summary[0]}


def _grouped(results: Results, label: str, title: str) -> str:
    rows: list[report.Row] = []
    for source, category in results.groups(label):

        def wanted(row: Row, key: tuple[str, str] = (source, category)) -> bool:
            return row.label == label and (row.source, row.category) == key

        shares = [results.refused(name, wanted) for name in results.answers]
        core = next(row.core for row in results.rows if wanted(row))
        rows.append(
            (source, category, "yes" if core else "", str(shares[0].of), *(each.long for each in shares))
        )
    return report.table(title, ("source", "category", "core", "texts", *results.answers), rows)


def _ms(answers: Iterable[Answer], part: int) -> float:
    return percentile([answer.ms for answer in answers], part / 100)
