"""Reads folders of texts that are labelled as to be refused or not."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Label = Literal["unsafe", "benign"]
COLUMNS = ("label", "category", "text")
MANIFEST = "manifest.json"


class BadData(SystemExit):
    """A folder of texts is not what README.md says it is; the message names the place."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where texts come from.

    Attributes:
        name: As the tables call it.
        file: Its tab-separated file, beside the manifest.
        address: Where anybody gets the whole set.
        licence: Of the set; `none` where its authors name none.
        use: `evaluate` where nothing may be trained on it or shipped, otherwise `any`.
        core: Categories whose wording shows what they ask for, among those the service promises to refuse.
        ordinary: Whether its benign texts are like a customer's, so that refusing one is a plain mistake.
    """

    name: str
    file: str
    address: str
    licence: str
    use: Literal["evaluate", "any"]
    core: tuple[str, ...] = ()
    ordinary: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One text.

    Attributes:
        source: Name of its source.
        label: What its authors, or the rule in fetch.py, say of it.
        category: Finer than the service's own categories.
        text: Without tabs and line ends.
        core: Whether it counts for core recall.
        ordinary: Whether refusing it is a plain mistake.
        held_out: Whether it comes from a set that nothing may be trained on.
    """

    source: str
    label: Label
    category: str
    text: str
    core: bool = False
    ordinary: bool = False
    held_out: bool = False


def read(folder: Path) -> list[Row]:
    """All texts of a folder, source by source; a text that occurs twice counts once.

    Raises:
        BadData: the manifest or a file is missing or malformed.
    """
    manifest = folder / MANIFEST
    if not manifest.is_file():
        raise BadData(f"{folder} has no {MANIFEST}; bench/moderation/README.md says how to get the texts.")
    rows: dict[str, Row] = {}
    for entry in json.loads(manifest.read_text(encoding="utf-8"))["sources"]:
        for row in _rows(folder, _source(entry)):
            rows.setdefault(folded(row.text), row)
    return list(rows.values())


def write(folder: Path, source: Source, texts: list[tuple[Label, str, str]]) -> None:
    """Writes a source's file and enters it in the manifest, in place of an earlier one of its name.

    Args:
        folder: Where; it is made if it is missing.
        source: What is said of it.
        texts: Label, category and text. White space in a text becomes single blanks; empty ones are left out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["\t".join(COLUMNS)]
    for label, category, text in texts:
        if plain := " ".join(text.split()):
            lines.append(f"{label}\t{category}\t{plain}")
    (folder / source.file).write_text("\n".join(lines) + "\n", encoding="utf-8")
    manifest = folder / MANIFEST
    entries: list[dict[str, Any]] = []
    if manifest.exists():
        entries = json.loads(manifest.read_text(encoding="utf-8"))["sources"]
    entries = [entry for entry in entries if entry["name"] != source.name]
    entries.append({name: getattr(source, name) for name in Source.__slots__})
    manifest.write_text(
        json.dumps({"sources": entries}, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def folded(text: str) -> str:
    """What makes two texts the same: words, without case and punctuation."""
    return " ".join("".join(char if char.isalnum() else " " for char in text.casefold()).split())


def _source(entry: dict[str, Any]) -> Source:
    try:
        return Source(**entry | {"core": tuple(entry.get("core", ()))})
    except TypeError as reason:
        raise BadData(f"{MANIFEST}: {reason}") from reason


def _rows(folder: Path, source: Source) -> list[Row]:
    path = folder / source.file
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            table = list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    except OSError as reason:
        raise BadData(f"{path}: {reason.strerror}") from reason
    if not table or tuple(table[0]) != COLUMNS:
        raise BadData(f"{path} does not begin with the columns {', '.join(COLUMNS)}.")
    found: list[Row] = []
    held_out = source.use == "evaluate"
    for number, cells in enumerate(table[1:], 2):
        match cells:
            case ["unsafe", category, text]:
                core = category in source.core
                found.append(Row(source.name, "unsafe", category, text, core=core, held_out=held_out))
            case ["benign", category, text]:
                ordinary = source.ordinary
                found.append(Row(source.name, "benign", category, text, ordinary=ordinary, held_out=held_out))
            case _:
                raise BadData(f"{path}, line {number}: {len(cells)} columns, label {cells[:1]}")
    return found
