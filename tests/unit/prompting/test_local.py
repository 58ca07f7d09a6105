"""The language model in this process: what is missing is said at the start, and what it writes is certain."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from backcloth.prompting.local import LocalWriter, open_local
from backcloth.prompting.rules import RulesRefiner
from backcloth.prompting.writer import NoAnswer, RefinerUnavailable, WritingRefiner
from harness.extra import needs_diffusion

ANSWERS = {
    "a marble table": "A marble table, low sun from the left, soft contact shadow",
    "a beach": "A beach where a cat sleeps",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that knows two answers."""
    from harness.tiny_chat import tiny_chat  # noqa: PLC0415  # imports torch

    return tiny_chat(tmp_path_factory.mktemp("models") / "tiny-chat", ANSWERS)


@pytest.fixture(scope="module")
def writer(folder: Path) -> LocalWriter:
    """The model, loaded."""
    return open_local(folder, "cpu", timeout_s=60)


class TestWithAModel:
    """What needs torch and transformers."""

    pytestmark = needs_diffusion

    def test_it_writes_what_it_learnt_whatever_the_seed(self, writer: LocalWriter) -> None:
        """Greedily, although the folder asks for sampling at a temperature at which nothing would be kept."""
        for prompt, answer in ANSWERS.items():
            assert {writer.write(f" {prompt}. ", seed) for seed in (0, 1, 2**63 - 1)} == {answer}
        assert writer.name == "tiny-chat"

    def test_it_refines_and_is_read_like_any_other(self, writer: LocalWriter) -> None:
        """A faithful answer is drawn; one with a cat in it is not, and the caller is told."""
        refiner = WritingRefiner(writer, RulesRefiner())
        assert refiner.refine("a marble table", 1).text == ANSWERS["a marble table"]
        refined = refiner.refine("a beach", 1)
        assert "cat" not in refined.text
        assert "animal" in refined.notices[0]

    def test_a_late_answer_is_none(self, folder: Path) -> None:
        """Writing stops once the time is over, and what was written by then is dropped."""
        with pytest.raises(NoAnswer, match="in time"):
            open_local(folder, "cpu", timeout_s=0.0).write("a marble table", 1)

    def test_who_would_wait_too_long_is_told(self, folder: Path) -> None:
        """One prompt at a time; waiting for the turn counts."""
        writer = open_local(folder, "cpu", timeout_s=0.05)
        with writer._turn, pytest.raises(NoAnswer, match="busy"):
            writer.write("a marble table", 1)

    def test_an_answer_without_an_end_is_none(self, tmp_path: Path) -> None:
        """A model that goes on for ever is stopped at the longest answer there can be."""
        from harness.tiny_chat import tiny_chat  # noqa: PLC0415  # imports torch

        folder = tiny_chat(tmp_path / "endless", {"a sea": "A sea, sea, sea, sea, sea, sea"}, end=False)
        with pytest.raises(NoAnswer, match="end"):
            open_local(folder, "cpu", timeout_s=60).write("a sea", 1)

    @pytest.mark.parametrize(
        ("name", "content", "said"),
        [
            ("config.json", '{"model_type": "none"}', "cannot be used"),
            ("model.safetensors", "no weights", "cannot be used"),
            ("chat_template.jinja", None, "chat template"),
            ("tokenizer.json", None, "tokenizer knows no words"),
        ],
    )
    def test_a_folder_that_holds_no_chat_model_is_refused(
        self, folder: Path, tmp_path: Path, name: str, content: str | None, said: str
    ) -> None:
        """In one sentence that names the folder, before any job."""
        for file in folder.iterdir():
            (tmp_path / file.name).write_bytes(file.read_bytes())
        (tmp_path / name).unlink()
        if content is not None:
            (tmp_path / name).write_text(content)
        with pytest.raises(RefinerUnavailable, match=said) as refused:
            open_local(tmp_path, "cpu", timeout_s=60)
        assert str(tmp_path) in str(refused.value)
        assert "\n" not in str(refused.value)

    def test_code_in_the_folder_does_not_run(self, folder: Path, tmp_path: Path) -> None:
        """A model that brings its own is refused."""
        for file in folder.iterdir():
            (tmp_path / file.name).write_bytes(file.read_bytes())
        config = json.loads((folder / "config.json").read_text())
        code = {"AutoConfig": "trap.Trap", "AutoModelForCausalLM": "trap.Trap"}
        (tmp_path / "config.json").write_text(json.dumps({**config, "model_type": "trap", "auto_map": code}))
        (tmp_path / "trap.py").write_text(f"open({str(tmp_path / 'sprung')!r}, 'w')\n")
        with pytest.raises(RefinerUnavailable, match="cannot be used"):
            open_local(tmp_path, "cpu", timeout_s=60)
        assert not (tmp_path / "sprung").exists()

    def test_a_gpu_that_is_not_there_is_said(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """With the setting's name."""
        monkeypatch.setattr("torch.cuda.is_available", lambda: False)
        with pytest.raises(RefinerUnavailable, match="BACKCLOTH_REFINE_DEVICE is cuda:1"):
            open_local(folder, "cuda:1", timeout_s=60)


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    """With the setting's name and the file that is looked for, before torch is."""
    with pytest.raises(RefinerUnavailable, match=r"BACKCLOTH_REFINE_MODEL_DIR: there is no .*config\.json"):
        open_local(tmp_path / "nowhere", "auto", timeout_s=60)


def test_a_missing_library_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that installs it."""
    (tmp_path / "config.json").write_text("{}")
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(RefinerUnavailable, match=r"pip install 'backcloth\[torch\]'"):
        open_local(tmp_path, "auto", timeout_s=60)
