"""What a server elsewhere is sent, what its answers become, and that nothing is paid for twice."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from backcloth.domain.background import Prompt, References
from backcloth.domain.request import Mode
from backcloth.errors import (
    BackclothError,
    EngineDown,
    InternalError,
    InvalidRequest,
    ModerationRefused,
    Unavailable,
)
from backcloth.imaging.decode_wire import Limits
from backcloth.imaging.decoder import Decoder
from backcloth.scene.protocol import SceneJob
from backcloth.scene.remote.config import FLAVOURS, Config, RemoteError
from backcloth.scene.remote.engine import RemoteEngine, open_remote
from harness.fakes import DECODER, noise
from harness.images_server import KEY, MODEL, ImagesServer, paint
from harness.service_process import free_port

KEYS = {"PAINTER_KEY": KEY}
MakeJob = Callable[..., SceneJob]


@pytest.fixture
def server() -> Iterator[ImagesServer]:
    """One that knows a mask and no negative prompt."""
    with ImagesServer() as running:
        yield running


@pytest.fixture
def pair() -> Iterator[tuple[ImagesServer, ImagesServer]]:
    """Two equal ones."""
    with ExitStack() as stack:
        yield stack.enter_context(ImagesServer()), stack.enter_context(ImagesServer())


def engine(server: ImagesServer, **more: Any) -> RemoteEngine:
    """An engine that asks it."""
    decoder = more.pop("decoder", DECODER)
    return open_remote(server.table(**more), decoder, name="painter", environment=KEYS)


def subject_job(make_job: MakeJob, background: Any = "a beach", **fields: Any) -> SceneJob:
    """A job with a subject large enough to keep its middle when the mask shrinks."""
    size = fields.pop("size", (150, 100))
    matte = np.zeros((size[1], size[0]), np.float32)
    matte[size[1] // 5 :, size[0] // 4 : -size[0] // 4] = 1
    references = fields.pop("references", ())
    return replace(make_job(background, size, matte=matte, references=references), **fields)


@pytest.mark.parametrize("flavour", sorted(set(FLAVOURS) - {"comfyui"}))
def test_each_flavour_gets_the_fields_it_knows_and_no_other(flavour: str, make_job: MakeJob) -> None:
    """The server checks names, values, order, modes and sizes; here is what they have to say."""
    area = 1536 * 1024 if flavour == "openai" else 256 * 256
    efforts = {} if flavour == "openai" else {"fast": {"steps": 4, "guidance": 1.5}}
    with ImagesServer(flavour) as server:
        plate = engine(server, pixel_area=area, **efforts).generate(subject_job(make_job, seed=7))
    assert server.problems == []
    assert plate.picture.shape == (100, 150, 3)
    (received,) = server.received
    assert received.texts["prompt"].startswith("a beach. ")
    if flavour == "openai":
        assert received.canvas.size == (1536, 1024)
        assert "seed" not in received.texts
    else:
        assert received.canvas.size == (160, 112)
        texts = {name: received.texts[name] for name in ("seed", "num_inference_steps", "guidance_scale")}
        assert texts == {"seed": "7", "num_inference_steps": "4", "guidance_scale": "1.5"}
    canvas = np.asarray(received.canvas)
    assert (canvas[:3, :3] == 127).all(), "the subject stands on grey, not in its old surroundings"
    if received.mask is not None:
        middle = received.mask.shape[0] // 2, received.mask.shape[1] // 2
        assert received.mask[middle] == 0, "the subject is kept"
        assert received.mask[0, 0] == 255, "its surroundings are painted"


def test_the_padding_is_cut_off_and_never_squashed(server: ImagesServer, make_job: MakeJob) -> None:
    """What was painted is taken pixel by pixel from the canvas's upper left corner."""
    plate = engine(server).generate(subject_job(make_job))
    painted = np.asarray(Image.open(io.BytesIO(paint(server.received[0]))))
    assert (plate.picture == painted[:100, :150]).all()


@pytest.mark.parametrize("size", [(64, 64), (400, 60), (301, 299)])
def test_sizes_that_fit_nothing(server: ImagesServer, make_job: MakeJob, size: tuple[int, int]) -> None:
    """A stamp, a strip and an odd square above the largest canvas come back at their own size."""
    plate = engine(server).generate(subject_job(make_job, size=size))
    assert plate.picture.shape == (size[1], size[0], 3)
    assert server.problems == []


