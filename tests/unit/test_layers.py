"""Who may import whom: the picture in docs/architecture.md, checked."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import backcloth

SOURCE = Path(backcloth.__file__).parent

ENGINES = {"cutout", "scene", "moderation", "prompting"}
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "domain": set(),
    "settings": set(),
    "imaging": {"domain", "errors", "settings"},
    "language": {"errors"},
    "net": {"domain", "errors", "settings"},
    "storage": {"domain", "errors", "settings"},
    "accounts": {"domain", "errors", "storage"},
    **{engine: {"domain", "errors", "imaging", "language"} for engine in ENGINES},
    "pipeline": {"domain", "errors", "imaging", "net", "storage", "cutout.protocol", "cutout.subject"}
    | {f"{engine}.protocol" for engine in ENGINES},
    "jobs": {"domain", "errors", "pipeline", "storage", "net"},
    "api": {"domain", "errors", "settings", "jobs", "storage", "accounts", "net"},
    "web": set(),
}
"""Package → what of ours it may import besides itself; a dotted name allows that module alone."""

COMPOSITION = {
    "service",
    "desk",
    "around",
    "engines",
    "crew",
    "moderators",
    "text_moderator",
    "cli",
    "__main__",
    "__init__",
}


def imports(path: Path) -> set[str]:
    """What of ours a file imports, without the leading `backcloth.`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
            assert node.level == 0, f"{path}: imports are absolute"
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found |= {name.removeprefix("backcloth.") for name in names if name.startswith("backcloth.")}
    return found


def modules() -> list[Path]:
    """Every Python file of the package."""
    return sorted(SOURCE.rglob("*.py"))


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_imports_follow_the_layers(path: Path) -> None:
    """A module imports only from the layers below its own."""
    package = path.relative_to(SOURCE).parts[0].removesuffix(".py")
    if package in COMPOSITION:
        return
    allowed = MAY_IMPORT[package] | {package}
    for name in imports(path):
        layer = name.split(".")[0]
        permitted = layer in allowed or ".".join(name.split(".")[:2]) in allowed
        assert permitted, f"{package} must not import backcloth.{name}"


def test_every_package_has_a_rule() -> None:
    """A new package cannot slip past the rules."""
    packages = {path.relative_to(SOURCE).parts[0].removesuffix(".py") for path in modules()}
    assert packages - COMPOSITION == set(MAY_IMPORT)


@pytest.mark.parametrize("heavy", ["onnxruntime", "torch", "diffusers"])
def test_the_api_loads_no_engine_runtime(heavy: str) -> None:
    """A process that imports the API and the service has not loaded an inference runtime."""
    assert not _loaded("backcloth.api.app, backcloth.service", heavy)


@pytest.mark.parametrize(
    "heavy", ["cv2", "PIL", "aiohttp", "opentelemetry.sdk", "backcloth.scene.studio.render"]
)
def test_a_process_that_only_accepts_jobs_loads_nothing_that_does_them(heavy: str) -> None:
    """The command that serves loads no OpenCV, no Pillow, no HTTP client, no tracing, nothing that draws."""
    assert not _loaded("backcloth.cli.serve", heavy)


def _loaded(imported: str, module: str) -> bool:
    program = f"import sys, {imported}; sys.exit({module!r} in sys.modules)"
    return subprocess.run([sys.executable, "-c", program], check=False).returncode != 0
