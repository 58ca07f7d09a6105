"""`POST /v2/image/edit/replace_background`: what is answered, and what the request's fields do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from harness.answers import accepted, finished, image, image_file, refusal
from harness.quick_job import SIZE, quick_job
from harness.raw_http import SUBMIT
from harness.service_process import ServiceProcess

SEED_MAX = 2**63 - 1
DRAWN_SEED_MAX = 2**31 - 1


@pytest.fixture(scope="module")
def hurried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """A service behind a public URL, whose sync deadline no job keeps."""
    environment = {
        "BACKCLOTH_JOB_SYNC_DEADLINE_S": "0.001",
        "BACKCLOTH_PUBLIC_URL": "https://pictures.example/cut/",
    }
    running = ServiceProcess(tmp_path_factory.mktemp("hurried"), environment).start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def body() -> dict[str, Any]:
    """A quick job."""
    return quick_job()


def test_a_sync_request_is_answered_with_the_result(service: ServiceProcess, body: dict[str, Any]) -> None:
    """200 with the picture's URL, the seed and the prompt used; the URL is absolute and open."""
    answer = service.post({**body, "sync": True})
    result = finished(answer)
    assert set(answer.json()) == {"result", "request_id"}
    assert result["image_url"].startswith(f"{service.url}/files/")
    assert result["refined_prompt"] == "#336699"
    assert image_file(result).startswith(b"\x89PNG")


def test_an_async_request_is_answered_with_a_status_url(
    service: ServiceProcess, body: dict[str, Any]
) -> None:
    """202 with the id and where to ask; the job's status then holds what a sync answer would."""
    request_id = accepted(service.post(body), service.url)
    ended = service.finished(request_id)
    assert set(ended) == {"request_id", "status", "result"}
    assert ended["status"] == "COMPLETED"
    assert image_file(ended["result"]).startswith(b"\x89PNG")


def test_async_is_the_default(service: ServiceProcess, body: dict[str, Any]) -> None:
    """`sync` false, null and left out are the same."""
    for extra in ({"sync": False}, {"sync": None}, {}):
        accepted(service.post({**body, **extra}), service.url)


def test_both_routes_are_one(service: ServiceProcess, body: dict[str, Any]) -> None:
    """The short route answers as the long one."""
    headers = {"api_token": service.token}
    bodies = [
        image_file(
            finished(httpx.post(service.url + path, json={**body, "sync": True}, headers=headers, timeout=60))
        )
        for path in (SUBMIT, "/replace_background")
    ]
    assert bodies[0] == bodies[1]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_a_bearer_token_works_too(service: ServiceProcess, body: dict[str, Any], scheme: str) -> None:
    """For clients that know no other header."""
    headers = {"authorization": f"{scheme} {service.token}"}
    accepted(httpx.post(service.url + SUBMIT, json=body, headers=headers, timeout=30), service.url)


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "application/problem+json", None])
def test_forms_of_the_content_type(
    service: ServiceProcess, body: dict[str, Any], media_type: str | None
) -> None:
    """With a charset, as a JSON subtype, and left out."""
    content = httpx.Request("POST", "http://host", json=body).content
    headers = {"api_token": service.token} | ({"content-type": media_type} if media_type else {})
    accepted(httpx.post(service.url + SUBMIT, content=content, headers=headers, timeout=30), service.url)


@pytest.mark.parametrize("seed", [0, 1, 2147483647, SEED_MAX])
def test_a_given_seed_comes_back(service: ServiceProcess, body: dict[str, Any], seed: int) -> None:
    """As the same integer, over the whole range."""
    assert finished(service.post({**body, "sync": True, "seed": seed}))["seed"] == seed


@pytest.mark.parametrize("none", [{}, {"seed": None}, {"seed": ""}])
def test_a_seed_is_drawn_when_none_is_given(
    service: ServiceProcess, body: dict[str, Any], none: dict[str, Any]
) -> None:
    """At random, and small enough for every client to send it back."""
    seeds = [finished(service.post({**body, "sync": True, **none}))["seed"] for _ in range(2)]
    assert seeds[0] != seeds[1]
    assert all(0 <= seed <= DRAWN_SEED_MAX for seed in seeds)