def test_the_record_names_flavour_model_and_server(server: ImagesServer, make_job: MakeJob) -> None:
    """Without the server's address, which the caller has no use for."""
    plate = engine(server).generate(subject_job(make_job))
    assert plate.engine == f"painter vllm-omni {MODEL}"
    record = plate.record["remote"]
    assert record.pop("seconds") >= 0
    assert record == {"flavour": "vllm-omni", "model": MODEL, "canvas": [160, 112], "server": 0}


def test_a_model_that_is_not_named_is_asked_for(server: ImagesServer, make_job: MakeJob) -> None:
    """The look at the server's health tells what it serves; the field is then not sent."""
    plate = engine(server, model="").generate(subject_job(make_job))
    assert plate.engine.endswith(MODEL)
    assert "model" not in server.received[0].texts


def test_a_long_seed_is_shortened(server: ImagesServer, make_job: MakeJob) -> None:
    """Servers keep 31 bits."""
    engine(server).generate(subject_job(make_job, seed=2**62 + 5))
    assert server.received[0].texts["seed"] == "5"


def test_references_beyond_what_the_server_takes_are_told(server: ImagesServer, make_job: MakeJob) -> None:
    """Of three pictures vLLM-Omni takes one, which covers the canvas."""
    job = subject_job(make_job, References(3), references=tuple(noise(each, 40, 30) for each in range(3)))
    plate = engine(server).generate(job)
    assert [each.size for each in server.received[0].references] == [(160, 112)]
    assert plate.notices == ("ref_images: 1 pictures were used, 2 were not.",)
    assert server.problems == []


def test_a_negative_prompt_where_the_operator_vouches_for_it(server: ImagesServer, make_job: MakeJob) -> None:
    """The field of vLLM-Omni is used only where the table says that the model honours it."""
    job = subject_job(make_job, Prompt("a beach", "people"), mode=Mode.BASE)
    with pytest.raises(InvalidRequest, match="negative_prompt"):
        engine(server).generate(job)
    assert server.received == []
    engine(server, negative_prompt=True).generate(job)
    assert server.received[0].texts["negative_prompt"] == "people"


def test_a_server_without_a_mask_may_move_the_subject(make_job: MakeJob) -> None:
    """SGLang does not look at a mask: none is sent, and the pipeline is told to look at the plate."""
    with ImagesServer("sglang") as server:
        painter = engine(server)
        painter.generate(subject_job(make_job))
        assert server.received[0].mask is None
    assert painter.capabilities().may_move
    assert (
        not open_remote({**server.table(), "flavour": "vllm-omni"}, DECODER, environment=KEYS)
        .capabilities()
        .may_move
    )


@pytest.mark.parametrize(
    ("failure", "error", "says"),
    [
        ("status 500", Unavailable, "failed"),
        ("status 502", Unavailable, "failed"),
        ("status 503", Unavailable, "failed"),
        ("status 429", Unavailable, "failed"),
        ("status 400", InternalError, "did not take"),
        ("status 404", InternalError, "did not take"),
        ("moved", InternalError, "did not take"),
        ("moderated", ModerationRefused, "'prompt'"),
        ("break off", Unavailable, "broke off"),
        ("cut short", Unavailable, "broke off"),
        ("no json", Unavailable, "could not be used"),
        ("no data", Unavailable, "could not be used"),
        ("a url", Unavailable, "could not be used"),
        ("no base64", Unavailable, "could not be used"),
        ("no picture", Unavailable, "could not be used"),
        ("another size", Unavailable, "could not be used"),
    ],
)
def test_each_failure_is_told_and_never_tried_again(
    pair: tuple[ImagesServer, ImagesServer],
    make_job: MakeJob,
    failure: str,
    error: type[BackclothError],
    says: str,
) -> None:
    """The server read the whole request and may have worked: neither it nor its equal is asked once more."""
    first, second = pair
    first.failures = [failure]
    both = engine(first, base_urls=[first.url, second.url])
    with pytest.raises(error, match=says) as refusal:
        both.generate(subject_job(make_job))
    assert type(refusal.value) is error
    assert len(first.received) == 1
    assert second.received == []
    for secret in (KEY, "127.0.0.1"):
        assert secret not in refusal.value.details


