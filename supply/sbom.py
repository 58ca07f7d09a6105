"""`make sbom`: a CycloneDX bill of materials of the service's own closure, from the lock file.

cyclonedx-py reads the lock file; added here are what it cannot know: the licences that the installed packages
state, the network weights that the package carries, and that the service depends on all of it. The same lock
file gives the same bytes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

from backcloth import __version__
from backcloth.cutout.weights import U2NETP
from supply.licences import stated
from supply.lock import BASE, ROOT

OUTPUT = ROOT / "dist" / f"backcloth-{__version__}.cdx.json"


def described(tool: Path) -> dict[str, Any]:
    """What cyclonedx-py makes of the lock file.

    Raises:
        subprocess.CalledProcessError: the tool failed.
        OSError: it is not there.
    """
    options = (
        "--pyproject",
        str(ROOT / "pyproject.toml"),
        "--output-reproducible",
        "--output-format",
        "JSON",
    )
    command = [str(tool), "requirements", str(BASE), *options, "--mc-type", "application"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    bill: dict[str, Any] = json.loads(done.stdout)
    return bill


def completed(bill: dict[str, Any]) -> dict[str, Any]:
    """The bill with licences, weights and the service's dependencies."""
    for component in bill["components"]:
        # The tool quotes the line of the lock file here, hashes and all, which stand beside it anyway.
        component.pop("description", None)
        licence = _licence(component["name"])
        if licence:
            component["licenses"] = [{"expression": licence, "acknowledgement": "declared"}]
    bill["components"].append(
        {
            "type": "machine-learning-model",
            "bom-ref": f"weights-{U2NETP.name}",
            "name": U2NETP.name,
            "hashes": [{"alg": "SHA-256", "content": U2NETP.sha256}],
            "licenses": [{"expression": U2NETP.licence, "acknowledgement": "declared"}],
        }
    )
    root = bill["metadata"]["component"]["bom-ref"]
    parts = sorted(component["bom-ref"] for component in bill["components"])
    bill["dependencies"] = [{"ref": root, "dependsOn": parts}, *({"ref": part} for part in parts)]
    return bill


def _licence(package: str) -> str:
    """Empty for a package that other machines install and this one does not."""
    try:
        return stated(metadata(package))
    except PackageNotFoundError:
        return ""


def main(tool: Path) -> int:
    """Writes the bill."""
    bill = completed(described(tool))
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps(bill, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{OUTPUT.relative_to(ROOT)}: {len(bill['components'])} components")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
