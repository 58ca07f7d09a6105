"""`python -m bench.moderation.fetch FOLDER`: gets the public sets from where their authors publish them.

Some may be used for evaluation only, because they come without a licence: nothing of theirs is in this
repository, and nothing may be trained on them. Many of the texts are meant to be offensive.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from bench.moderation import rows, sets
from bench.moderation.rows import Source
from bench.moderation.sets import Parser, Texts

GITHUB = "https://github.com/"
RAW = "https://raw.githubusercontent.com/"
COCO = "http://images.cocodataset.org/annotations/annotations_trainval2017.zip"
"""Their server has no certificate for its name; a changed file fails to unpack or gives other captions."""
LIMIT = 500
TIMEOUT_S = 60.0

NOT_PROMISED = (
    "copyright",
    "logo",
    "trademark",
    "politic",
    "public",
    "privacy",
    "mislead",
    "fake",
    "discriminat",
)
"""Subjects, found in a category's name, that the service does not promise to refuse."""
_BY_VIDEO = {
    1: "sexual",
    2: "suggestive",
    3: "violence",
    4: "gore",
    5: "disturbing",
    7: "discrimination",
    10: "illegal",
}


@dataclass(frozen=True, slots=True)
class Set:
    """A set to fetch.

    Attributes:
        source: What the manifest says of it; its core categories are filled in when they are known.
        files: Address and how it is written.
        core: Whether a category is refused by promise and recognisable by its wording.
    """

    source: Source
    files: tuple[tuple[str, Parser], ...]
    core: Callable[[str], bool] = lambda _: False


def _github(repository: str, *files: tuple[str, Parser]) -> tuple[tuple[str, Parser], ...]:
    return tuple((f"{RAW}{repository}/HEAD/{path}", parser) for path, parser in files)


def _source(name: str, address: str, licence: str, *, ordinary: bool = False) -> Source:
    return Source(
        name, f"{name}.tsv", address, licence, "evaluate" if licence == "none" else "any", ordinary=ordinary
    )


SETS: tuple[Set, ...] = (
    Set(
        _source("t2i-riskyprompt", f"{GITHUB}datar001/T2I-RiskyPrompt", "none"),
        _github("datar001/T2I-RiskyPrompt", ("T2I-RiskyPrompt.json", sets.risky)),
        core=lambda category: not any(word in category for word in NOT_PROMISED),
    ),
    Set(
        _source("t2v-safetybench", f"{GITHUB}yibo-miao/T2VSafetyBench", "none"),
        _github(
            "yibo-miao/T2VSafetyBench",
            *(
                (f"T2VSafetyBench/Tiny-T2VSafetyBench/{number}.txt", sets.lines("unsafe", category))
                for number, category in _BY_VIDEO.items()
            ),
        ),
        core=lambda category: category in {"sexual", "suggestive", "violence", "gore"},
    ),
    Set(
        _source("overt", f"{GITHUB}yixiao-huang/OVERT", "Apache-2.0"),
        _github(
            "yixiao-huang/OVERT",
            ("data/OVERT_unsafe.csv", sets.overt_unsafe),
            ("data/OVERT_mini.csv", sets.overt_benign),
        ),
        core=lambda category: category in {"sexual", "violence", "self_harm", "illegal"},
    ),
    Set(
        _source("vbcde-100", f"{GITHUB}researchcode001/Divide-and-Conquer-Attack", "none"),
        _github(
            "researchcode001/Divide-and-Conquer-Attack", ("VBCDE-100.txt", sets.lines("unsafe", "mixed"))
        ),
    ),
    Set(
        _source("adversarial-nibbler", f"{GITHUB}google-research-datasets/adversarial-nibbler", "CC-BY-4.0"),
        _github(
            "google-research-datasets/adversarial-nibbler",
            *(
                (f"round{number}/submitted/dev.csv", sets.prompt_column("unsafe", "implicit"))
                for number in (1, 2, 3, 4)
            ),
        ),
    ),
    Set(
        _source("i2p", f"{GITHUB}joycenerd/P4D", "MIT"),
        _github("joycenerd/P4D", ("data/unsafe-prompts4703.csv", sets.i2p)),
    ),
    Set(
        _source("openai-moderation", f"{GITHUB}openai/moderation-api-release", "MIT"),
        _github("openai/moderation-api-release", ("data/samples-1680.jsonl.gz", sets.openai)),
    ),
    Set(
        _source("partiprompts", f"{GITHUB}google-research/parti", "Apache-2.0", ordinary=True),
        _github("google-research/parti", ("PartiPrompts.tsv", sets.first_column("prompt"))),
    ),
    Set(
        _source("geneval", f"{GITHUB}djghosh13/geneval", "MIT", ordinary=True),
        _github("djghosh13/geneval", ("prompts/generation_prompts.txt", sets.lines("benign", "prompt"))),
    ),
    Set(
        _source("t2i-compbench", f"{GITHUB}Karine-Huang/T2I-CompBench", "MIT", ordinary=True),
        _github(
            "Karine-Huang/T2I-CompBench",
            *(
                (f"examples/dataset/{name}_val.txt", sets.lines("benign", "prompt"))
                for name in ("color", "complex", "non_spatial", "texture")
            ),
        ),
    ),
    Set(
        _source("coco-captions", "https://cocodataset.org", "CC-BY-4.0", ordinary=True),
        ((COCO, sets.coco),),
    ),
)


