"""A prompt refiner that has a language model write, reads what it wrote, and else stands by the rules."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from typing import Protocol

import structlog

from backcloth.prompting.fidelity import objection
from backcloth.prompting.protocol import PromptRefiner, Refined
from backcloth.prompting.rules import may_refine, tidied

_log = structlog.get_logger(__name__)

KEPT = 4096
"""Answers remembered, the ones used last: at 60 words each, about 2 MiB."""

_THOUGHTS = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
_QUOTED = re.compile(r"\A([\"'“])(.*)[\"'”]\Z", re.DOTALL)


class NoAnswer(Exception):
    """The language model gave no answer. The text ends the sentence "the language model …"."""


class RefinerUnavailable(OSError):
    """A refiner that was asked for cannot run. The text says what is missing."""


class Writer(Protocol):
    """A language model that rewrites prompts as `instructions.py` says."""

    @property
    def name(self) -> str:
        """Which model it is, for the log."""
        ...

    def write(self, prompt: str, seed: int) -> str:
        """Its answer as it came. Takes a bounded time; safe to call from several threads.

        Raises:
            NoAnswer: there is none.
        """
        ...


class WritingRefiner:
    """Lets a language model refine, and the rules where it does not answer or its answer is not faithful.

    What was once answered for a prompt and a seed is answered again as long as it is remembered, also when
    the model would answer something else by now; so is a refused answer. No answer is not remembered: the
    next job asks again.

    Args:
        writer: The language model.
        rules: Who refines when it cannot.
        kept: Answers remembered.
    """

    def __init__(self, writer: Writer, rules: PromptRefiner, kept: int = KEPT) -> None:
        self._writer = writer
        self._rules = rules
        self._kept = kept
        self._known: OrderedDict[tuple[str, int], Refined] = OrderedDict()
        self._lock = threading.Lock()

    def refine(self, prompt: str, seed: int) -> Refined:
        """The model's words; or the rules' words and a notice that says why.

        Prompts that leave nothing to refine, or that nobody here could check, come back as the rules leave
        them, and no model is asked.
        """
        if not may_refine(prompt):
            return self._rules.refine(prompt, seed)
        key = (tidied(prompt), seed)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        try:
            answer = _bare(self._writer.write(prompt, seed))
        except NoAnswer as problem:
            return self._by_rules(prompt, seed, str(problem), problem.__cause__)
        except Exception as problem:  # noqa: BLE001  # libraries raise what they like, and the job can go on
            return self._by_rules(prompt, seed, "failed", problem)
        why = objection(prompt, answer)
        refined = self._by_rules(prompt, seed, f"gave an answer that {why}") if why else Refined(answer)
        with self._lock:
            first = self._known.setdefault(key, refined)
            if len(self._known) > self._kept:
                self._known.popitem(last=False)
        return first

    def _by_rules(self, prompt: str, seed: int, why: str, cause: BaseException | None = None) -> Refined:
        model, reason = self._writer.name, repr(cause) if cause else why
        _log.warning("prompt_refined_by_rules", model=model, reason=reason)
        notice = f"refine_prompt: the language model {why}; the prompt was refined by fixed rules instead."
        refined = self._rules.refine(prompt, seed)
        return Refined(refined.text, (*refined.notices, notice))


def _bare(answer: str) -> str:
    """The answer without what a model thought aloud before it and the quotation marks around it."""
    said = _THOUGHTS.sub("", answer).strip()
    quoted = _QUOTED.match(said)
    return quoted[2].strip() if quoted else said
