from __future__ import annotations

from typing import Any

from supply.sbom import completed

from backcloth.cutout.weights import U2NETP


def bill() -> dict[str, Any]:
    """As the tool makes it, shortened."""
    component = {
        "type": "library",
        "bom-ref": "line-1",
        "version": "1",
        "description": "line 1: hashes and hashes",
    }
    names = ("pillow", "some-package-for-other-machines")
    return {
        "metadata": {"component": {"bom-ref": "root"}},
        "components": [{**component, "name": name, "bom-ref": name} for name in names],
        "dependencies": [],
    }


def test_the_bill_names_licences_and_weights() -> None:
    """What is installed has its licence, what is not has none, and the network we carry is a component."""
    pillow, other, weights = completed(bill())["components"]
    assert pillow["licenses"] == [{"expression": "MIT-CMU", "acknowledgement": "declared"}]
    assert "licenses" not in other
    assert weights["type"] == "machine-learning-model"
    assert weights["hashes"] == [{"alg": "SHA-256", "content": U2NETP.sha256}]


def test_the_service_depends_on_every_component() -> None:
    """A reader that starts at the root finds all of them."""
    done = completed(bill())
    root, *others = done["dependencies"]
    parts = [component["bom-ref"] for component in done["components"]]
    assert root == {"ref": "root", "dependsOn": sorted(parts)}
    assert sorted(each["ref"] for each in others) == sorted(parts)
