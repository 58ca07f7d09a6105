"""Every family of pipelines through the real loader, on tiny random weights."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from backcloth.domain.request import Mode
from backcloth.scene.diffusion.config import Hardware, read_config
from backcloth.scene.diffusion.folder import find_model
from backcloth.scene.diffusion.preset import DiffusionError, read_preset
from backcloth.scene.diffusion.task import Batch, Task
from harness.extra import DIFFUSION, needs_diffusion
from harness.tiny_presets import tiny

pytestmark = needs_diffusion

Pixels = npt.NDArray[np.uint8]
Paint = Callable[..., list[Pixels]]


def task(seed: int = 1, *, side: tuple[int, int] = (96, 80), prompt: str = "a beach", **words: Any) -> Task:
    """A red block on grey, kept in its middle."""
    picture = np.full((side[1], side[0], 3), 127, np.uint8)
    picture[16:64, 16:64] = (200, 30, 30)
    paint = np.full((side[1], side[0]), 255, np.uint8)
    paint[16:64, 16:64] = 0
    return Task(prompt, words.pop("negative", ""), seed, picture, paint, **words)


def references(count: int) -> tuple[Pixels, ...]:
    """Pictures of noise, each another."""
    shape = (64, 80, 3)
    return tuple(np.random.default_rng(n).integers(0, 256, shape, dtype=np.uint8) for n in range(count))


def never(_step: int, _of: int) -> bool:
    """Lets it go on."""
    return False


def loaded(preset: Path, **table: Any) -> Any:
    """A pipeline as an engine's process loads it."""
    from backcloth.scene.diffusion.load import load  # noqa: PLC0415  # imports torch when called

    config = read_config({"preset": str(preset), "accept_license": True, **table})
    return load(find_model(read_preset(str(preset)), config, Path("/nowhere")), config.hardware, "cpu")


