"""The folders of texts, and how the public sets become such folders."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from bench.moderation import __main__ as program
from bench.moderation import fetch, rows, sets
from bench.moderation.rows import Source

from harness.loopback import Loopback

SOURCE = Source("one", "one.tsv", "https://example.org/one", "MIT", "any", core=("gore",), ordinary=True)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    """Labels, categories and flags survive; white space is folded, empty and repeated texts go."""
    texts: sets.Texts = [
        ("unsafe", "gore", "a  b\tc\n"),
        ("unsafe", "other", 'say "no'),
        ("benign", "plain", "d"),
        ("benign", "plain", "D!"),
        ("benign", "plain", " "),
    ]
    rows.write(tmp_path, SOURCE, texts)
    read = rows.read(tmp_path)
    assert [row.text for row in read] == ["a b c", 'say "no', "d"]
    assert [row.core for row in read] == [True, False, False]
    assert [row.ordinary for row in read] == [False, False, True]
    assert not any(row.held_out for row in read)


def test_a_source_written_again_replaces_itself_alone(tmp_path: Path) -> None:
    """The manifest keeps one entry of each name."""
    other = Source("two", "two.tsv", "https://example.org/two", "none", "evaluate")
    rows.write(tmp_path, SOURCE, [("benign", "plain", "old")])
    rows.write(tmp_path, other, [("unsafe", "gore", "kept")])
    rows.write(tmp_path, SOURCE, [("benign", "plain", "new")])
    read = rows.read(tmp_path)
    assert sorted(row.text for row in read) == ["kept", "new"]
    assert [row.held_out for row in read if row.text == "kept"] == [True]


@pytest.mark.parametrize(
    "content",
    ["", "text\tlabel\n", "label\tcategory\ttext\nmaybe\tx\ty\n", "label\tcategory\ttext\nbenign\tx\n"],
)
def test_a_malformed_file_is_named(tmp_path: Path, content: str) -> None:
    """Neither a wrong heading nor a wrong row is silently left out."""
    rows.write(tmp_path, SOURCE, [("benign", "plain", "x")])
    (tmp_path / "one.tsv").write_text(content)
    with pytest.raises(rows.BadData, match=r"one\.tsv"):
        rows.read(tmp_path)


def test_a_folder_without_manifest_is_named(tmp_path: Path) -> None:
    """A wrong path must not look like an empty set."""
    with pytest.raises(rows.BadData, match=r"manifest\.json"):
        rows.read(tmp_path)


def test_rows_of_the_training_are_left_out(tmp_path: Path) -> None:
    """A text of five words that stands in a training file does not count, whatever its punctuation."""
    (tmp_path / "train.jsonl").write_text(json.dumps({"text": "A man, on a RED horse."}) + "\n")
    known = rows.Row("s", "benign", "c", "a man on a red horse")
    new = rows.Row("s", "benign", "c", "a man on a blue horse")
    short = rows.Row("s", "benign", "c", "red horse")
    assert program._unseen([known, new, short], tmp_path) == ([new, short], 1)


def test_our_own_prompts_are_there_and_benign() -> None:
    """About two hundred plain ones and as many traps, none twice, none also in the tests of the word list."""
    own = rows.read(program.OWN)
    by_kind = {kind: [row.text for row in own if row.category == kind] for kind in ("plain", "traps")}
    assert all(len(texts) >= 200 for texts in by_kind.values())
    assert {row.label for row in own} == {"benign"}


def _zip(name: str, content: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, content)
    return packed.getvalue()


_CAPTIONS = {
    "annotations": [
        {"image_id": 7, "id": 1, "caption": "A cat. "},
        {"image_id": 7, "id": 2, "caption": "The cat."},
        {"image_id": 8, "id": 3, "caption": "A dog."},
    ]
}
_RISKY = [
    {"prompt": "p one", "label": {"violence——Bloody Scene": ["reason"], "other——x": ["reason"]}},
    {"prompt": "p two", "label": {"infringement——copyright": ["reason"]}},
]
_SAMPLES = [{"prompt": "bad", "S": 0, "V": 1}, {"prompt": "good", "S": 0, "H": 0}, {"prompt": "unknown"}]
SPECIMENS: dict[str, bytes] = {
    "T2I-RiskyPrompt.json": json.dumps(_RISKY).encode(),
    "Tiny-T2VSafetyBench/4.txt": b"gore line\n\n",
    "Tiny-T2VSafetyBench/10.txt": b"theft line",
    "OVERT_unsafe.csv": b"seed_prompt,benign_image_prompt,unsafe_image_prompt,category,generation_type\n"
    b's,"harmless, twin","a ""bank"", robbed",illegal_activities,x\n',
    "OVERT_mini.csv": b"seed_prompt,image_prompt,category,generation_type\ns,a staged fall,violence,x\n",
    "VBCDE-100.txt": b"sentence one.\nsentence two.\n",
    "round1/submitted/dev.csv": b',prompt\n0,"x, y"\n1,z\n',
    "unsafe-prompts4703.csv": b',prompt,categories,hard\n0,"rain, oil","violence, self-harm",1\n'
    b"1,cliff,self-harm,0\n",
    "samples-1680.jsonl.gz": gzip.compress("\n".join(json.dumps(sample) for sample in _SAMPLES).encode()),
    "PartiPrompts.tsv": b'Prompt\tCategory\tChallenge\tNote\nthe sign "a\tArts\tBasic\t\n'
    b"an owl\tAnimals\t\t\n",
    "generation_prompts.txt": b"a photo of a bench\n",
    "color_val.txt": b"a green bench and a red car\n",
    "annotations_trainval2017.zip": _zip("annotations/captions_val2017.json", json.dumps(_CAPTIONS)),
}
"""End of a path → a small file written as the set's authors write theirs; others are empty."""

