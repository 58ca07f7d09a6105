"""Calls a loaded pipeline, each family in its own way. Runs in an engine's process alone.

What the families have in common: the source is the subject on a neutral fill, the mask says where to paint,
each picture has a generator of its own on the CPU, and after every step a hook hears of it and may stop.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from backcloth.scene.diffusion.load import Loaded
from backcloth.scene.diffusion.preset import Effort, Family
from backcloth.scene.diffusion.task import Batch, Pixels, Task

OnStep = Callable[[int, int], bool]
"""Hears how many steps are done, and of how many; True stops."""

StepHook = Callable[[Any, int, Any, dict[str, Any]], dict[str, Any]]


class Stopped(Exception):
    """Painting was stopped by the step's hook."""


def paint(loaded: Loaded, batch: Batch, on_step: OnStep) -> list[Pixels]:
    """Paints a batch.

    Args:
        loaded: The pipeline.
        batch: What to paint; more than one only where the preset batches.
        on_step: Called after every step.

    Returns:
        (H, W, 3) uint8 sRGB canvases, the subject as the model left it.

    Raises:
        Stopped: the hook said so.
    """
    effort = loaded.preset.effort(batch.mode)
    if effort is None:
        raise ValueError(f"{loaded.preset.name} has no mode {batch.mode}")
    loaded.ready_for(batch.mode)
    stopped = False

    def hook(pipeline: Any, step: int, _time: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        nonlocal stopped
        if on_step(step + 1, effort.steps):
            stopped = True
            pipeline._interrupt = True  # noqa: SLF001  # documented by diffusers as the way to stop
        return tensors

    call = _CALLS[loaded.preset.family]
    try:
        pictures = call(loaded, batch, effort, hook)
    finally:
        # A call that raised has left its caches in the middle of a picture.
        loaded.pipeline.maybe_free_model_hooks()
    if stopped:
        raise Stopped
    return [np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8) for picture in pictures]


def _klein(loaded: Loaded, batch: Batch, effort: Effort, hook: StepHook) -> npt.NDArray[np.float32]:
    """FLUX.2 klein. A batch has no references: the pipeline would deal them out among its pictures."""
    import torch  # noqa: PLC0415  # an extra

    pipeline = loaded.pipeline
    references = batch.tasks[0].references

    def encoded(text: str) -> Any:
        return loaded.embeds.get(text, lambda: pipeline.encode_prompt(prompt=text)[0])

    guided: dict[str, Any] = {}
    if effort.guidance > 1:
        guided["negative_prompt_embeds"] = torch.cat([encoded(task.negative) for task in batch.tasks])
    images: npt.NDArray[np.float32] = pipeline(
        prompt_embeds=torch.cat([encoded(task.prompt) for task in batch.tasks]),
        image=[_image(task.picture) for task in batch.tasks],
        mask_image=[_image(task.paint) for task in batch.tasks],
        image_reference=[_image(each) for each in references] or None,
        strength=effort.strength,
        guidance_scale=effort.guidance,
        **guided,
        **_common(batch, effort, hook),
    ).images
    return images


def _sdxl(loaded: Loaded, batch: Batch, effort: Effort, hook: StepHook) -> npt.NDArray[np.float32]:
    """SDXL for inpainting, with the subject in a ControlNet where the preset has one."""
    import torch  # noqa: PLC0415  # an extra

    pipeline, preset = loaded.pipeline, loaded.preset
    guides = effort.guidance > 1

    def encoded(task: Task) -> Any:
        return loaded.embeds.get(
            (task.prompt, task.negative, guides),
            lambda: pipeline.encode_prompt(
                prompt=task.prompt,
                negative_prompt=task.negative if guides else None,
                do_classifier_free_guidance=guides,
            ),
        )

    names = (
        "prompt_embeds",
        "negative_prompt_embeds",
        "pooled_prompt_embeds",
        "negative_pooled_prompt_embeds",
    )
    columns = zip(*(encoded(task) for task in batch.tasks), strict=True)
    words = {name: torch.cat(each) for name, each in zip(names, columns, strict=True) if each[0] is not None}
    more: dict[str, Any] = {}
    if preset.controlnet:
        more["control_image"] = torch.cat([_control(task) for task in batch.tasks])
        more["controlnet_conditioning_scale"] = preset.controlnet.scale
    if preset.ip_adapter:
        references = batch.tasks[0].references
        pipeline.set_ip_adapter_scale(preset.ip_adapter.scale if references else 0.0)
        # Once it is loaded, the network wants a picture in every call.
        shown = [_image(each) for each in references] or [Image.new("RGB", (64, 64))]
        more["ip_adapter_image"] = [shown]
    images: npt.NDArray[np.float32] = pipeline(
        image=[_image(task.picture) for task in batch.tasks],
        mask_image=[_image(task.paint) for task in batch.tasks],
        strength=effort.strength,
        guidance_scale=effort.guidance,
        **words,
        **more,
        **_common(batch, effort, hook),
    ).images
    return images