def test_an_answer_that_costs_too_much_is_not_decoded_to_its_end(
    server: ImagesServer, make_job: MakeJob
) -> None:
    """It is bytes from another machine: a process of its own decodes it, within limits, and is ended."""
    server.failures = ["many scans"]
    strict = Decoder(Limits(1, 0.2, 0, 256 * 2**20, 32))
    with pytest.raises(Unavailable, match="could not be used"):
        engine(server, decoder=strict).generate(subject_job(make_job))
    assert engine(server, decoder=strict).generate(subject_job(make_job)).picture.any()
    strict.close()


@pytest.mark.parametrize("fault", ["no process", "no time"])
def test_an_answer_that_cannot_be_decoded_here_is_not_paid_for_again(
    server: ImagesServer, make_job: MakeJob, fault: str
) -> None:
    """Where no process can decode it, or none in time, the job ends with a 503; the server is not blamed."""
    decoder = Decoder(Limits(1, 1, 0, 256 * 2**20, 32), lambda _cpu_s: 0.0)
    if fault == "no process":
        decoder.close()
    painter = engine(server, decoder=decoder)
    for _ in range(3):
        with pytest.raises(Unavailable, match="could not be decoded") as refusal:
            painter.generate(subject_job(make_job))
        assert type(refusal.value) is Unavailable
    assert server.painted == 3
    assert painter.trouble() == ""
    decoder.close()


@pytest.mark.parametrize("failure", ["status 429 after 30", "status 503 after 30"])
def test_where_one_cannot_have_begun_its_equal_paints(
    pair: tuple[ImagesServer, ImagesServer], make_job: MakeJob, failure: str
) -> None:
    """A server that wants to be asked again later has not begun, so that nothing is paid for."""
    first, second = pair
    first.failures = [failure]
    both = engine(first, base_urls=[first.url, second.url])
    plate = both.generate(subject_job(make_job))
    assert plate.record["remote"]["server"] == 1
    assert (first.painted, second.painted) == (0, 1)


def test_an_address_where_nobody_listens_is_passed_over(server: ImagesServer, make_job: MakeJob) -> None:
    """Its equal paints, and nobody waits for it."""
    gone = f"http://127.0.0.1:{free_port()}/v1"
    plate = engine(server, base_urls=[gone, server.url]).generate(subject_job(make_job))
    assert plate.record["remote"]["server"] == 1


def test_a_server_that_wants_to_be_asked_later_is(server: ImagesServer, make_job: MakeJob) -> None:
    """Where there is no equal, the engine waits as long as it is told, and asks once more."""
    server.failures = ["status 429 after 1"]
    begun = time.monotonic()
    engine(server).generate(subject_job(make_job))
    assert time.monotonic() - begun >= 1
    assert (len(server.received), server.painted) == (2, 1)


@pytest.mark.parametrize(
    ("failures", "table"),
    [
        (["status 429 after 1"], {"retries": 0}),
        (["status 503 after 30"], {"timeout_s": 5}),
        (["status 503 after 0", "status 503 after 0"], {"retries": 1}),
    ],
)
def test_waiting_has_an_end(
    server: ImagesServer, make_job: MakeJob, failures: list[str], table: dict[str, Any]
) -> None:
    """As many times as the table says, and never beyond the time there is; then another engine is asked."""
    server.failures = list(failures)
    with pytest.raises(EngineDown):
        engine(server, **table).generate(subject_job(make_job))
    assert (len(server.received), server.painted) == (len(failures), 0)


def test_a_server_that_says_nothing_is_left_in_time(
    pair: tuple[ImagesServer, ImagesServer], make_job: MakeJob
) -> None:
    """At the job's own deadline, and its equal is not asked: the picture may be painted and paid for."""
    first, second = pair
    first.failures = ["hang"]
    both = engine(first, base_urls=[first.url, second.url])
    with pytest.raises(Unavailable, match="not painted in time") as refusal:
        both.generate(subject_job(make_job, deadline=time.monotonic() + 1))
    assert not isinstance(refusal.value, EngineDown)
    assert second.received == []


def test_a_cancelled_job_does_not_wait_for_its_picture(server: ImagesServer, make_job: MakeJob) -> None:
    """The engine lets go within a moment, whatever the server does."""
    server.failures = ["hang"]
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    begun = time.monotonic()
    with pytest.raises(Unavailable, match="cancelled"):
        engine(server).generate(subject_job(make_job, cancelled=stop.is_set))
    assert time.monotonic() - begun < 5