@pytest.mark.parametrize("refine", [True, False])
def test_a_prompt_job_tells_the_prompt_used(service: ServiceProcess, refine: bool) -> None:
    """Refined or as given; never absent, because one client requires it."""
    prompt = "on a white marble table"
    used = finished(service.post(quick_job(prompt=prompt, refine_prompt=refine, sync=True)))["refined_prompt"]
    assert used if refine else used == prompt


def test_a_reference_job_tells_no_prompt(service: ServiceProcess, body: dict[str, Any]) -> None:
    """`refined_prompt` is absent, in the sync answer and in the status."""
    answer = service.post({**body, "prompt": None, "ref_images": body["image"], "sync": True})
    assert "refined_prompt" not in finished(answer)
    status = service.status(answer.json()["request_id"]).json()
    assert "refined_prompt" not in status["result"]


def test_null_empty_text_and_empty_list_mean_not_given(service: ServiceProcess, body: dict[str, Any]) -> None:
    """A body as ComfyUI's node posts it, and with every optional field set to each of the three."""
    comfy = {
        **body,
        "mode": "base",
        "negative_prompt": None,
        "ref_images": [],
        "enhance_ref_images": True,
        "refine_prompt": True,
        "prompt_content_moderation": False,
        "visual_output_content_moderation": False,
        "force_background_detection": False,
        "seed": 681794,
    }
    accepted(service.post(comfy), service.url)
    optional = [
        "ref_images",
        "enhance_ref_images",
        "refine_prompt",
        "negative_prompt",
        "sync",
        "fast",
        "mode",
    ]
    optional += ["prompt_content_moderation", "visual_input_content_moderation", "seed", "webhook_url"]
    optional += ["visual_output_content_moderation", "force_background_detection"]
    optional += ["placement", "padding", "shadow"]
    empties: list[Any] = [None, "", []]
    for empty in empties:
        accepted(service.post({**body, **dict.fromkeys(optional, empty)}), service.url)
    references = {**body, "prompt": "", "ref_images": ["", body["image"]]}
    accepted(service.post(references), service.url)


def test_unknown_fields_are_ignored(service: ServiceProcess, body: dict[str, Any]) -> None:
    """Clients of other routes send theirs."""
    accepted(service.post({**body, "preserve_alpha": 5, "output_type": {"a": [1]}, "": None}), service.url)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"mode": "base"},
        {"mode": "high_control"},
        {"fast": False},
        {"mode": "base", "fast": True},
        {"mode": "high_control", "fast": True},
    ],
)
def test_a_negative_prompt_is_taken_outside_fast_mode(
    service: ServiceProcess, body: dict[str, Any], fields: dict[str, Any]
) -> None:
    """Without a mode it chooses the regular one, and `mode` wins over `fast`."""
    accepted(service.post({**body, "negative_prompt": "people, text", **fields}), service.url)


@pytest.mark.parametrize(
    "fields", [{"mode": "fast"}, {"mode": "fast", "fast": False}, {"fast": True}, {"fast": False}]
)
def test_modes_without_a_negative_prompt(
    service: ServiceProcess, body: dict[str, Any], fields: dict[str, Any]
) -> None:
    """Every mode makes a picture."""
    finished(service.post({**body, "sync": True, **fields}))


def test_the_same_request_and_seed_give_the_same_bytes(service: ServiceProcess, photo_base64: str) -> None:
    """Byte by byte; another seed draws another scene."""
    body = {"image": photo_base64, "prompt": "on a wooden table by a window", "original_quality": True}
    first, again, other = (
        image_file(finished(service.post({**body, "sync": True, "seed": seed}))) for seed in (7, 7, 8)
    )
    assert first == again
    assert first != other