def _control(task: Task) -> Any:
    """(1, 3, H, W) float32 as inpainting ControlNets take it: 0..1, and −1 where to paint."""
    import torch  # noqa: PLC0415  # an extra

    picture = task.picture.astype(np.float32) / 255
    picture[task.paint > 127] = -1
    return torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1)[None]))


def _qwen_edit(loaded: Loaded, batch: Batch, effort: Effort, hook: StepHook) -> npt.NDArray[np.float32]:
    """Qwen-Image-Edit, which takes no mask: the kept latents are put back after every step.

    That is what RePaint (Lugmayr et al., CVPR 2022) does: what is kept enters each step with the noise that
    belongs to it, and the last one without any.
    """
    import torch  # noqa: PLC0415  # an extra
    from diffusers.pipelines.qwenimage import pipeline_qwenimage_edit_plus as module  # noqa: PLC0415

    pipeline, task = loaded.pipeline, batch.tasks[0]
    (width, height), device = task.size, pipeline._execution_device  # noqa: SLF001  # where its parts run
    # The pipeline encodes its pictures at this area, whatever their size, and the subject would come out
    # shifted and scaled against a canvas of another.
    module.VAE_IMAGE_SIZE = width * height
    dtype = denoiser_dtype(loaded)
    seen = pipeline.image_processor.preprocess(_image(task.picture), height, width).unsqueeze(2)
    source = _packed(pipeline, pipeline._encode_vae_image(seen.to(device, pipeline.vae.dtype), None))  # noqa: SLF001
    free = torch.from_numpy(task.paint.astype(np.float32) / 255)[None, None]
    grid = (height // pipeline.vae_scale_factor, width // pipeline.vae_scale_factor)
    free = torch.nn.functional.interpolate(free, size=grid, mode="area")
    free = _packed(pipeline, free.expand(1, pipeline.latent_channels, *grid)).to(device, torch.float32)
    noise = torch.randn((1, pipeline.latent_channels, *grid), generator=_generator(task))
    noise = _packed(pipeline, noise).to(device, torch.float32)
    source = source.to(torch.float32)

    def blend(pipe: Any, step: int, time: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        sigma = pipe.scheduler.sigmas[step + 1].to(device)
        kept = (1 - sigma) * source + sigma * noise
        latents = (1 - free) * kept + free * tensors["latents"].float()
        return hook(pipe, step, time, tensors | {"latents": latents.to(tensors["latents"].dtype)})

    images: npt.NDArray[np.float32] = pipeline(
        prompt=task.prompt,
        negative_prompt=(task.negative or " ") if effort.negative else None,
        image=[_image(task.picture), *(_image(each) for each in task.references)],
        true_cfg_scale=effort.guidance,
        latents=noise.to(dtype),
        **_common(batch, effort, blend),
    ).images
    return images


def _packed(pipeline: Any, latents: Any) -> Any:
    """(1, C, [1,] h, w) latents as the transformer's tokens."""
    channels, (height, width) = latents.shape[1], latents.shape[-2:]
    return pipeline._pack_latents(latents.reshape(1, channels, height, width), 1, channels, height, width)  # noqa: SLF001


def _inpaint(loaded: Loaded, batch: Batch, effort: Effort, hook: StepHook) -> npt.NDArray[np.float32]:
    """Any other pipeline with a picture and a mask: it is given what its signature knows."""
    task = batch.tasks[0]
    known = inspect.signature(loaded.pipeline.__call__).parameters
    offered = {
        "prompt": task.prompt,
        "negative_prompt": task.negative if effort.negative else None,
        "image": _image(task.picture),
        "mask_image": _image(task.paint),
        "mask": _image(task.paint),
        "strength": effort.strength,
        "guidance_scale": effort.guidance,
        "true_cfg_scale": effort.guidance,
        **_common(batch, effort, hook),
    }
    images: npt.NDArray[np.float32] = loaded.pipeline(
        **{name: value for name, value in offered.items() if name in known and value is not None}
    ).images
    return images


def _common(batch: Batch, effort: Effort, hook: StepHook) -> dict[str, Any]:
    width, height = batch.tasks[0].size
    return {
        "width": width,
        "height": height,
        "num_inference_steps": effort.steps,
        "generator": [_generator(task) for task in batch.tasks],
        "output_type": "np",
        "callback_on_step_end": hook,
    }


def _generator(task: Task) -> Any:
    """On the CPU and of its own, so that a seed means the same in any company and on any device."""
    import torch  # noqa: PLC0415  # an extra

    return torch.Generator("cpu").manual_seed(task.seed)


def denoiser_dtype(loaded: Loaded) -> Any:
    """What the denoiser computes in."""
    import torch  # noqa: PLC0415  # an extra

    return getattr(torch, loaded.facts["dtype"])


def _image(pixels: Pixels) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(pixels))


_CALLS: dict[Family, Callable[[Loaded, Batch, Effort, StepHook], npt.NDArray[np.float32]]] = {
    "klein": _klein,
    "sdxl": _sdxl,
    "sdxl-controlnet": _sdxl,
    "qwen-edit": _qwen_edit,
    "inpaint": _inpaint,
}
