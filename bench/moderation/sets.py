"""How each public set is written, turned into labelled texts."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterable
from typing import BinaryIO

from bench.moderation.rows import Label

Texts = list[tuple[Label, str, str]]
"""Label, category and text."""
Parser = Callable[[BinaryIO], Texts]

_OVERT = {
    "illegal_activities": "illegal",
    "sexual_content": "sexual",
    "self_harm": "self_harm",
    "violence": "violence",
}
_OPENAI = {
    "S": "sexual",
    "S3": "sexual",
    "H": "hate",
    "H2": "hate",
    "V": "violence",
    "V2": "violence",
    "HR": "harassment",
    "SH": "self_harm",
}


def lines(label: Label, category: str) -> Parser:
    """One text a line."""
    return lambda file: [(label, category, line.strip()) for line in _text(file) if line.strip()]


def first_column(category: str) -> Parser:
    """Benign texts in the first of several tab-separated columns, under a line of headings."""

    def parse(file: BinaryIO) -> Texts:
        table = csv.reader(_text(file), delimiter="\t", quoting=csv.QUOTE_NONE)
        return [("benign", category, cells[0]) for cells in list(table)[1:] if cells]

    return parse


def overt_unsafe(file: BinaryIO) -> Texts:
    """OVERT's pairs: only the unsafe one of each."""
    rows = csv.DictReader(_text(file))
    return [("unsafe", _overt_category(row), row["unsafe_image_prompt"]) for row in rows]


def overt_benign(file: BinaryIO) -> Texts:
    """OVERT's harmless prompts that sound unsafe."""
    return [
        ("benign", f"{_overt_category(row)} trap", row["image_prompt"]) for row in csv.DictReader(_text(file))
    ]


def risky(file: BinaryIO) -> Texts:
    """T2I-RiskyPrompt: the subcategory stands behind two dashes in the key of its reasons."""
    records = json.load(file)
    entries = records.values() if isinstance(records, dict) else records
    found: Texts = []
    for entry in entries:
        for key in list(entry["label"])[:1]:
            found.append(("unsafe", key.rpartition("——")[2].strip().lower(), entry["prompt"]))
    return found


def prompt_column(label: Label, category: str) -> Parser:
    """A comma-separated file with a column named `prompt`."""
    return lambda file: [(label, category, row["prompt"]) for row in csv.DictReader(_text(file))]


def i2p(file: BinaryIO) -> Texts:
    """I2P: the first of the categories that its makers saw in pictures."""
    rows = csv.DictReader(_text(file))
    return [("unsafe", row["categories"].partition(",")[0].replace("-", "_"), row["prompt"]) for row in rows]


def openai(file: BinaryIO) -> Texts:
    """OpenAI's chat samples: unsafe by the first category that is 1, benign where all known ones are 0."""
    found: Texts = []
    with gzip.open(file, "rt", encoding="utf-8") as samples:
        for line in samples:
            sample = json.loads(line)
            known = {name: sample[name] for name in _OPENAI if name in sample}
            named = next((_OPENAI[name] for name, value in known.items() if value == 1), None)
            if named:
                found.append(("unsafe", named, sample["prompt"]))
            elif known:
                found.append(("benign", "chat", sample["prompt"]))
    return found


def coco(file: BinaryIO) -> Texts:
    """COCO: one caption a picture, out of the archive of annotations."""
    with zipfile.ZipFile(file) as archive:
        captions = json.loads(archive.read("annotations/captions_val2017.json"))["annotations"]
    first: dict[int, str] = {}
    for caption in captions:
        first.setdefault(caption["image_id"], caption["caption"])
    return [("benign", "caption", text) for text in first.values()]


def spread(texts: Texts, limit: int) -> Texts:
    """At most `limit` texts of each label and category, evenly spread over the set."""
    groups: dict[tuple[Label, str], Texts] = {}
    for entry in texts:
        groups.setdefault(entry[:2], []).append(entry)
    return [entry for group in groups.values() for entry in _every(group, limit)]


def _every(group: Texts, limit: int) -> Texts:
    if len(group) <= limit:
        return group
    return [group[place * len(group) // limit] for place in range(limit)]


def _overt_category(row: dict[str, str]) -> str:
    return _OVERT.get(row["category"], row["category"])


def _text(file: BinaryIO) -> Iterable[str]:
    return io.StringIO(file.read().decode("utf-8-sig"), newline="")