def test_the_least_busy_is_asked(pair: tuple[ImagesServer, ImagesServer], make_job: MakeJob) -> None:
    """While the first one paints, the second one gets the next job."""
    first, second = pair
    first.failures = ["hang"]
    both = engine(first, base_urls=[first.url, second.url], timeout_s=20)
    lost: list[BaseException] = []

    def hang() -> None:
        try:
            both.generate(subject_job(make_job))
        except Unavailable as refusal:
            lost.append(refusal)

    slow = threading.Thread(target=hang)
    slow.start()
    while not first.received:
        time.sleep(0.02)
    assert both.generate(subject_job(make_job)).record["remote"]["server"] == 1
    first.gate.set()
    slow.join()
    assert len(lost) == 1


def test_health_is_looked_at_now_and_then(server: ImagesServer, make_job: MakeJob) -> None:
    """One look serves for `health_s`; then the engine sees that the server fell ill, or is well again."""
    painter = engine(server, health_s=0.3)
    assert painter.trouble() == ""
    server.well = False
    assert (painter.trouble(), server.looks) == ("", 1)
    time.sleep(0.35)
    assert "answers 500" in painter.trouble()
    with pytest.raises(EngineDown):
        painter.generate(subject_job(make_job))
    assert server.received == []
    server.well = True
    time.sleep(0.35)
    assert painter.trouble() == ""


def test_what_a_look_at_the_server_may_find(server: ImagesServer) -> None:
    """A wrong key, another model, nobody at home."""
    wrong = open_remote(server.table(), DECODER, environment={"PAINTER_KEY": "sk-wrong"})
    assert "answers 401" in wrong.trouble()
    assert "does not serve other/model" in engine(server, model="other/model").trouble()
    gone = engine(server, base_urls=[f"http://127.0.0.1:{free_port()}/v1"])
    assert "not reached" in gone.trouble()


def test_a_server_that_fails_again_and_again_is_left_alone(
    server: ImagesServer, make_job: MakeJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After three failures in a row it is not asked for a while, although it says that it is well."""
    monkeypatch.setattr("backcloth.scene.remote.replica._REST_S", 0.4)
    painter = engine(server, health_s=0.1)
    server.failures = ["status 500", "no json", "status 500"]
    for _ in range(3):
        with pytest.raises(Unavailable):
            painter.generate(subject_job(make_job))
    assert "3 times in a row" in painter.trouble()
    with pytest.raises(EngineDown):
        painter.generate(subject_job(make_job))
    assert len(server.received) == 3
    time.sleep(0.5)
    assert painter.generate(subject_job(make_job)).picture.any()


@pytest.mark.parametrize("key", sorted(Config.model_fields))
def test_every_key_of_the_table_is_documented(key: str) -> None:
    """docs/engines.md says what it means."""
    page = Path(__file__).parents[4] / "docs" / "engines.md"
    assert f"`{key}`" in page.read_text(encoding="utf-8") or key == "kind"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"flavour": "comfy"}, "flavour"),
        ({"base_urls": []}, "base_urls"),
        ({"base_urls": ["ftp://host/v1"]}, "base_urls"),
        ({"base_urls": ["http://user:secret@host/v1"]}, "api_key_env"),
        ({"base_urls": ["http://host/v1", "http://host/v1"]}, "once"),
        ({"flavour": "openai", "model": ""}, "model"),
        ({"flavour": "sglang", "mask": True}, "mask"),
        ({"flavour": "openai", "model": "m", "negative_prompt": True}, "^negative_prompt"),
        ({"flavour": "openai", "model": "m", "fast": {"steps": 4}}, "^steps"),
        ({"prompt": "no place for it"}, "prompt"),
        ({"timeout_s": 0}, "timeout_s"),
        ({"api_key_env": "NOT_SET"}, "NOT_SET"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_mistake_in_the_table_is_named(change: dict[str, Any], says: str) -> None:
    """In one sentence, without a secret."""
    table = {"kind": "remote", "flavour": "vllm-omni", "base_urls": ["http://host:8000/v1"], **change}
    with pytest.raises(RemoteError, match=says) as mistake:
        open_remote(table, DECODER, environment={})
    assert "\n" not in str(mistake.value)
    assert "secret" not in str(mistake.value)
