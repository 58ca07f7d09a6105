"""Pipelines of the real architectures with a few thousand random weights each, built and saved where wanted.

Every folder is what the published model's is: the same index, the same components, the same file names. Only
the pictures they paint are noise. Sizes follow what the architectures' arithmetic allows at the least; the
autoencoders keep their four levels, so that a latent pixel covers 8 pixels as in the real ones.
"""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers

_CHAT = "{% for message in messages %}{{ message['content'] }}{% endfor %}"
_SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")


def klein(folder: Path, *, distilled: bool) -> Path:
    """FLUX.2 klein: distilled to a few steps without guidance, or the base model with it."""
    torch.manual_seed(1 if distilled else 2)
    transformer = diffusers.Flux2Transformer2DModel(
        in_channels=16,
        num_layers=1,
        num_single_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=48,
        timestep_guidance_channels=256,
        axes_dims_rope=(4, 4, 4, 4),
        guidance_embeds=False,
    )
    # 27 is the deepest of the layers that the pipeline takes its text features from.
    encoder = transformers.Qwen3ForCausalLM(
        transformers.Qwen3Config(**_qwen_sizes(), num_hidden_layers=28, max_position_embeddings=1024)
    )
    autoencoder = diffusers.AutoencoderKLFlux2(
        latent_channels=4,
        block_out_channels=(8, 8, 8, 8),
        layers_per_block=1,
        norm_num_groups=1,
        **_FOUR_LEVELS,
    )
    pipeline = diffusers.Flux2KleinPipeline(
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True),
        vae=autoencoder.eval(),
        text_encoder=encoder.eval(),
        tokenizer=qwen_tokenizer(),
        transformer=transformer.eval(),
        is_distilled=distilled,
    )
    pipeline.save_pretrained(folder)
    return folder


_FOUR_LEVELS: dict[str, Any] = {
    "in_channels": 3,
    "out_channels": 3,
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
}


def _qwen_sizes() -> dict[str, Any]:
    return {
        "vocab_size": 512,
        "hidden_size": 16,
        "intermediate_size": 16,
        "num_attention_heads": 2,
        "num_key_value_heads": 2,
        "head_dim": 8,
    }


def qwen_tokenizer(*more: str) -> Any:
    """A tokenizer whose words are the 256 bytes."""
    tokenizer = byte_tokenizer(*_SPECIAL, *more)
    tokenizer.add_special_tokens({"additional_special_tokens": [*_SPECIAL[1:], *more]})
    tokenizer.chat_template = _CHAT
    return tokenizer


def byte_tokenizer(*special: str, **options: Any) -> Any:
    """One whose words are the 256 bytes and the special ones given, in this order."""
    vocabulary = {sign: index for index, sign in enumerate([*sorted(_bytes()), *special])}
    return transformers.Qwen2Tokenizer(vocab=vocabulary, merges=[], **options)


def _bytes() -> list[str]:
    """One printable sign for each byte, as byte-level tokenizers write them."""
    from tokenizers.pre_tokenizers import ByteLevel  # noqa: PLC0415  # comes with transformers

    return list(ByteLevel.alphabet())


def z_image(folder: Path) -> Path:
    """Z-Image, the model of an operator's own: a pipeline that takes a picture and a mask."""
    torch.manual_seed(3)
    transformer = diffusers.ZImageTransformer2DModel(
        in_channels=4,
        dim=32,
        n_layers=1,
        n_refiner_layers=1,
        n_heads=2,
        n_kv_heads=2,
        cap_feat_dim=16,
        axes_dims=[8, 4, 4],
        axes_lens=[1024, 512, 512],
    )
    # Left as it is built, this pad is uninitialised memory.
    torch.nn.init.normal_(transformer.x_pad_token)
    torch.nn.init.normal_(transformer.cap_pad_token)
    encoder = transformers.Qwen3Model(
        transformers.Qwen3Config(**_qwen_sizes(), num_hidden_layers=2, max_position_embeddings=1024)
    )
    pipeline = diffusers.ZImageInpaintPipeline(
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(shift=3.0),
        vae=_autoencoder(),
        text_encoder=encoder.eval(),
        tokenizer=qwen_tokenizer(),
        transformer=transformer.eval(),
    )
    pipeline.save_pretrained(folder)
    return folder