def test_urls_start_with_the_public_one(hurried: ServiceProcess, body: dict[str, Any]) -> None:
    """The status URL and the picture's, whatever host the client asked."""
    request_id = accepted(hurried.post(body), "https://pictures.example/cut")
    result = hurried.finished(request_id)["result"]
    assert result["image_url"].startswith("https://pictures.example/cut/files/results/")
    assert image_file(result, origin=hurried.url).startswith(b"\x89PNG")


def test_a_sync_request_past_its_deadline_is_answered_202(
    hurried: ServiceProcess, body: dict[str, Any]
) -> None:
    """With the status URL; the job goes on to its end."""
    request_id = accepted(hurried.post({**body, "sync": True}), "https://pictures.example/cut")
    assert hurried.finished(request_id)["status"] == "COMPLETED"


def test_a_result_is_a_megapixel_unless_told_otherwise(service: ServiceProcess, photo_base64: str) -> None:
    """The area of 1024 by 1024 within one percent, at the photo's aspect."""
    result = finished(service.post({"image": photo_base64, "prompt": "#336699", "sync": True}))
    width, height = image(result).size
    assert abs(width * height / 1024**2 - 1) < 0.01
    assert abs(width / height - 320 / 240) < 0.01


def test_original_quality_keeps_the_size(service: ServiceProcess, body: dict[str, Any]) -> None:
    """To the pixel."""
    assert image(finished(service.post({**body, "sync": True}))).size == SIZE


def test_a_negative_prompt_beside_a_colour_is_noted(service: ServiceProcess) -> None:
    """It changes nothing there, and that is said."""
    answer = service.post(quick_job(prompt="#336699", negative_prompt="shadows", sync=True)).json()
    assert any("negative_prompt" in note for note in answer["notes"])


KEPT: list[dict[str, Any]] = [
    {"placement": "keep"},
    {"shadow": "auto"},
    {"placement": None, "padding": "", "shadow": []},
    {"placement": "keep", "padding": None, "shadow": "auto"},
]


@pytest.mark.parametrize("prompt", ["#336699", "on a wooden table by a window"])
def test_a_placement_that_keeps_changes_no_byte(service: ServiceProcess, prompt: str) -> None:
    """Absent, null and the defaults give the same picture, and nothing is said of it."""
    usual = service.post(quick_job(prompt=prompt, seed=5, sync=True)).json()
    expected = image_file(usual["result"])
    for fields in KEPT:
        answer = service.post(quick_job(prompt=prompt, seed=5, sync=True, **fields)).json()
        assert image_file(answer["result"]) == expected
        assert answer.get("notes") == usual.get("notes")


def test_a_placed_subject_is_elsewhere_and_its_record_says_where(service: ServiceProcess) -> None:
    """Moved and with a shadow: another picture of the same size, the same for the same seed."""
    kept = image_file(finished(service.post(quick_job(sync=True, seed=5))))
    placed = quick_job(sync=True, seed=5, placement="ground", padding=0.2, shadow="soft")
    answers = [service.post(placed) for _ in range(2)]
    first, again = (image_file(finished(answer)) for answer in answers)
    assert first == again
    assert first != kept
    assert image(finished(answers[0])).size == SIZE
    notes = service.status(f"{answers[0].json()['request_id']}/notes").json()
    assert notes["placement"]["scale"] != 1
    assert len(notes["placement"]["moved"]) == 2
    assert notes["subject_pixels_changed"] > 0


def test_a_padding_without_a_placement_is_noted(service: ServiceProcess) -> None:
    """It changes nothing, and that is said."""
    answer = service.post(quick_job(padding=0.1, sync=True)).json()
    assert answer["notes"] == ["padding has no effect unless placement is ground or center."]


@pytest.mark.parametrize(
    ("field", "wrong"), [("placement", "bottom"), ("padding", 5), ("padding", "10%"), ("shadow", True)]
)
def test_a_wrong_placement_is_refused(
    service: ServiceProcess, body: dict[str, Any], field: str, wrong: Any
) -> None:
    """With the error body every wrong field gets, naming it."""
    refusal(service.post({**body, field: wrong}), 400, field)
