"""Moderators of the real architectures with a few thousand weights, saved as a hub's folder holds them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
import transformers
from PIL import Image

from harness.tiny_models import byte_tokenizer

LABELS = ("normal", "nsfw", "gore")

_SHIELD_CHAT = (
    "{% for message in messages %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<start_of_image>{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}{% endfor %}"
)
_GUARD_CHAT = (
    "{% for message in messages %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<|image|>{% endif %}{% endfor %}{% endfor %}?"
)

_BEGIN, _END = "<|endoftext|>", "<|eot_id|>"

_ENOUGH = 0.02
"""Loss from which every byte is certain."""


def tiny_classifier(folder: Path, *, several: bool = False) -> Path:
    """A vision transformer with three labels, by chance, which exclude each other unless `several`."""
    torch.manual_seed(1)
    config = transformers.ViTConfig(
        **_vision(image_size=32, patch_size=16),
        id2label=dict(enumerate(LABELS)),
        label2id={label: place for place, label in enumerate(LABELS)},
        problem_type="multi_label_classification" if several else "single_label_classification",
    )
    transformers.ViTForImageClassification(config).save_pretrained(folder)
    transformers.ViTImageProcessor(size={"height": 32, "width": 32}).save_pretrained(folder)
    return folder


def tiny_shield(folder: Path, *, yes: str = "Y", no: str = "N") -> Path:
    """ShieldGemma 2, by chance. It answers by the words given: which is which is up to its configuration."""
    torch.manual_seed(2)
    named = {
        "image_token": "<image_soft_token>",
        "boi_token": "<start_of_image>",
        "eoi_token": "<end_of_image>",
    }
    tokenizer = byte_tokenizer("<|endoftext|>", *named.values(), extra_special_tokens=named)
    config = transformers.ShieldGemma2Config(
        text_config=_text(num_hidden_layers=2, head_dim=16, max_position_embeddings=2048, sliding_window=512),
        vision_config=_vision(image_size=32, patch_size=8),
        mm_tokens_per_image=4,
        boi_token_index=tokenizer.boi_token_id,
        eoi_token_index=tokenizer.eoi_token_id,
        image_token_index=tokenizer.image_token_id,
        image_token_id=tokenizer.image_token_id,
        yes_token_index=tokenizer.convert_tokens_to_ids(yes),
        no_token_index=tokenizer.convert_tokens_to_ids(no),
    )
    transformers.ShieldGemma2ForImageClassification(config).save_pretrained(folder)
    pictures = transformers.Gemma3ImageProcessor(size={"height": 32, "width": 32}, do_pan_and_scan=False)
    transformers.ShieldGemma2Processor(
        pictures, tokenizer, chat_template=_SHIELD_CHAT, image_seq_length=4
    ).save_pretrained(folder)
    return folder


def tiny_llama_guard(folder: Path, answers: Mapping[tuple[int, int, int], str]) -> Path:
    """Llama Guard 3 Vision, which has learnt what to write about pictures of one colour each."""
    torch.manual_seed(3)
    tokenizer = byte_tokenizer(
        _BEGIN,
        _END,
        "<|image|>",
        bos_token=_BEGIN,
        eos_token=_END,
        pad_token=_BEGIN,
    )
    tokenizer.add_special_tokens({"additional_special_tokens": ["<|image|>"]})
    pictures = transformers.MllamaImageProcessor(size={"height": 28, "width": 28}, max_image_tiles=1)
    processor = transformers.MllamaProcessor(pictures, tokenizer, chat_template=_GUARD_CHAT)
    sizes = {**_text(num_hidden_layers=3, max_position_embeddings=256), "hidden_size": 64}
    config = transformers.MllamaConfig(
        text_config={
            **sizes,
            "cross_attention_layers": [1],
            "pad_token_id": tokenizer.pad_token_id,
            "bos_token_id": tokenizer.bos_token_id,
            "eos_token_id": tokenizer.eos_token_id,
            "rope_scaling": {"rope_type": "default"},
        },
        vision_config={
            "hidden_size": 32,
            "intermediate_size": 32,
            "num_hidden_layers": 1,
            "num_global_layers": 1,
            "attention_heads": 2,
            "image_size": 28,
            "patch_size": 14,
            "max_num_tiles": 1,
            "vision_output_dim": 64,
            "intermediate_layers_indices": [0],
            "supported_aspect_ratios": [[1, 1]],
        },
        image_token_index=tokenizer.convert_tokens_to_ids("<|image|>"),
    )
    model = transformers.MllamaForConditionalGeneration(config)
    _learn(model, processor, tokenizer, answers)
    # As published models have it: what is drawn by chance must not become a verdict.
    model.generation_config = transformers.GenerationConfig(
        do_sample=True,
        temperature=5.0,
        eos_token_id=[tokenizer.eos_token_id],
        pad_token_id=tokenizer.pad_token_id,
    )
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def _text(**more: int) -> dict[str, Any]:
    return {
        "vocab_size": 512,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_attention_heads": 2,
        "num_key_value_heads": 2,
        "pad_token_id": 0,
        **more,
    }


def _vision(**more: int) -> dict[str, Any]:
    sizes = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    return {**sizes, **more}


def _learn(model: Any, processor: Any, tokenizer: Any, answers: Mapping[tuple[int, int, int], str]) -> None:
    lessons = []
    for colour, answer in answers.items():
        picture = {"type": "image", "image": Image.new("RGB", (40, 40), colour)}
        asked = processor.apply_chat_template(
            [{"role": "user", "content": [picture]}],
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
        )
        lessons.append(_lesson(asked, [*tokenizer(answer)["input_ids"], tokenizer.eos_token_id]))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # work this small only waits for its threads
    try:
        optimiser = torch.optim.AdamW(model.parameters(), lr=1e-2)
        for _ in range(400):
            loss = sum(model(**lesson).loss for lesson in lessons)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            if loss.item() < _ENOUGH * len(lessons):
                return
    finally:
        torch.set_num_threads(threads)
    raise RuntimeError("the tiny guard did not learn its answers")


def _lesson(asked: Any, given: list[int]) -> dict[str, Any]:
    before = asked["input_ids"].shape[1]
    ids = torch.cat([asked["input_ids"], torch.tensor([given])], 1)
    seen = asked["cross_attention_mask"]
    return {
        **asked,
        "input_ids": ids,
        "attention_mask": torch.ones_like(ids),
        "cross_attention_mask": torch.cat([seen, seen[:, -1:].repeat(1, len(given), 1, 1)], 1),
        "labels": torch.cat([torch.full((1, before), -100), torch.tensor([given])], 1),
    }
