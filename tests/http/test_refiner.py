"""Who refines the prompts of an engine that does not do it itself, over HTTP with servers that stand in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backcloth.moderation.words import WordModerator
from harness.answers import finished
from harness.images_server import KEY, ImagesServer
from harness.quick_job import quick_job
from harness.service_process import ServiceProcess
from harness.site import Page, Site

SECRET = "sk-very-secret"  # noqa: S105  # a test's
CHAT = "/v1/chat/completions"
PROMPT = "a marble table"
WORDS = "A marble table, low sun from the left, soft contact shadow"

Start = Callable[..., ServiceProcess]


@pytest.fixture(scope="module")
def painter() -> Iterator[ImagesServer]:
    """Paints whatever it is asked for, and remembers the words."""
    with ImagesServer() as running:
        yield running


@pytest.fixture(scope="module")
def model() -> Iterator[Site]:
    """Answers chats."""
    with Site() as running:
        yield running


@pytest.fixture(scope="module")
def service(
    tmp_path_factory: pytest.TempPathFactory, painter: ImagesServer, model: Site
) -> Iterator[ServiceProcess]:
    """A service whose prompts are refined by the one and painted by the other."""
    folder = tmp_path_factory.mktemp("refined")
    running = ServiceProcess(
        folder,
        {
            "BACKCLOTH_ENGINES": str(engines(folder, painter)),
            "PAINTER_KEY": KEY,
            "BACKCLOTH_REFINE_BACKEND": "openai",
            "BACKCLOTH_REFINE_URL": model.url("/v1/"),
            "BACKCLOTH_REFINE_KEY": SECRET,
            "BACKCLOTH_REFINE_MODEL": "small-model",
            "BACKCLOTH_REFINE_TIMEOUT_S": "2",
            "BACKCLOTH_LOG_LEVEL": "debug",
        },
    ).start()
    yield running
    running.stop()


def engines(folder: Path, painter: ImagesServer) -> Path:
    """The operator's file: the painter paints all that is asked for in words."""
    file = folder / "engines.toml"
    table = "\n".join(f"{name} = {json.dumps(value)}" for name, value in painter.table().items())
    words = '[[route]]\nreferences = false\nengines = ["painter"]'
    pictures = '[[route]]\nreferences = true\nengines = ["reference"]'
    file.write_text(f"[engines.painter]\n{table}\n\n{words}\n\n{pictures}\n")
    return file


def says(content: str, status: int = 200) -> dict[str, Page]:
    """The model's answer to everybody."""
    body = {"choices": [{"message": {"role": "assistant", "content": content}, "finish_reason": "stop"}]}
    return {CHAT: Page(json.dumps(body).encode(), status, "application/json")}


def test_the_models_words_are_painted_and_given_back(
    service: ServiceProcess, painter: ImagesServer, model: Site
) -> None:
    """The model is asked once with the prompt and the seed; the same request later gets the same words."""
    model.pages = says(WORDS)
    first = service.post(quick_job(prompt=PROMPT, seed=5, sync=True))
    model.pages = says("A marble table under neon tubes")
    again = service.post(quick_job(prompt=PROMPT, seed=5, sync=True))
    for answer in (first, again):
        assert finished(answer)["refined_prompt"] == WORDS
        assert "notes" not in answer.json()
    assert [WORDS in received.texts["prompt"] for received in painter.received[-2:]] == [True, True]
    asked = model.deliveries.get_nowait()
    assert model.deliveries.empty()
    assert (asked.path, asked.headers["Authorization"]) == (CHAT, f"Bearer {SECRET}")
    question = json.loads(asked.body)
    assert (question["model"], question["seed"], question["temperature"]) == ("small-model", 5, 0)
    assert question["messages"][-1] == {"role": "user", "content": PROMPT}


def test_a_request_may_want_its_own_words(
    service: ServiceProcess, painter: ImagesServer, model: Site
) -> None:
    """Then nobody is asked."""
    model.pages = says(WORDS)
    answer = service.post(quick_job(prompt=PROMPT, seed=6, sync=True, refine_prompt=False))
    assert finished(answer)["refined_prompt"] == PROMPT
    assert WORDS not in painter.received[-1].texts["prompt"]
    assert model.deliveries.empty()


@pytest.mark.parametrize(
    ("seed", "pages", "told"),
    [
        (7, says("A marble table with a sleeping cat"), "adds a person, an animal or a product"),
        (8, says("A stone table"), "leaves out"),
        (9, says(WORDS, status=503), "could not be asked"),
        (10, {CHAT: Page(b"<html>")}, "cannot be read"),
    ],
)
def test_the_rules_refine_where_the_model_cannot(
    service: ServiceProcess, model: Site, seed: int, pages: dict[str, Page], told: str
) -> None:
    """The job goes on with their words, and a note says why."""
    model.pages = pages
    answer = service.post(quick_job(prompt=PROMPT, seed=seed, sync=True))
    assert finished(answer)["refined_prompt"].startswith(f"{PROMPT}, soft ")
    [note] = answer.json()["notes"]
    assert note.startswith("refine_prompt: ")
    assert told in note
    assert "cat" not in note


@pytest.mark.parametrize(
    ("foul", "listed", "seed"),
    [
        (f"{WORDS}, splattered gore and severed heads", True, 11),
        ("A marble table, an intruder prying open a back door with a crowbar at night", False, 12),
    ],
)
def test_what_a_model_writes_is_judged(
    service: ServiceProcess, model: Site, foul: str, seed: int, *, listed: bool
) -> None:
    """Words that a caller may not send may not come from a model either; who wants no check gets none.

    Whether the lexicon lists them, or only the classifier knows.
    """
    assert WordModerator().check(foul).allowed is not listed
    model.pages = says(foul)
    answer = service.post(quick_job(prompt=PROMPT, seed=seed, sync=True))
    assert answer.status_code == 422, answer.text
    unchecked = quick_job(prompt=PROMPT, seed=seed, sync=True, prompt_content_moderation=False)
    assert finished(service.post(unchecked))["refined_prompt"] == foul


def test_the_key_is_in_no_log(service: ServiceProcess) -> None:
    """Nor the words of prompts, after all of the above."""
    assert "prompt_refined_by_rules" in service.log
    assert SECRET not in service.log
    assert "sleeping cat" not in service.log


def test_a_missing_model_stops_the_start(tmp_path: Path) -> None:
    """With one sentence that names the setting and the file."""
    local = {"BACKCLOTH_REFINE_BACKEND": "local", "BACKCLOTH_REFINE_MODEL_DIR": str(tmp_path / "nowhere")}
    with pytest.raises(
        RuntimeError, match=r"backcloth: BACKCLOTH_REFINE_MODEL_DIR: there is no .*config"
    ) as end:
        ServiceProcess(tmp_path, local).start()
    assert "Traceback" not in str(end.value)
