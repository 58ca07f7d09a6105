"""From a prompt to a scene: known words decide, the nearest named scene fills in what they leave open."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace

from backcloth.language.embedding import EmbeddingUnavailable
from backcloth.scene.studio.catalogue import Named
from backcloth.scene.studio.meaning import Meaning, Nearest
from backcloth.scene.studio.parse import OUTDOORS, Parsed, lit, parse
from backcloth.scene.studio.scene import ROOMS, STANDS, Scene

THRESHOLD = 0.5
"""Score from which a prompt counts as understood; measured by `python -m bench.studio.words`."""

_NEAR = 0.42
"""Nearness from which a named scene may fill in what words leave open."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a prompt was taken to ask for.

    Attributes:
        scene: What will be drawn.
        score: How sure it is that the scene is what the prompt asks for, 0..1.
        matched: False where nothing was understood and the neutral studio stands in.
        meant: The named scene that filled in what known words left open; empty where none did.
        guessed: Whether the setting itself is that scene's, because no word that says much named one.
        unmet: Words that ask for something the studio does not draw, in the prompt's order.
        unread: Whether unknown words were left at that because the network of meanings cannot run here.
    """

    scene: Scene
    score: float
    matched: bool
    meant: str
    guessed: bool
    unmet: tuple[str, ...]
    unread: bool = False


def understand(
    prompt: str, negative: str = "", meaning: Meaning | None = None, threshold: float = THRESHOLD
) -> Understanding:
    """Reads a prompt.

    Args:
        prompt: The scene in words.
        negative: What it should not show; only what the studio could draw makes a difference.
        meaning: Finds named scenes; None reads by the vocabulary alone.
        threshold: Score below which a scene that no word names is not drawn.
    """
    parsed = parse(prompt, negative)
    try:
        nearest = _nearest(parsed, meaning)
    except EmbeddingUnavailable:
        return replace(_by_words(parsed, _score(parsed, None), threshold), unread=True)
    score = _score(parsed, nearest)
    trusted = parsed.strong or score >= threshold
    if nearest is None or nearest.nearness < _NEAR or not trusted:
        return _by_words(parsed, score, threshold)
    return Understanding(
        _merged(parsed, nearest.named),
        score,
        matched=True,
        meant=nearest.named.name,
        guessed=not parsed.strong,
        unmet=parsed.unmet,
    )


def _by_words(parsed: Parsed, score: float, threshold: float) -> Understanding:
    coloured = parsed.scene.setting == "sweep" and "backdrop_colour" in parsed.said
    named = parsed.strong or coloured or "surface" in parsed.said
    matched = named or (parsed.placed and score >= threshold)
    # A light that was named falls on the neutral studio too.
    scene = parsed.scene if matched else lit(Scene("sweep"), parsed.lights, "")
    return Understanding(scene, score, matched, "", guessed=False, unmet=parsed.unmet)


def _nearest(parsed: Parsed, meaning: Meaning | None) -> Nearest | None:
    """The named scene that is nearest; None where none is needed."""
    understood = parsed.placed and not parsed.unmet
    if meaning is None or understood or not _readable(parsed.wanted):
        return None
    return meaning.nearest(parsed.wanted, _fitting(parsed))


def _readable(text: str) -> bool:
    """Whether most letters are of the script that the network was trained on."""
    letters = [mark for mark in text if mark.isalpha()]
    latin = sum("LATIN" in unicodedata.name(mark, "") for mark in letters)
    return 2 * latin > len(letters)


def _fitting(parsed: Parsed) -> Callable[[Named], bool]:
    """Named scenes that do not contradict the words."""
    setting = parsed.scene.setting
    if parsed.strong:
        return lambda named: named.scene.setting == setting
    if "setting" not in parsed.said or setting == "sweep":
        bare = parsed.scene.surface in ("", "plaster", "paper")
        return lambda named: bare or named.scene.setting != "sweep"
    kin = OUTDOORS if setting in OUTDOORS else ROOMS | STANDS | {"sweep", "stage"}
    return lambda named: named.scene.setting in kin


def _score(parsed: Parsed, nearest: Nearest | None) -> float:
    if nearest is None:
        return parsed.share if parsed.placed else 0.0
    evidence = -1.0 + 2.0 * parsed.share + 6.0 * nearest.margin + 1.0 * parsed.strong
    return round(1.0 / (1.0 + math.exp(-evidence)), 3)


def _merged(parsed: Parsed, named: Named) -> Scene:
    """The named scene with everything that words decided in its place."""
    base, said, worded = named.scene, parsed.said, parsed.scene
    elsewhere = {"setting", "light", "backdrop_colour"}
    given = {name: getattr(worded, name) for name in said - elsewhere}
    if "surface" in said or "surface_colour" in said:
        given |= {"surface": worded.surface or base.surface, "surface_colour": worded.surface_colour}
    if "backdrop" in said:
        given["backdrop_colour"] = None
    if "backdrop_colour" in said and base.setting in _BACKED:
        given["backdrop_colour"] = worded.backdrop_colour
    scene = replace(base, **given)
    if parsed.lights or "weather" in said:
        pattern = scene.pattern
        scene = replace(scene, light_colour=worded.light_colour, second_colour=worded.second_colour)
        scene = lit(scene, parsed.lights, scene.weather)
        scene = replace(scene, pattern=pattern)
    props = tuple(name for name in scene.props if name not in parsed.denied)
    return replace(scene, props=props, backdrop="" if scene.backdrop in parsed.denied else scene.backdrop)


_BACKED = STANDS | {"sweep", "stage", "gallery", "beach"}
"""Settings whose backdrop has a colour."""