def _autoencoder() -> Any:
    autoencoder = diffusers.AutoencoderKL(
        latent_channels=4,
        block_out_channels=(8, 8, 8, 8),
        layers_per_block=1,
        norm_num_groups=1,
        shift_factor=0.0,
        **_FOUR_LEVELS,
    )
    return autoencoder.eval()


def sdxl_inpaint(folder: Path) -> Path:
    """SDXL for inpainting, nine channels."""
    torch.manual_seed(4)
    diffusers.StableDiffusionXLInpaintPipeline(**_sdxl(channels=9)).save_pretrained(folder)
    return folder


def sdxl(folder: Path) -> Path:
    """SDXL as it is published, to be given a ControlNet."""
    torch.manual_seed(5)
    diffusers.StableDiffusionXLPipeline(**_sdxl(channels=4)).save_pretrained(folder)
    return folder


def controlnet(folder: Path) -> Path:
    """A ControlNet that fits `sdxl`."""
    torch.manual_seed(6)
    network = diffusers.ControlNetModel.from_unet(
        _unet(4), conditioning_embedding_out_channels=(8, 8, 16, 16)
    )
    for parameter in network.parameters():  # its last layers begin as zeros, which would control nothing
        torch.nn.init.normal_(parameter, std=0.2)
    network.save_pretrained(folder)
    return folder


def ip_adapter(folder: Path) -> Path:
    """An image adapter that fits `sdxl_inpaint`, beside its encoder."""
    import safetensors.torch  # noqa: PLC0415  # comes with diffusers

    torch.manual_seed(7)
    encoder = transformers.CLIPVisionModelWithProjection(
        transformers.CLIPVisionConfig(
            hidden_size=32,
            intermediate_size=37,
            num_hidden_layers=2,
            num_attention_heads=4,
            image_size=32,
            patch_size=16,
            projection_dim=32,
        )
    )
    encoder.save_pretrained(folder / "image_encoder")
    weights = {
        "image_proj.proj.weight": torch.randn(4 * 64, 32),
        "image_proj.proj.bias": torch.randn(4 * 64),
        "image_proj.norm.weight": torch.ones(64),
        "image_proj.norm.bias": torch.zeros(64),
    }
    unet = _unet(9)
    crossing = [name for name in unet.attn_processors if name.endswith("attn2.processor")]
    for index, name in enumerate(crossing):
        module = unet.get_submodule(name.removesuffix(".processor"))
        shape = module.to_k.weight.shape
        for which in ("to_k_ip", "to_v_ip"):
            weights[f"ip_adapter.{2 * index + 1}.{which}.weight"] = torch.randn(shape)
    safetensors.torch.save_file(weights, folder / "ip-adapter.safetensors")
    return folder


def _unet(channels: int) -> Any:
    return diffusers.UNet2DConditionModel(
        block_out_channels=(32, 64),
        layers_per_block=1,
        sample_size=32,
        in_channels=channels,
        out_channels=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        attention_head_dim=(2, 4),
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        transformer_layers_per_block=(1, 2),
        projection_class_embeddings_input_dim=80,  # 6 times and sizes of 8, and 32 of the pooled text
        cross_attention_dim=64,
    )


def _sdxl(*, channels: int) -> dict[str, Any]:
    text = transformers.CLIPTextConfig(
        hidden_size=32,
        intermediate_size=37,
        projection_dim=32,
        num_attention_heads=4,
        num_hidden_layers=3,
        vocab_size=1000,
        eos_token_id=513,
        pad_token_id=513,
        bos_token_id=512,
    )
    return {
        "unet": _unet(channels).eval(),
        "scheduler": diffusers.EulerDiscreteScheduler(beta_schedule="scaled_linear"),
        "vae": _autoencoder(),
        "text_encoder": transformers.CLIPTextModel(text).eval(),
        "text_encoder_2": transformers.CLIPTextModelWithProjection(text).eval(),
        "tokenizer": clip_tokenizer(),
        "tokenizer_2": clip_tokenizer(),
    }


