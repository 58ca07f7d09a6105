"""ComfyUI: what becomes of a workflow, and of what goes wrong with it."""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from backcloth.domain.background import Prompt, References
from backcloth.domain.request import Mode
from backcloth.errors import InternalError, InvalidRequest, Unavailable
from backcloth.scene.protocol import SceneJob
from backcloth.scene.remote.config import RemoteError
from backcloth.scene.remote.engine import RemoteEngine, open_remote
from harness.comfy_server import WORKFLOW, ComfyServer
from harness.fakes import DECODER, noise

MakeJob = Callable[..., SceneJob]


@pytest.fixture
def server() -> Iterator[ComfyServer]:
    """One that is well."""
    with ComfyServer() as running:
        yield running


def engine(url: str, folder: Path, workflow: Any = WORKFLOW, **more: Any) -> RemoteEngine:
    """An engine that queues this workflow."""
    path = folder / "workflow.json"
    path.write_text(workflow if isinstance(workflow, str) else json.dumps(workflow))
    table = {"kind": "remote", "flavour": "comfyui", "base_urls": [url], "workflow": str(path)}
    return open_remote({**table, "least_area": 4096, **more}, DECODER, name="comfy")


def without(*placeholders: str) -> dict[str, Any]:
    """The workflow without the nodes that hold these."""
    return {
        key: node for key, node in WORKFLOW.items() if not any(p in json.dumps(node) for p in placeholders)
    }


def test_a_workflow_is_filled_queued_and_its_output_fetched(
    server: ComfyServer, tmp_path: Path, make_job: MakeJob
) -> None:
    """Words stay words, numbers become numbers, pictures the names they were uploaded under."""
    painter = engine(server.url, tmp_path, regular={"steps": 20, "guidance": 3.5})
    job = replace(make_job(Prompt('a "beach" {mask}', "people"), (150, 100)), mode=Mode.BASE, seed=7)
    plate = painter.generate(job)
    assert plate.picture.shape == (100, 150, 3)
    assert plate.engine.startswith("comfy comfyui workflow-")
    (queued,) = server.queued
    assert queued["3"]["inputs"]["text"].startswith('photo: a "beach" {mask}. ')
    assert queued["3"]["inputs"]["clip"] == ["9", 1]
    assert queued["4"]["inputs"]["text"] == "people"
    assert queued["5"]["inputs"] == {"seed": 7, "steps": 20, "cfg": 3.5}
    assert queued["6"]["inputs"] == {"width": 160, "height": 112}
    canvas, mask = (
        np.asarray(Image.open(io.BytesIO(server.uploads[queued[node]["inputs"]["image"]])))
        for node in ("1", "2")
    )
    assert canvas.shape == mask.shape == (112, 160, 3)
    assert (canvas[0, 0] == 127).all()
    assert mask[0, 0, 0] == 255


def test_what_the_workflow_holds_is_what_is_honoured(tmp_path: Path) -> None:
    """Without a place for the mask the subject may move, without one for a negative prompt there is none."""
    with_all = engine("http://h:1", tmp_path).capabilities()
    assert (with_all.negative_prompt, with_all.may_move, with_all.backgrounds) == (True, False, (Prompt,))
    without_any = engine("http://h:1", tmp_path, without("{negative}", "{mask}")).capabilities()
    assert (without_any.negative_prompt, without_any.may_move) == (False, True)
    pictures = {**WORKFLOW, "8": {"class_type": "LoadImage", "inputs": {"image": "{reference}"}}}
    assert engine("http://h:1", tmp_path, pictures).capabilities().backgrounds == (References,)


def test_a_workflow_with_a_reference_gets_one(server: ComfyServer, tmp_path: Path, make_job: MakeJob) -> None:
    """Of the canvas's size; a job without pictures is refused."""
    pictures = {**WORKFLOW, "8": {"class_type": "LoadImage", "inputs": {"image": "{reference}"}}}
    painter = engine(server.url, tmp_path, pictures)
    painter.generate(make_job(References(1), references=(noise(1, 40, 30),)))
    assert server.queued[0]["8"]["inputs"]["image"] in server.uploads
    with pytest.raises(InvalidRequest):
        painter.generate(make_job("a beach"))


@pytest.mark.parametrize(
    ("failure", "error"), [("refused", InternalError), ("failed", Unavailable), ("another size", Unavailable)]
)
def test_what_goes_wrong_is_told(
    server: ComfyServer, tmp_path: Path, make_job: MakeJob, failure: str, error: type[Exception]
) -> None:
    """A workflow that the server does not take is the operator's to mend; one that fails is a 503."""
    server.failures = [failure]
    with pytest.raises(error):
        engine(server.url, tmp_path).generate(make_job("a beach"))


def test_a_job_that_nobody_waits_for_is_taken_out_of_the_queue(
    server: ComfyServer, tmp_path: Path, make_job: MakeJob
) -> None:
    """At its deadline, and when it is cancelled."""
    painter = engine(server.url, tmp_path)
    server.failures = ["never", "never"]
    with pytest.raises(Unavailable, match="in time"):
        painter.generate(replace(make_job("a beach"), deadline=time.monotonic() + 1))
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    with pytest.raises(Unavailable, match="cancelled"):
        painter.generate(replace(make_job("a beach"), cancelled=stop.is_set))
    assert server.deleted == ["0", "1"]


@pytest.mark.parametrize(
    ("workflow", "more", "says"),
    [
        ("{", {}, "cannot be read"),
        ({"nodes": {}}, {}, "API format"),
        (without("{seed}"), {}, "holds no {seed}"),
        (WORKFLOW, {"mask": True}, "mask: is for the workflow to say"),
        (WORKFLOW, {"flavour": "vllm-omni"}, "workflow: "),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, workflow: Any, more: dict[str, Any], says: str) -> None:
    """At the start, in one sentence."""
    with pytest.raises(RemoteError) as mistake:
        engine("http://h:1", tmp_path, workflow, **more)
    assert says in str(mistake.value)
    assert "\n" not in str(mistake.value)
