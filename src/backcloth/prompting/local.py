"""A small language model in this process, from a folder of the operator's, through transformers.

The folder is what a hub's repository of a chat model holds: `config.json`, the weights as safetensors, and a
tokenizer with its chat template. Nothing is downloaded and no code in the folder runs.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

from backcloth.errors import one_line
from backcloth.prompting.instructions import MAX_TOKENS, messages
from backcloth.prompting.writer import NoAnswer, RefinerUnavailable


def open_local(folder: Path, device: str, timeout_s: float) -> LocalWriter:
    """Loads the model and has it write one token, so that what is wrong with it shows at the start.

    Args:
        folder: Holds the model.
        device: `auto` (a GPU where there is one), or a device as torch names it.
        timeout_s: Seconds for an answer, waiting for its turn included.

    Raises:
        RefinerUnavailable: the folder, torch, transformers or the device is missing, or the folder holds no
            chat model that can be loaded.
    """
    if not (folder / "config.json").is_file():
        raise RefinerUnavailable(
            f"BACKCLOTH_REFINE_MODEL_DIR: there is no {folder / 'config.json'}: download a chat model there"
        )
    try:
        import torch  # noqa: PLC0415  # an extra, gigabytes of it
        import transformers  # noqa: PLC0415  # likewise
    except ImportError as problem:
        raise RefinerUnavailable(
            "the refiner `local` needs torch and transformers: pip install 'backcloth[torch]'"
        ) from problem
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    on_gpu = torch.cuda.is_available()
    if device.startswith("cuda") and not on_gpu:
        raise RefinerUnavailable(f"BACKCLOTH_REFINE_DEVICE is {device}, but torch finds no such GPU here")
    place = torch.device(("cuda" if on_gpu else "cpu") if device == "auto" else device)
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
        model = transformers.AutoModelForCausalLM.from_pretrained(
            folder,
            dtype="auto" if place.type == "cuda" else torch.float32,
            local_files_only=True,
            use_safetensors=True,
        )
        writer = LocalWriter(folder.name, tokenizer, model.to(place).eval(), timeout_s)
        writer.warm_up()
    except Exception as problem:
        # The files may be anything, and the libraries raise what they like.
        raise RefinerUnavailable(f"{folder} cannot be used: {one_line(problem)}") from problem
    return writer


class LocalWriter:
    """Writes greedily, one prompt at a time, so that an answer depends on prompt, weights and machine alone.

    Args:
        name: For the log.
        tokenizer: With a chat template.
        model: A causal language model, ready on its device.
        timeout_s: Seconds for an answer, waiting for its turn included.
    """

    def __init__(self, name: str, tokenizer: Any, model: Any, timeout_s: float) -> None:
        import transformers  # noqa: PLC0415  # an extra

        self.name = name
        self._tokenizer = tokenizer
        self._model = model
        self._timeout_s = timeout_s
        self._turn = threading.Lock()
        shipped = model.generation_config
        ends = shipped.eos_token_id if shipped.eos_token_id is not None else tokenizer.eos_token_id
        if ends is None:
            raise ValueError("neither the model nor its tokenizer says how an answer ends")
        self._ends = frozenset(ends if isinstance(ends, list) else [ends])
        # Built anew: sampling and penalties that a model ships with have no place here.
        model.generation_config = transformers.GenerationConfig(
            do_sample=False, num_beams=1, eos_token_id=sorted(self._ends), pad_token_id=min(self._ends)
        )

    def warm_up(self) -> None:
        """Writes one token.

        Raises:
            ValueError: the tokenizer reads nothing, as transformers makes one where its files are missing.
        """
        if "table" not in self._tokenizer.decode(self._tokenizer("a table")["input_ids"]):
            raise ValueError("its tokenizer knows no words; are all of its files there?")
        self._continue("a table", 1, float("inf"))

    def write(self, prompt: str, seed: int) -> str:
        """See Writer. The seed changes nothing."""
        del seed
        deadline = time.monotonic() + self._timeout_s
        if not self._turn.acquire(timeout=self._timeout_s):
            raise NoAnswer("was busy")
        try:
            written = self._continue(prompt, MAX_TOKENS, deadline)
        finally:
            self._turn.release()
        if written[-1] not in self._ends:
            late = time.monotonic() >= deadline
            raise NoAnswer("did not answer in time" if late else "did not come to an end")
        return str(self._tokenizer.decode(written, skip_special_tokens=True))

    def _continue(self, prompt: str, tokens: int, deadline: float) -> list[int]:
        """What the model writes after the prompt, as tokens: at least one, fewer than allowed when late."""
        asked = self._tokenizer.apply_chat_template(
            messages(prompt),
            add_generation_prompt=True,
            enable_thinking=False,  # a variable of the template; those that know none ignore it
            return_dict=True,
            return_tensors="pt",
        ).to(self._model.device)
        written = self._model.generate(**asked, max_new_tokens=tokens, stopping_criteria=[_late(deadline)])
        answer: list[int] = written[0, asked["input_ids"].shape[1] :].tolist()
        return answer


def _late(deadline: float) -> Any:
    """Stops the writing once the time is over."""
    import torch  # noqa: PLC0415  # an extra

    def late(tokens: Any, _scores: Any, **_more: Any) -> Any:
        over = time.monotonic() >= deadline
        return torch.full((tokens.shape[0],), over, dtype=torch.bool, device=tokens.device)

    return late
