"""Loads a model's folder into a pipeline that is ready to be called. Runs in an engine's process alone."""

from __future__ import annotations

import gc
from dataclasses import dataclass, field
from typing import Any

from backcloth.domain.request import Mode
from backcloth.scene.diffusion.config import OFFLOADS, Hardware, Offload
from backcloth.scene.diffusion.embeds import Embeds
from backcloth.scene.diffusion.folder import Model
from backcloth.scene.diffusion.preset import DiffusionError, Preset


@dataclass(slots=True)
class Loaded:
    """A pipeline and what is known of it.

    Attributes:
        preset: How it is called.
        pipeline: The diffusers pipeline.
        device: A torch device.
        offload: What waits in main memory at present.
        facts: Versions and device, for the fingerprint.
        embeds: The encoded prompts used last.
        schedulers: The sampler of each effort, `fast` and `regular`.
    """

    preset: Preset
    pipeline: Any
    device: Any
    offload: Offload
    facts: dict[str, str]
    embeds: Embeds[Any, Any]
    schedulers: dict[str, Any] = field(default_factory=dict)

    @property
    def denoiser(self) -> Any:
        """The network that is called at every step."""
        return denoiser_of(self.pipeline)

    def ready_for(self, mode: Mode) -> None:
        """Sets the mode's sampler and switches the LoRA on or off."""
        effort = self.preset.effort(mode)
        self.pipeline.scheduler = self.schedulers["fast" if mode is Mode.FAST else "regular"]
        if self.preset.lora and effort:
            (self.pipeline.enable_lora if effort.lora else self.pipeline.disable_lora)()

    def relieve(self) -> bool:
        """Moves more of the model out of the device's memory; False where no more can be moved."""
        on_cpu = self.device.type == "cpu"
        more: tuple[Offload, ...] = OFFLOADS[OFFLOADS.index(self.offload) + 1 :]
        step = next((each for each in more if not (on_cpu and each == "model")), None)
        self.embeds.clear()
        free_memory(self.device)
        if step is None:
            return False
        if self.offload == "model":
            self.pipeline.remove_all_hooks()
        place(self.pipeline, self.device, step)
        self.offload = step
        return True


def load(model: Model, hardware: Hardware, device_name: str) -> Loaded:
    """Loads from local files alone, and never unpickles any.

    Raises:
        DiffusionError: the installed diffusers does not know the pipeline, the device is not there, or the
            hardware's settings do not go with the model.
        OSError, ValueError, RuntimeError: the files are not what they should be, as diffusers says it.
    """
    import diffusers  # noqa: PLC0415  # an extra, a gigabyte of it
    import torch  # noqa: PLC0415  # likewise
    import transformers  # noqa: PLC0415  # likewise

    for library in (diffusers, transformers):
        library.utils.logging.set_verbosity_error()
        library.utils.logging.disable_progress_bar()
    device = _device(torch, device_name)
    dtype = _dtype(torch, hardware, device)
    kind = getattr(diffusers, model.preset.pipeline, None)
    if kind is None:
        raise DiffusionError(f"diffusers {diffusers.__version__} has no {model.preset.pipeline}")
    options: dict[str, Any] = {"dtype": dtype, "local_files_only": True, "use_safetensors": True}
    if model.preset.controlnet:
        network = diffusers.ControlNetModel.from_pretrained(model.parts["controlnet"], **options)
        pipeline = kind.from_pretrained(
            model.folder, controlnet=network, **options, **_quantised(hardware, model)
        )
    else:
        pipeline = kind.from_pretrained(model.folder, **options, **_quantised(hardware, model))
    pipeline.set_progress_bar_config(disable=True)
    _load_parts(pipeline, model)
    _tune(diffusers, torch, pipeline, hardware, dtype)
    place(pipeline, device, hardware.offload)
    return Loaded(
        preset=model.preset,
        pipeline=pipeline,
        device=device,
        offload=hardware.offload,
        facts={
            "torch": str(torch.__version__),
            "diffusers": str(diffusers.__version__),
            "dtype": str(dtype).removeprefix("torch."),
            "device": torch.cuda.get_device_name(device) if device.type == "cuda" else device.type,
        },
        embeds=Embeds(hardware.embeds),
        schedulers=_schedulers(diffusers, pipeline, model.preset),
    )


def denoiser_of(pipeline: Any) -> Any:
    """The network that is called at every step."""
    return pipeline.transformer if hasattr(pipeline, "transformer") else pipeline.unet


