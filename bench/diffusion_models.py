"""Models with random weights for the bench: the published architectures, or the tests' tiny ones.

The dimensions are the published ones: 3.88 billion parameters in klein's transformer and 4.02 in its text
encoder, 2.57 in SDXL's UNet and 1.25 in its ControlNet.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers

from harness import tiny_models
from harness.tiny_models import clip_tokenizer, qwen_tokenizer


def klein(folder: Path, *, distilled: bool, real: bool) -> dict[str, str]:
    """FLUX.2 klein 4B."""
    target = folder / f"klein-{'distilled' if distilled else 'base'}-{'real' if real else 'small'}"
    if not target.exists():
        if real:
            _klein(target, distilled=distilled)
        else:
            tiny_models.klein(target, distilled=distilled)
    return {"model_dir": str(target)}


def _klein(target: Path, *, distilled: bool) -> None:
    with torch.device("meta"):
        transformer = diffusers.Flux2Transformer2DModel(
            num_layers=5,
            num_single_layers=20,
            num_attention_heads=24,
            joint_attention_dim=3 * 2560,
            guidance_embeds=False,
        )
        encoder = transformers.Qwen3ForCausalLM(
            transformers.Qwen3Config(
                vocab_size=151936,
                hidden_size=2560,
                intermediate_size=9728,
                num_hidden_layers=36,
                num_attention_heads=32,
                num_key_value_heads=8,
                head_dim=128,
                tie_word_embeddings=True,
            )
        )
        autoencoder = diffusers.AutoencoderKLFlux2()
    diffusers.Flux2KleinPipeline(
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True),
        vae=_filled(autoencoder),
        text_encoder=_filled(encoder),
        tokenizer=qwen_tokenizer(),
        transformer=_filled(transformer),
        is_distilled=distilled,
    ).save_pretrained(target)


def sdxl(folder: Path, *, real: bool) -> dict[str, str]:
    """SDXL for inpainting with a ControlNet, without image adapter and LoRA, which hardly change its cost."""
    size = "real" if real else "small"
    target, control = folder / f"sdxl-{size}", folder / f"controlnet-{size}"
    if not target.exists():
        if real:
            _sdxl(target, control)
        else:
            tiny_models.sdxl(target)
            tiny_models.controlnet(control)
    return {"model_dir": str(target), "controlnet_dir": str(control)}


def _sdxl(target: Path, control: Path) -> None:
    with torch.device("meta"):
        unet = diffusers.UNet2DConditionModel(
            sample_size=128,
            block_out_channels=(320, 640, 1280),
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
            attention_head_dim=(5, 10, 20),
            cross_attention_dim=2048,
            transformer_layers_per_block=(1, 2, 10),
            use_linear_projection=True,
            addition_embed_type="text_time",
            addition_time_embed_dim=256,
            projection_class_embeddings_input_dim=2816,
        )
        network = diffusers.ControlNetModel.from_unet(unet, load_weights_from_unet=False)
        first = transformers.CLIPTextModel(_clip(768, 12, 12))
        second = transformers.CLIPTextModelWithProjection(_clip(1280, 32, 20))
        autoencoder = diffusers.AutoencoderKL(
            block_out_channels=(128, 256, 512, 512),
            layers_per_block=2,
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
        )
    _filled(network).save_pretrained(control)
    diffusers.StableDiffusionXLPipeline(
        vae=_filled(autoencoder),
        text_encoder=_filled(first),
        text_encoder_2=_filled(second),
        tokenizer=clip_tokenizer(),
        tokenizer_2=clip_tokenizer(),
        unet=_filled(unet),
        scheduler=diffusers.EulerDiscreteScheduler(beta_schedule="scaled_linear"),
    ).save_pretrained(target)


def _clip(hidden: int, layers: int, heads: int) -> Any:
    return transformers.CLIPTextConfig(
        hidden_size=hidden,
        intermediate_size=4 * hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        projection_dim=hidden,
        eos_token_id=513,
        pad_token_id=513,
        bos_token_id=512,
    )


def _filled(network: Any) -> Any:
    """The network in bfloat16, with weights that keep signals finite: small noise, and idle norms."""
    network = network.to(torch.bfloat16).to_empty(device="cpu").eval()
    with torch.no_grad():
        for name, values in (*network.named_parameters(), *network.named_buffers()):
            if not values.is_floating_point():
                # CLIP's positions, the only whole numbers among them.
                values.copy_(torch.arange(values.numel()).view_as(values))
            elif values.ndim > 1:
                values.normal_(std=0.02)
            else:
                values.fill_(1 if name.endswith(("weight", "running_var")) else 0)
    return network


BUILDERS: dict[str, Callable[..., dict[str, str]]] = {
    "klein-fast": lambda folder, real: klein(folder, distilled=True, real=real),
    "klein-regular": lambda folder, real: klein(folder, distilled=False, real=real),
    "sdxl-lowvram": lambda folder, real: sdxl(folder, real=real),
}
"""By the preset: builds its model where it is not there yet, and gives the keys that name its folders."""