def clip_tokenizer() -> Any:
    """A tokenizer whose words are the 256 bytes, within a word and at its end."""
    signs = sorted(_bytes())
    words = [*signs, *(f"{sign}</w>" for sign in signs), "<|startoftext|>", "<|endoftext|>"]
    vocabulary = {word: index for index, word in enumerate(words)}
    return transformers.CLIPTokenizer(vocab=vocabulary, merges=[], model_max_length=77)


def qwen_edit() -> Any:
    """Qwen-Image-Edit 2511, loaded. Its own processor needs torchvision, so a small one stands in."""
    torch.manual_seed(8)
    pictured = ("<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>")
    tokenizer = qwen_tokenizer(*pictured)
    start, end, image, video = tokenizer.convert_tokens_to_ids(list(pictured))
    encoder = transformers.Qwen2_5_VLForConditionalGeneration(
        transformers.Qwen2_5_VLConfig(
            text_config={
                **{name: size for name, size in _qwen_sizes().items() if name != "head_dim"},
                "num_hidden_layers": 2,
                "max_position_embeddings": 4096,
                "rope_parameters": {"rope_type": "default", "mrope_section": [1, 1, 2], "rope_theta": 1e6},
                "bos_token_id": None,
                "eos_token_id": None,
            },
            vision_config={
                "depth": 2,
                "hidden_size": 16,
                "intermediate_size": 16,
                "num_heads": 2,
                "out_hidden_size": 16,
                "fullatt_block_indexes": [1],
            },
            vision_start_token_id=start,
            vision_end_token_id=end,
            image_token_id=image,
            video_token_id=video,
        )
    )
    autoencoder = diffusers.AutoencoderKLQwenImage(
        base_dim=8, z_dim=4, dim_mult=[1] * 4, num_res_blocks=1, latents_mean=[0.0] * 4, latents_std=[1.0] * 4
    )
    transformer = diffusers.QwenImageTransformer2DModel(
        in_channels=16,
        out_channels=4,
        num_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=16,
        axes_dims_rope=(8, 4, 4),
    )
    return diffusers.QwenImageEditPlusPipeline(
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True),
        vae=autoencoder.eval(),
        text_encoder=encoder.eval(),
        tokenizer=tokenizer,
        processor=_Processor(tokenizer),
        transformer=transformer.eval(),
    )


class _Processor:
    """Texts and pictures to a network's inputs, one token for each 28 × 28 pixels of a picture."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._images = transformers.Qwen2VLImageProcessorPil(max_pixels=112 * 112)

    def __call__(self, *, text: list[str], images: list[Any], padding: bool, return_tensors: str) -> Any:
        seen = self._images(images=images, return_tensors=return_tensors)
        spelled = []
        for each in text:
            begin, *rest = each.split("<|image_pad|>")
            counts = [int(grid.prod()) // 4 for grid in seen["image_grid_thw"]]
            after = zip(counts, rest, strict=True)
            spelled.append(begin + "".join("<|image_pad|>" * count + words for count, words in after))
        words = self._tokenizer(spelled, padding=padding, return_tensors=return_tensors)
        return transformers.BatchFeature({**words, **seen})


def lora(folder: Path, pipeline: Any) -> Path:
    """A LoRA that fits the pipeline's UNet, in a file as published ones are."""
    import peft  # noqa: PLC0415  # an extra

    torch.manual_seed(9)
    pipeline.unet.add_adapter(peft.LoraConfig(r=2, init_lora_weights=False, target_modules=["to_k", "to_q"]))
    layers = peft.get_peft_model_state_dict(pipeline.unet)
    type(pipeline).save_lora_weights(folder, unet_lora_layers=layers, weight_name="lora.safetensors")
    return folder


@functools.cache
def built(name: str) -> Path:
    """A model's folder, built when it is first wanted and removed with the tests' process."""
    makers: dict[str, Callable[[Path], Path]] = {
        "klein-fast": functools.partial(klein, distilled=True),
        "klein-regular": functools.partial(klein, distilled=False),
        "z-image": z_image,
        "sdxl-inpaint": sdxl_inpaint,
        "sdxl": sdxl,
        "controlnet": controlnet,
        "ip-adapter": ip_adapter,
        "lora": lambda folder: lora(
            folder, diffusers.StableDiffusionXLPipeline.from_pretrained(built("sdxl"))
        ),
    }
    return makers[name](_home() / name)


@functools.cache
def _home() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="tiny-models-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