def place(pipeline: Any, device: Any, offload: Offload) -> None:
    """Puts the pipeline on the device, or in main memory until its parts are needed.

    Raises:
        DiffusionError: whole models can only wait for an accelerator.
    """
    if offload == "none":
        pipeline.to(device)
    elif offload == "group":
        pipeline.enable_group_offload(onload_device=device, offload_type="leaf_level")
    elif device.type == "cpu":
        raise DiffusionError("offload = model needs an accelerator, and the device is cpu")
    else:
        pipeline.enable_model_cpu_offload(device=device)


def free_memory(device: Any) -> None:
    """Gives back what the allocator of the device holds and nothing uses."""
    import torch  # noqa: PLC0415  # an extra

    gc.collect()
    if device.type != "cpu":
        torch.accelerator.empty_cache()


def _device(torch: Any, name: str) -> Any:
    found = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    if name == "auto":
        return torch.device(f"{found.type}:0" if found else "cpu")
    device = torch.device(name)
    if device.type != "cpu" and (found is None or found.type != device.type):
        raise DiffusionError(f"torch {torch.__version__} finds no device {name} here")
    if (device.index or 0) >= (torch.accelerator.device_count() if device.type != "cpu" else 1):
        raise DiffusionError(f"there is no device {name}: torch counts {torch.accelerator.device_count()}")
    return device


def _dtype(torch: Any, hardware: Hardware, device: Any) -> Any:
    if hardware.dtype != "auto":
        return getattr(torch, hardware.dtype)
    return torch.float32 if device.type == "cpu" else torch.bfloat16


def _quantised(hardware: Hardware, model: Model) -> dict[str, Any]:
    if hardware.quantisation not in ("int8", "nf4"):
        return {}
    import torch  # noqa: PLC0415  # an extra
    from diffusers import PipelineQuantizationConfig  # noqa: PLC0415  # likewise

    backend, options = "bitsandbytes_8bit", {"load_in_8bit": True}
    if hardware.quantisation == "nf4":
        compute = {"bnb_4bit_quant_type": "nf4", "bnb_4bit_compute_dtype": torch.bfloat16}
        backend, options = "bitsandbytes_4bit", {"load_in_4bit": True} | compute
    network = "unet" if model.preset.family.startswith("sdxl") else "transformer"
    return {
        "quantization_config": PipelineQuantizationConfig(
            quant_backend=backend, quant_kwargs=options, components_to_quantize=[network]
        )
    }


def _load_parts(pipeline: Any, model: Model) -> None:
    adapter, lora = model.preset.ip_adapter, model.preset.lora
    if adapter:
        pipeline.load_ip_adapter(
            str(model.parts["ip_adapter"]),
            subfolder=adapter.subfolder,
            weight_name=adapter.file,
            image_encoder_folder=adapter.encoder or "image_encoder",
            local_files_only=True,
        )
    if lora:
        folder = model.parts["lora"] / lora.subfolder
        pipeline.load_lora_weights(
            str(folder), weight_name=lora.file, adapter_name="lora", local_files_only=True
        )
        pipeline.set_adapters(["lora"], adapter_weights=[lora.scale])


def _tune(diffusers: Any, torch: Any, pipeline: Any, hardware: Hardware, dtype: Any) -> None:
    """Everything that changes how the denoiser runs, before it is placed."""
    denoiser = denoiser_of(pipeline)
    if hardware.quantisation == "fp8":
        denoiser.enable_layerwise_casting(storage_dtype=torch.float8_e4m3fn, compute_dtype=dtype)
    if hardware.attention:
        denoiser.set_attention_backend(hardware.attention)
    if hardware.cache == "taylorseer":
        if not hasattr(denoiser, "enable_cache"):
            raise DiffusionError(f"cache = taylorseer: {type(denoiser).__name__} has no cache")
        denoiser.enable_cache(diffusers.TaylorSeerCacheConfig(taylor_factors_dtype=dtype))
    if hardware.compile:
        denoiser.compile_repeated_blocks(fullgraph=True)


def _schedulers(diffusers: Any, pipeline: Any, preset: Preset) -> dict[str, Any]:
    """One sampler an effort: a sampler keeps what it is at, and modes must not share that."""
    made = {}
    for name, effort in (("fast", preset.fast), ("regular", preset.regular)):
        if effort is None:
            continue
        chosen = effort.scheduler
        kind = getattr(diffusers, chosen.kind, None) if chosen else type(pipeline.scheduler)
        if kind is None:
            raise DiffusionError(f"diffusers {diffusers.__version__} has no {chosen and chosen.kind}")
        made[name] = kind.from_config(pipeline.scheduler.config, **(chosen.options if chosen else {}))
    return made