def painted(pipeline: Any, *tasks: Task, mode: Mode = Mode.FAST, on_step: Any = never) -> list[Pixels]:
    """What comes of a batch."""
    from backcloth.scene.diffusion.generate import paint  # noqa: PLC0415  # imports torch when called

    return paint(pipeline, Batch(mode, tasks), on_step)


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> None:
    """For models this small more threads only wait for one another."""
    if DIFFUSION:
        import torch  # noqa: PLC0415  # an extra

        torch.set_num_threads(1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the tests' presets lie."""
    return tmp_path_factory.mktemp("presets")


def model(name: str) -> Path:
    """A tiny model's folder."""
    from harness.tiny_models import built  # noqa: PLC0415  # imports torch

    return built(name)


@pytest.fixture(scope="module")
def fast(folder: Path) -> Any:
    """FLUX.2 klein, distilled."""
    return loaded(tiny(folder, "klein-fast", steps=3), model_dir=model("klein-fast"))


@pytest.fixture(scope="module")
def regular(folder: Path) -> Any:
    """FLUX.2 klein, base."""
    return loaded(tiny(folder, "klein-regular"), model_dir=model("klein-regular"))


@pytest.fixture(scope="module")
def controlled(folder: Path) -> Any:
    """SDXL with a ControlNet and a LoRA."""
    text = tiny(folder, "sdxl-lowvram", references=0).read_text()
    path = folder / "controlled.toml"
    path.write_text(re.sub(r"\[ip_adapter\][^\[]*", "", text).replace("sdxl_lightning_8step_lora", "lora"))
    return loaded(path, model_dir=model("sdxl"), controlnet_dir=model("controlnet"), lora_dir=model("lora"))


ADAPTED = """
name = "adapted"
about = "SDXL for inpainting with an image adapter."
family = "sdxl"
pipeline = "StableDiffusionXLInpaintPipeline"
licence = "none"
commercial = true
vram_gb = 1
multiple = 8
token = 8
references = 2
batches = true
prompt = "{prompt}"
reference_prompt = "a picture"
[regular]
steps = 2
guidance = 5.0
negative = true
[ip_adapter]
repository = "tiny/ip-adapter"
folder = "ip-adapter"
file = "ip-adapter.safetensors"
licence = "none"
scale = 0.8
"""


@pytest.fixture(scope="module")
def adapted(folder: Path) -> Any:
    """SDXL for inpainting with an IP-Adapter."""
    path = folder / "adapted.toml"
    path.write_text(ADAPTED)
    return loaded(path, model_dir=model("sdxl-inpaint"), ip_adapter_dir=model("ip-adapter"))


@pytest.fixture(scope="module")
def own(folder: Path) -> Any:
    """A model of one's own: Z-Image."""
    return loaded(tiny(folder, "byo"), model_dir=model("z-image"))


@pytest.fixture(scope="module")
def qwen() -> Any:
    """Qwen-Image-Edit, whose processor cannot be saved without torchvision, so it is not loaded."""
    from backcloth.scene.diffusion.embeds import Embeds  # noqa: PLC0415
    from backcloth.scene.diffusion.load import Loaded  # noqa: PLC0415
    from harness.tiny_models import qwen_edit  # noqa: PLC0415  # imports torch

    pipeline = qwen_edit()
    pipeline.set_progress_bar_config(disable=True)
    preset = read_preset("qwen-quality")
    steps = {
        "fast": None,
        "lora": None,
        "regular": preset.regular and preset.regular.model_copy(update={"steps": 3}),
    }
    facts = {"dtype": "float32"}
    schedulers = {"regular": pipeline.scheduler}
    return Loaded(preset.model_copy(update=steps), pipeline, None, "none", facts, Embeds(0), schedulers)


ALL = ("fast", "regular", "controlled", "adapted", "own", "qwen")


@pytest.mark.parametrize("family", ALL)
def test_a_seed_decides_the_picture(family: str, request: pytest.FixtureRequest) -> None:
    """The same task gives the same bytes at the canvas's size; another seed gives others."""
    pipeline = request.getfixturevalue(family)
    mode = pipeline.preset.modes[-1]
    first, again, other = (painted(pipeline, task(seed), mode=mode)[0] for seed in (1, 1, 2))
    assert first.shape == (80, 96, 3)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("family", ALL)
def test_the_prompt_decides_the_picture(family: str, request: pytest.FixtureRequest) -> None:
    """Another prompt gives another picture."""
    pipeline = request.getfixturevalue(family)
    mode = pipeline.preset.modes[-1]
    one, other = (painted(pipeline, task(prompt=words), mode=mode)[0] for words in ("a beach", "red doors"))
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("family", ["regular", "controlled", "adapted", "qwen"])
def test_a_negative_prompt_changes_the_picture(family: str, request: pytest.FixtureRequest) -> None:
    """Where the preset says it honours a negative prompt, one changes what is painted."""
    pipeline = request.getfixturevalue(family)
    one, other = (painted(pipeline, task(negative=words), mode=Mode.BASE)[0] for words in ("", "umbrellas"))
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("family", ["fast", "regular", "adapted", "qwen"])
def test_each_reference_changes_the_picture(family: str, request: pytest.FixtureRequest) -> None:
    """No reference, one and two give three pictures, and without again the first."""
    pipeline = request.getfixturevalue(family)
    mode = pipeline.preset.modes[-1]
    none, one, two, again = (
        painted(pipeline, task(references=references(count)), mode=mode)[0] for count in (0, 1, 2, 0)
    )
    assert not np.array_equal(none, one)
    assert not np.array_equal(one, two)
    assert np.array_equal(none, again)


@pytest.mark.parametrize("family", ["fast", "regular", "controlled", "adapted"])
def test_a_batch_paints_what_its_tasks_alone_would(family: str, request: pytest.FixtureRequest) -> None:
    """Company moves a picture by a few levels at most: its noise and its words are its own."""
    pipeline = request.getfixturevalue(family)
    mode = pipeline.preset.modes[-1]
    tasks = [task(1), task(2, prompt="a wood", negative="people")]
    alone = [painted(pipeline, each, mode=mode)[0].astype(int) for each in tasks]
    for one, other in zip(alone, painted(pipeline, *tasks, mode=mode), strict=True):
        assert np.abs(one - other).max() <= 3
    assert np.abs(alone[0] - alone[1]).max() > 3


@pytest.mark.parametrize("family", ALL)
def test_every_step_is_told_and_may_be_the_last(family: str, request: pytest.FixtureRequest) -> None:
    """The hook hears each step, can stop at the first, and the next picture is as if nothing had been."""
    from backcloth.scene.diffusion.generate import Stopped  # noqa: PLC0415  # imports torch when called

    pipeline = request.getfixturevalue(family)
    mode = pipeline.preset.modes[-1]
    heard: list[tuple[int, int]] = []

    def hear(step: int, of: int) -> bool:
        heard.append((step, of))
        return False

    whole = painted(pipeline, task(), mode=mode, on_step=hear)[0]
    steps = pipeline.preset.effort(mode).steps
    assert heard == [(step, steps) for step in range(1, steps + 1)]
    asked: list[int] = []

    def stop(step: int, _of: int) -> bool:
        asked.append(step)
        return True

    with pytest.raises(Stopped):
        painted(pipeline, task(), mode=mode, on_step=stop)
    assert asked == [1]
    assert np.array_equal(painted(pipeline, task(), mode=mode)[0], whole)


def test_qwen_keeps_the_subject_s_latents(qwen: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the last step the kept latents are those of the source, and the others are not."""
    import torch  # noqa: PLC0415  # an extra

    pipeline, seen = qwen.pipeline, {}

    def decode(latents: Any, **_options: Any) -> Any:
        seen["latents"] = latents[0, :, 0]
        return (torch.zeros(1, 3, 1, 80, 96),)

    monkeypatch.setattr(pipeline.vae, "decode", decode)
    job = task(1)
    painted(qwen, job, mode=Mode.BASE)
    picture = torch.from_numpy(job.picture.transpose(2, 0, 1)[None, :, None].astype(np.float32) / 127.5 - 1)
    source = pipeline._encode_vae_image(picture, None)[0, :, 0]
    difference = (seen["latents"] - source).abs().amax(0)
    assert difference[2:8, 2:8].max() < 1e-4
    assert difference[:2].min() > 1e-4


def test_a_controlnet_sees_the_subject(controlled: Any) -> None:
    """Another subject steers the painting, also where nothing of it is kept."""
    everything = np.full((80, 96), 255, np.uint8)
    one = replace(task(), paint=task().paint)
    moved = replace(one, paint=np.roll(one.paint, 16, axis=1))
    pictures = [painted(controlled, each)[0] for each in (one, moved, replace(one, paint=everything))]
    assert not np.array_equal(pictures[0][:16], pictures[1][:16])
    assert not np.array_equal(pictures[0][:16], pictures[2][:16])


def test_the_lora_acts_in_the_mode_that_wants_it_alone(controlled: Any) -> None:
    """The fast mode has the LoRA and its own sampler; the regular one has neither."""
    active: dict[Mode, bool] = {}
    samplers = {}
    for mode in (Mode.FAST, Mode.BASE, Mode.FAST):
        painted(controlled, task(), mode=mode)
        layer = next(each for name, each in controlled.pipeline.unet.named_modules() if name.endswith("to_q"))
        active[mode] = not layer.disable_adapters
        samplers[mode] = type(controlled.pipeline.scheduler).__name__
    assert active == {Mode.FAST: True, Mode.BASE: False}
    assert samplers == {Mode.FAST: "EulerDiscreteScheduler", Mode.BASE: "DPMSolverMultistepScheduler"}


def test_a_prompt_seen_before_is_not_encoded_again(fast: Any) -> None:
    """The second picture of a prompt finds its words encoded."""
    painted(fast, task(1, prompt="a lake"))
    before = fast.embeds.hits
    painted(fast, task(2, prompt="a lake"))
    assert fast.embeds.hits == before + 1


@pytest.mark.parametrize(
    ("table", "same"),
    [
        ({"offload": "group"}, True),
        ({"attention": "native"}, True),
        ({"quantisation": "fp8"}, False),
        ({"dtype": "bfloat16"}, False),
    ],
)
def test_hardware_settings_take_effect(folder: Path, fast: Any, table: dict[str, str], same: bool) -> None:
    """Offload changes no byte; fewer bits do, and paint all the same."""
    pipeline = loaded(tiny(folder, "klein-fast", steps=3), model_dir=model("klein-fast"), **table)
    picture, plain = painted(pipeline, task())[0], painted(fast, task())[0]
    assert np.array_equal(picture, plain) == same
    assert picture.std() > 1


def test_a_cache_skips_steps_and_keeps_nothing_between_pictures(folder: Path) -> None:
    """With the cache pictures differ from those without, and the same task gives the same bytes."""
    path = tiny(folder, "klein-regular", steps=8)
    plain, cached = (
        loaded(path, model_dir=model("klein-regular"), cache=cache) for cache in ("none", "taylorseer")
    )
    first = painted(cached, task(), mode=Mode.BASE)[0]
    assert not np.array_equal(first, painted(plain, task(), mode=Mode.BASE)[0])
    painted(cached, task(5), mode=Mode.BASE)
    assert np.array_equal(first, painted(cached, task(), mode=Mode.BASE)[0])


@pytest.mark.parametrize(
    ("hardware", "device", "complaint"),
    [
        ({}, "cuda:0", "finds no device cuda:0"),
        ({"offload": "model"}, "cpu", "needs an accelerator"),
    ],
)
def test_what_the_machine_does_not_have_is_named(
    folder: Path, hardware: dict[str, Any], device: str, complaint: str
) -> None:
    """A device that is not there, and an offload that needs one, are refused in a sentence."""
    import torch  # noqa: PLC0415  # an extra

    from backcloth.scene.diffusion.load import load  # noqa: PLC0415  # imports torch when called

    if torch.accelerator.is_available():
        pytest.skip("this machine has an accelerator")
    path = tiny(folder, "klein-fast")
    config = read_config({"preset": str(path), "model_dir": model("klein-fast")})
    found = find_model(read_preset(str(path)), config, folder)
    with pytest.raises(DiffusionError, match=complaint):
        load(found, Hardware.model_validate(hardware), device)


class TestMemory:
    """What happens when a device has no memory left; injected, as a CPU's does not run out on demand."""

    @pytest.fixture
    def short(self, fast: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], list[str]]:
        """Makes the next calls of the pipeline run out of memory; gives back the offload of each call."""
        import torch  # noqa: PLC0415  # an extra

        calls: list[str] = []
        real = type(fast.pipeline).__call__
        monkeypatch.setattr(fast, "offload", "none")

        def arrange(failures: int) -> list[str]:
            def call(pipeline: Any, **options: Any) -> Any:
                calls.append(fast.offload)
                if len(calls) <= failures:
                    raise torch.OutOfMemoryError("no memory")
                return real(pipeline, **options)

            monkeypatch.setattr(type(fast.pipeline), "__call__", call)
            return calls

        return arrange

    def test_one_more_try_with_offload(self, fast: Any, short: Any) -> None:
        """After the first failure the model is moved out of the way, and the picture is the same."""
        from backcloth.scene.diffusion.worker import paint_relieved  # noqa: PLC0415  # imports torch when called

        whole = painted(fast, task())
        calls = short(1)
        again = paint_relieved(fast, Batch(Mode.FAST, (task(),)), never)
        assert calls == ["none", "group"]
        assert np.array_equal(whole[0], again[0])

    def test_then_it_is_given_up(self, fast: Any, short: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """A second failure ends the job; nothing is tried a third time."""
        from backcloth.scene.diffusion import load as module  # noqa: PLC0415  # imports torch when called
        from backcloth.scene.diffusion.worker import OutOfMemory, paint_relieved  # noqa: PLC0415  # likewise

        monkeypatch.setattr(module, "place", lambda *_: None)
        calls = short(9)
        with pytest.raises(OutOfMemory):
            paint_relieved(fast, Batch(Mode.FAST, (task(),)), never)
        assert calls == ["none", "group"]

    def test_other_faults_are_not_taken_for_it(self, fast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """A pipeline that fails otherwise fails at once, and as it said."""
        from backcloth.scene.diffusion.worker import paint_relieved  # noqa: PLC0415  # imports torch when called

        def call(_pipeline: Any, **_options: Any) -> Any:
            raise RuntimeError("shapes do not match")

        monkeypatch.setattr(type(fast.pipeline), "__call__", call)
        with pytest.raises(RuntimeError, match="shapes"):
            paint_relieved(fast, Batch(Mode.FAST, (task(),)), never)
