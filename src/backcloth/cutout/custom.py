"""An operator's own network: an ONNX file, and a TOML file that says how to feed and read it.

For example:

    name = "my-matting"
    licence = "MIT"
    file = "my-matting.onnx"        # beside the TOML file, or an absolute path; weights inside it
    sha256 = "…"                    # of that file
    size = [512, 512]               # width and height that the network takes
    mean = [0.5, 0.5, 0.5]          # of R, G and B, on the scale 0..1
    std = [0.5, 0.5, 0.5]
    matting = true                  # false: the map says roughly where the subject is

and, where the defaults do not fit: `scale` ("255" or "max"), `output` (a name, or 0 for the first),
`activation` ("none" or "sigmoid"), `providers` (onnxruntime's, ["CPUExecutionProvider"]).
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backcloth.cutout.network import CPU, OnnxNetwork
from backcloth.cutout.spec import NetworkSpec
from backcloth.cutout.weights import WeightsInvalid, WeightsUnavailable, check_sum
from backcloth.errors import one_line

_Side = Annotated[int, Field(ge=32, le=4096)]
_Positive = Annotated[float, Field(gt=0)]
_Text = Annotated[str, Field(min_length=1, max_length=200)]


class _Fields(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    name: _Text
    licence: _Text
    file: Path
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    size: tuple[_Side, _Side]
    mean: tuple[float, float, float]
    std: tuple[_Positive, _Positive, _Positive]
    matting: bool
    scale: Literal["255", "max"] = "255"
    output: _Text | Annotated[int, Field(ge=0)] = 0
    activation: Literal["none", "sigmoid"] = "none"
    providers: Annotated[tuple[_Text, ...], Field(min_length=1)] = CPU


@dataclass(frozen=True, slots=True)
class Custom:
    """What the TOML file says, checked.

    Attributes:
        name: The operator's name for the network.
        licence: Its licence, in the operator's words.
        file: The ONNX file.
        sha256: Its checksum, in hex.
        spec: How the network is fed and read.
        matting: Whether its map is a matte, to be kept as it is.
        providers: onnxruntime's execution providers, the preferred one first.
        digest: Checksum of the TOML file.
    """

    name: str
    licence: str
    file: Path
    sha256: str
    spec: NetworkSpec
    matting: bool
    providers: tuple[str, ...]
    digest: str


def read_custom(path: Path | None) -> Custom:
    """Reads the TOML file and verifies the network's.

    Raises:
        WeightsUnavailable: no file is set, or one of the two is missing.
        WeightsInvalid: a field is missing or wrong, or the network's file fails its checksum.
    """
    if path is None:
        raise WeightsUnavailable("the preset custom needs BACKCLOTH_CUTOUT_MODEL, a TOML file")
    try:
        text = path.read_bytes()
        fields = _Fields(**tomllib.loads(text.decode()))
    except OSError as error:
        raise WeightsUnavailable(f"{path} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in wrong["loc"])
        raise WeightsInvalid(f"{path}: {field}: {wrong['msg']}") from error
    except ValueError as error:
        raise WeightsInvalid(f"{path} is no TOML: {error}") from error
    file = path.parent / fields.file
    if not file.is_file():
        raise WeightsUnavailable(f"{path}: file: there is no {file}")
    check_sum(file, fields.sha256)
    return Custom(
        name=fields.name,
        licence=fields.licence,
        file=file,
        sha256=fields.sha256,
        spec=NetworkSpec(
            size=fields.size,
            mean=fields.mean,
            std=fields.std,
            scale=fields.scale,
            output=fields.output,
            activation=fields.activation,
        ),
        matting=fields.matting,
        providers=fields.providers,
        digest=hashlib.sha256(text).hexdigest(),
    )


def open_custom(custom: Custom, *, threads: int) -> OnnxNetwork:
    """Loads the network and runs it once, so that what does not fit is found at the start.

    Raises:
        WeightsUnavailable: an execution provider cannot run here.
        WeightsInvalid: the file is no network, or the network does not do what the TOML file says.
    """
    network = OnnxNetwork(custom.file, custom.spec, threads=threads, providers=custom.providers)
    wide, high = custom.spec.size
    try:
        network.map(np.full((high, wide, 3), 128, np.uint8))
    except Exception as error:
        # onnxruntime raises a dozen types of its own, with nothing common above them.
        raise WeightsInvalid(f"{custom.name} does not run: {one_line(error)}") from error
    return network
