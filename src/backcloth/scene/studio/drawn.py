"""From a scene to its plate, with what there is to say about it."""

from __future__ import annotations

from dataclasses import replace

from backcloth.domain.placement import Shadow
from backcloth.domain.provenance import Origin
from backcloth.scene.protocol import Plate, SceneJob
from backcloth.scene.studio.describe import asks_behind, describe
from backcloth.scene.studio.props.dress import left_out
from backcloth.scene.studio.render import draw, set_up, share_behind
from backcloth.scene.studio.scene import Scene
from backcloth.scene.studio.spec import to_plain
from backcloth.scene.studio.understand import Understanding

VERSION = "3"
"""Part of the fingerprint: raised whenever the same job would give other bytes."""


def drawn(scene: Scene, job: SceneJob, understood: Understanding | None) -> Plate:
    """The plate of a scene.

    Args:
        scene: What to draw.
        job: The job; its background is not looked at.
        understood: The reading that the scene came from; None where it was spelled out.
    """
    if job.shadow is not Shadow.AUTO:
        scene = replace(scene, shadow=job.shadow.value)
    stage = set_up(scene, job.subject, job.matte, job.seed)
    hidden = asks_behind(scene) and share_behind(stage) < _SEEN
    sentence = describe(replace(scene, backdrop="", backdrop_colour=None) if hidden else scene)
    record = {"spec": to_plain(scene)}
    if understood:
        record["match"] = {"score": understood.score, "scene": understood.meant}
    return Plate(
        picture=draw(stage),
        engine=f"studio {VERSION} (procedural studio, not a generative model)",
        scene=sentence,
        notices=(*(_notices(understood) if understood else ()), *_hidden(scene, hidden=hidden)),
        refined_prompt=sentence,
        record=record,
        origin=Origin.DRAWN,
    )


def _hidden(scene: Scene, *, hidden: bool) -> tuple[str, ...]:
    """What the scene asks for that this picture of it has no room for."""
    props = left_out(scene)
    said = (f"There is no place for {' and '.join(props)} in this scene.",) if props else ()
    return (*said, _OUTSIDE) if hidden else said


_SEEN = 0.04
"""Share of the plate's height that has to show what was asked to stand behind."""

_OUTSIDE = "What stands behind lies outside the picture: the subject is seen from above."


def _notices(understood: Understanding) -> tuple[str, ...]:
    notices: list[str] = []
    if understood.unread:
        notices.append(
            "The prompt was read by the studio's vocabulary alone: its network of meanings cannot run here."
        )
    if not understood.matched:
        notices.append(
            "The prompt names no place or surface that the procedural studio can draw: "
            "a neutral studio stands in."
        )
    elif understood.guessed:
        notices.append(f"Understood by its meaning, as the studio's scene “{understood.meant}”.")
    if understood.unmet:
        notices.append(f"Not drawn: {', '.join(understood.unmet)}.")
    return tuple(notices)
