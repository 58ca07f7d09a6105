"""What becomes of prompts that the studio does not understand, as the operator wants it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.answers import finished, refusal
from harness.quick_job import quick_job
from harness.service_process import ServiceProcess

DRAGON = "a dragon fighting a knight"


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """A service whose operator wants no stand-ins."""
    environment = {"BACKCLOTH_STUDIO_UNMATCHED": "refuse"}
    running = ServiceProcess(tmp_path_factory.mktemp("strict"), environment).start()
    yield running
    running.stop()


@pytest.mark.parametrize("sync", [True, False])
def test_a_prompt_that_is_not_understood_is_refused_before_the_job_is_accepted(
    strict: ServiceProcess, sync: bool
) -> None:
    """422, naming `prompt` and what is not drawn, sync and async alike."""
    answer = strict.post(quick_job(prompt=DRAGON, sync=sync))
    assert refusal(answer, 422, "dragon").startswith("prompt: ")
    assert answer.json()["error"]["message"] == "Prompt not understood"


def test_a_prompt_that_is_understood_is_drawn_where_others_are_refused(strict: ServiceProcess) -> None:
    """Also one that is phrased unlike the vocabulary."""
    prompt = "wet tarmac after rain, neon glow"
    refined = finished(strict.post(quick_job(prompt=prompt, sync=True)))["refined_prompt"]
    assert "wet ground" in refined


def test_elsewhere_a_neutral_studio_stands_in_and_a_note_says_so(service: ServiceProcess) -> None:
    """The default: a picture, and beside it what it does not show."""
    answer = service.post(quick_job(prompt=DRAGON, sync=True))
    assert finished(answer)["refined_prompt"] == "A seamless studio backdrop, soft light."
    assert "neutral studio" in answer.json()["notes"][0]
    assert "dragon" in answer.json()["notes"][1]


@pytest.mark.parametrize("refine", [True, False])
def test_the_refined_prompt_is_the_scene_or_else_the_callers_words(
    service: ServiceProcess, refine: bool
) -> None:
    """`refine_prompt` false gives back what was sent; the job's notes hold the spec either way."""
    prompt = "White marble table by a window"
    answer = service.post(quick_job(prompt=prompt, refine_prompt=refine, sync=True))
    described = "A white marble table by a window, soft window light."
    assert finished(answer)["refined_prompt"] == (described if refine else prompt)
    record = service.status(f"{answer.json()['request_id']}/notes").json()
    assert record["spec"]["surface"] == "marble"
    assert record["match"] == {"score": 1.0, "scene": ""}


@pytest.mark.parametrize(
    ("prompt", "category"),
    [
        ("a table full of guns", "weapons"),
        ("an intruder prying open a back door with a crowbar at night", "illegal"),
        ("a n\u200baked w0man on a b\u0435d", "sexual"),
    ],
)
@pytest.mark.parametrize("sync", [True, False])
def test_a_harmful_prompt_is_refused_before_the_job_is_accepted(
    service: ServiceProcess, prompt: str, category: str, sync: bool
) -> None:
    """422 in the answer, naming `prompt` and the category: by its words, its meaning, and in disguise."""
    answer = service.post(quick_job(prompt=prompt, sync=sync))
    said = refusal(answer, 422, "'prompt'", f"(category: {category})")
    assert "woman" not in said
    assert answer.json()["error"]["message"] == "Content moderation failed"