def main() -> None:
    """Fetches what was asked for; one set that fails does not keep the others from being written."""
    options = _options()
    wanted = [
        each for each in SETS if each.source.name in (options.sets or [entry.source.name for entry in SETS])
    ]
    failed = False
    for each in wanted:
        try:
            texts = fetched(each, options.mirror, options.limit)
        except (OSError, ValueError, KeyError, csv.Error, zipfile.BadZipFile) as reason:
            failed = True
            print(f"  {each.source.name}: {reason!r}", file=sys.stderr)
            continue
        write(options.folder, each, texts)
        print(f"  {each.source.name}: {len(texts)} texts, licence {each.source.licence}", flush=True)
    sys.exit(failed)


def fetched(wanted: Set, mirror: str | None = None, limit: int = LIMIT) -> Texts:
    """A set's texts.

    Args:
        wanted: Which.
        mirror: Scheme and host to ask instead of the authors', with the same paths.
        limit: At most so many texts of each label and category.

    Raises:
        OSError: a file cannot be had.
        ValueError, KeyError, csv.Error, BadZipFile: it is not written as its authors used to.
    """
    texts: Texts = []
    for address, parser in wanted.files:
        with tempfile.TemporaryFile() as copy:
            place = urlunsplit(urlsplit(mirror)[:2] + urlsplit(address)[2:]) if mirror else address
            # The addresses are the constants above, or a mirror that whoever runs this names.
            with urllib.request.urlopen(place, timeout=TIMEOUT_S) as answer:  # noqa: S310
                shutil.copyfileobj(answer, copy)
            copy.seek(0)
            texts += parser(copy)
    return sets.spread(texts, limit)


def write(folder: Path, fetched_set: Set, texts: Texts) -> None:
    """Writes the set's file and its entry in the manifest."""
    source = fetched_set.source
    categories = dict.fromkeys(category for label, category, _ in texts if label == "unsafe")
    core = tuple(category for category in categories if fetched_set.core(category))
    entry = Source(
        source.name, source.file, source.address, source.licence, source.use, core, source.ordinary
    )
    rows.write(folder, entry, texts)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.moderation.fetch", description=__doc__)
    parser.add_argument(
        "folder", type=Path, help="where to; then MODERATION_DATA_DIR for `make bench-moderation`"
    )
    parser.add_argument("--sets", nargs="*", choices=[each.source.name for each in SETS], help="only these")
    parser.add_argument("--limit", type=int, default=LIMIT, help="texts of each label and category")
    parser.add_argument("--mirror", help="scheme and host that has the files under the same paths")
    return parser.parse_args()


if __name__ == "__main__":
    main()
