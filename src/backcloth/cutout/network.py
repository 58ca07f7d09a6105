"""Networks that map the subject of a photo."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from backcloth.cutout.half_pixel import plain_half_pixel
from backcloth.cutout.spec import Map, NetworkSpec, Pixels
from backcloth.cutout.weights import WeightsInvalid, WeightsUnavailable
from backcloth.errors import one_line

CPU = ("CPUExecutionProvider",)

_TYPES: dict[str, npt.DTypeLike] = {"tensor(float)": np.float32, "tensor(float16)": np.float16}


class Network(Protocol):
    """Something that maps the subject of a thumbnail."""

    @property
    def spec(self) -> NetworkSpec:
        """How it is fed and read."""
        ...

    def map(self, thumbnail: Pixels) -> Map:
        """How likely each pixel of the thumbnail, (h, w, 3) uint8 sRGB, is the subject: (h, w) float32, 0..1.

        Raises:
            ValueError: the network gave no map.
        """
        ...


class OnnxNetwork:
    """A network in an ONNX file, run by onnxruntime.

    Args:
        path: The file.
        spec: How it is fed and read.
        threads: Threads for one picture.
        providers: onnxruntime's execution providers, the preferred one first.
        plain: Whether nothing in the network is resized to a side of one pixel; it may then run faster.

    Raises:
        WeightsUnavailable: the preferred provider cannot run here.
        WeightsInvalid: onnxruntime cannot load the file, or the network does not fit the spec.
    """

    def __init__(
        self,
        path: Path,
        spec: NetworkSpec,
        *,
        threads: int,
        providers: tuple[str, ...] = CPU,
        plain: bool = False,
    ) -> None:
        import onnxruntime  # noqa: PLC0415 - heavy, and needed only where a network runs

        self.spec = spec
        lacking = set(providers) - set(onnxruntime.get_available_providers())
        if lacking:
            raise WeightsUnavailable(f"this onnxruntime has no {', '.join(sorted(lacking))}")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # Waiting threads that spin take the processor from the other stages and win no throughput here.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        if providers == CPU:
            _share_memory()
            options.add_session_config_entry("session.use_env_allocators", "1")
        try:
            # By its path a network finds weights that lie in files beside it.
            network = plain_half_pixel(path.read_bytes()) if plain else path
            self._session = onnxruntime.InferenceSession(network, options, providers=list(providers))
        except Exception as error:
            # onnxruntime raises a dozen types of its own, with nothing common above them.
            raise WeightsInvalid(f"{path} cannot be loaded: {one_line(error)}") from error
        # Where a provider's libraries are missing, onnxruntime takes the next one and only logs it.
        if self._session.get_providers()[0] != providers[0]:
            raise WeightsUnavailable(f"{providers[0]} cannot run here: its libraries are missing")
        self._input, self._type = _input(self._session, spec)
        self._output = _output(self._session, spec)

    def map(self, thumbnail: Pixels) -> Map:
        """See Network."""
        batch = self.spec.batch(thumbnail).astype(self._type, copy=False)
        (result,) = self._session.run([self._output], {self._input: batch})
        return self.spec.map(result)


@functools.cache
def _share_memory() -> None:
    """Lets all networks of the process draw on one pool: what one has done with, the next one takes."""
    import onnxruntime  # noqa: PLC0415 - as above

    pool = onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR
    memory = onnxruntime.OrtMemoryInfo("Cpu", pool, 0, onnxruntime.OrtMemType.DEFAULT)
    onnxruntime.create_and_register_allocator(memory, None)


def _input(session: Any, spec: NetworkSpec) -> tuple[str, npt.DTypeLike]:
    """The name and type of the network's one input; names instead of numbers in its shape fit any size."""
    inputs = session.get_inputs()
    if len(inputs) != 1 or inputs[0].type not in _TYPES:
        found = ", ".join(f"{value.name} of {value.type}" for value in inputs)
        raise WeightsInvalid(f"the network has to take one picture of floats, but takes {found}")
    wide, high = spec.size
    due, shape = (1, 3, high, wide), inputs[0].shape
    if len(shape) != 4 or any(isinstance(has, int) and has != d for has, d in zip(shape, due, strict=True)):
        raise WeightsInvalid(f"the network takes pictures of shape {shape}, not {list(due)}")
    return inputs[0].name, _TYPES[inputs[0].type]


def _output(session: Any, spec: NetworkSpec) -> str:
    names = [value.name for value in session.get_outputs()]
    if isinstance(spec.output, str):
        if spec.output in names:
            return spec.output
    elif spec.output < len(names):
        return str(names[spec.output])
    raise WeightsInvalid(f"the network has no output {spec.output!r}; it has {', '.join(names)}")
