"""rembg as a contestant, in its own environment: `python -m bench.cutout.peer_rembg_worker MODEL VARIANT`."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from bench.cutout.loop import Cut, Pixels, serve

_VARIANTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "putalpha": {"putalpha": True},
    "decontaminated": {"decontaminate": True},
    "matting": {"alpha_matting": True},
}
"""Its options, all else as it comes. `plain` gives colours that are multiplied by alpha already, which its
PNG and its own background colour then multiply again; `putalpha` leaves the photo's colours alone."""


def _load() -> Cut:
    import rembg  # type: ignore[import-not-found]  # noqa: PLC0415 - only the peer's environment has it

    model, variant = sys.argv[1:]
    session = rembg.new_session(model)
    options = _VARIANTS[variant]

    def cut(picture: Pixels) -> Pixels:
        return np.asarray(rembg.remove(picture, session=session, **options))

    return cut


serve(_load)
