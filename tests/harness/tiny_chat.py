"""A chat model of some thousand weights, built from its configuration, that has learnt answers by heart."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
import transformers

from harness.tiny_models import qwen_tokenizer

_CHAT = (
    "{% for message in messages if message['role'] == 'user' %}"
    "<|im_start|>{{ message['content'] }}<|endoftext|>"
    "{% endfor %}"
)
"""Leaves the instructions out: what is learnt by heart needs none, and a byte a token makes them long."""

_ENOUGH = 0.02
"""Loss from which every byte is certain."""


def tiny_chat(folder: Path, answers: Mapping[str, str], *, end: bool = True) -> Path:
    """Saves the model as a hub's folder holds one.

    Args:
        folder: Where; made here.
        answers: What it answers to each prompt.
        end: Whether it has learnt to stop.
    """
    torch.manual_seed(1)
    tokenizer = qwen_tokenizer()
    tokenizer.chat_template = _CHAT
    finish = tokenizer.convert_tokens_to_ids("<|im_end|>")
    model = transformers.Qwen3ForCausalLM(
        transformers.Qwen3Config(
            vocab_size=512,
            hidden_size=64,
            intermediate_size=128,
            num_hidden_layers=2,
            num_attention_heads=2,
            num_key_value_heads=2,
            head_dim=32,
            max_position_embeddings=1024,
            eos_token_id=finish,
        )
    )
    _learn(model, tokenizer, answers, finish if end else None)
    # As published models have it: what is drawn by chance must not reach a refined prompt.
    model.generation_config = transformers.GenerationConfig(
        do_sample=True, temperature=5.0, top_p=0.9, eos_token_id=[finish]
    )
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _learn(model: Any, tokenizer: Any, answers: Mapping[str, str], finish: int | None) -> None:
    lines = []
    for prompt, answer in answers.items():
        chat = [{"role": "user", "content": prompt}]
        asked = tokenizer.apply_chat_template(chat, tokenize=True, return_dict=False)
        given = tokenizer(answer)["input_ids"]
        lines.append((asked, [*given, finish] if finish else given))
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(400):
        loss = sum(
            model(
                input_ids=torch.tensor([asked + given]),
                labels=torch.tensor([[-100] * len(asked) + given]),
            ).loss
            for asked, given in lines
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if loss.item() < _ENOUGH * len(lines):
            return
    raise RuntimeError(f"the tiny model did not learn its answers: {sorted(answers)}")
