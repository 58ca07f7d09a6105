"""MediaPipe's selfie segmenter as a contestant: `python -m bench.cutout.peer_selfie_worker TFLITE_FILE`.

A network of 250 kB that knows people only, as video calls use it; it has no say on edge colours.
"""

from __future__ import annotations

import sys

import cv2
import numpy as np

from bench.cutout.loop import Cut, Pixels, serve


def _load() -> Cut:
    from ai_edge_litert.interpreter import (  # type: ignore[import-not-found]  # noqa: PLC0415 - only there
        Interpreter,
    )

    network = Interpreter(model_path=sys.argv[1], num_threads=2)
    network.allocate_tensors()
    given, found = network.get_input_details()[0], network.get_output_details()[0]
    side = int(given["shape"][1])

    def cut(picture: Pixels) -> Pixels:
        small = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        network.set_tensor(given["index"], small[None])
        network.invoke()
        people = network.get_tensor(found["index"])[0, :, :, 0]
        matte = cv2.resize(people, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_LINEAR)
        return np.dstack([picture, np.rint(np.clip(matte, 0, 1) * 255).astype(np.uint8)])

    return cut


serve(_load)