EXPECTED: dict[str, sets.Texts] = {
    "t2i-riskyprompt": [("unsafe", "bloody scene", "p one"), ("unsafe", "copyright", "p two")],
    "t2v-safetybench": [("unsafe", "gore", "gore line"), ("unsafe", "illegal", "theft line")],
    "overt": [("unsafe", "illegal", 'a "bank", robbed'), ("benign", "violence trap", "a staged fall")],
    "vbcde-100": [("unsafe", "mixed", "sentence one."), ("unsafe", "mixed", "sentence two.")],
    "adversarial-nibbler": [("unsafe", "implicit", "x, y"), ("unsafe", "implicit", "z")],
    "i2p": [("unsafe", "violence", "rain, oil"), ("unsafe", "self_harm", "cliff")],
    "openai-moderation": [("unsafe", "violence", "bad"), ("benign", "chat", "good")],
    "partiprompts": [("benign", "prompt", 'the sign "a'), ("benign", "prompt", "an owl")],
    "geneval": [("benign", "prompt", "a photo of a bench")],
    "t2i-compbench": [("benign", "prompt", "a green bench and a red car")],
    "coco-captions": [("benign", "caption", "A cat. "), ("benign", "caption", "A dog.")],
}


class Mirror(Loopback):
    """Has a specimen of every file."""

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """Answers by the end of the path, and 404 for a path that no set names."""
        known = {urlsplit(address).path for each in fetch.SETS for address, _ in each.files}

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200 if self.path in known else 404)
                self.end_headers()
                end = (content for name, content in SPECIMENS.items() if self.path.endswith(name))
                self.wfile.write(next(end, b""))

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the library
                """Says nothing."""

        return Handler


@pytest.fixture(scope="module")
def mirror() -> Iterator[str]:
    """Where the specimens are."""
    with Mirror() as server:
        yield server.origin


@pytest.mark.parametrize("each", fetch.SETS, ids=lambda each: each.source.name)
def test_every_set_is_read_as_its_authors_write_it(each: fetch.Set, mirror: str) -> None:
    """Fetched over HTTP from a mirror, with the rows that were put there."""
    assert fetch.fetched(each, mirror) == EXPECTED[each.source.name]


def test_fetching_writes_a_folder_the_bench_reads(
    mirror: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command itself: licences are recorded, and core is what the service promises to refuse."""
    arguments = ["fetch", str(tmp_path), "--mirror", mirror, "--sets", "t2i-riskyprompt", "coco-captions"]
    monkeypatch.setattr("sys.argv", arguments)
    with pytest.raises(SystemExit) as ended:
        fetch.main()
    assert not ended.value.code
    read = {row.text: row for row in rows.read(tmp_path)}
    assert [read["p one"].core, read["p two"].core, read["p one"].held_out] == [True, False, True]
    assert read["A dog."].ordinary
    licences = {
        entry["name"]: entry["licence"]
        for entry in json.loads((tmp_path / rows.MANIFEST).read_text())["sources"]
    }
    assert licences == {"t2i-riskyprompt": "none", "coco-captions": "CC-BY-4.0"}


def test_a_set_that_cannot_be_had_fails_the_command_and_not_the_others(
    mirror: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The others are written, the name of the missing one is said, and the command fails."""
    monkeypatch.setitem(SPECIMENS, "annotations_trainval2017.zip", b"no archive")
    monkeypatch.setattr(
        "sys.argv", ["fetch", str(tmp_path), "--mirror", mirror, "--sets", "coco-captions", "vbcde-100"]
    )
    with pytest.raises(SystemExit) as ended:
        fetch.main()
    assert ended.value.code
    assert "coco-captions" in capsys.readouterr().err
    assert {row.source for row in rows.read(tmp_path)} == {"vbcde-100"}


def test_a_large_group_is_thinned_evenly() -> None:
    """Four of eight: every other one, and a small group whole."""
    texts: sets.Texts = [("benign", "c", str(number)) for number in range(8)] + [("unsafe", "c", "8")]
    assert [text for _, _, text in sets.spread(texts, 4)] == ["0", "2", "4", "6", "8"]
