"""`make audit`: asks a database of advisories about every locked version.

Ends with 0 where the database knows all of them and has nothing against any, with 1 where it has, and with 2
where it could not be asked, does not know a package, or does not even know an old version full of holes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from supply.lock import LOCKS, Locked, locked

CANARY = Locked("pillow", "9.0.0", here=True, hashes=("0" * 64,))
"""A version with published holes (CVE-2022-22817 and others): a database that does not know them is none."""

Ask = Callable[[Iterable[Locked]], list[dict[str, Any]]]
"""Gives the database's word on each package, as pip-audit's JSON has it."""


class NoAnswer(RuntimeError):
    """The database could not be asked."""


def ask(packages: Iterable[Locked]) -> list[dict[str, Any]]:
    """By pip-audit, which asks pypi.org; with AUDIT_OSV_URL in the environment, an OSV server there.

    Raises:
        NoAnswer: it could not.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "requirements.txt"
        path.write_text("".join(_line(package) for package in packages), encoding="utf-8")
        options = ("--disable-pip", "--require-hashes", "--progress-spinner", "off", "--format", "json")
        mirror = os.environ.get("AUDIT_OSV_URL")
        service = ("--vulnerability-service", "osv", "--osv-url", mirror) if mirror else ()
        command = [sys.executable, "-m", "pip_audit", *options, *service, "-r", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        answer: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        lines = done.stderr.strip().splitlines() or ["no reason was given"]
        raise NoAnswer(lines[-1][:300]) from None
    return answer


def _line(package: Locked) -> str:
    hashes = " ".join(f"--hash=sha256:{each}" for each in package.hashes)
    return f"{package.name}=={package.version} {hashes}\n"


def rounds(packages: Iterable[Locked]) -> Iterator[list[Locked]]:
    """Every version once, in lists that hold no package twice, which is what pip-audit can take."""
    left = list({(package.name, package.version): package for package in packages}.values())
    while left:
        first: dict[str, Locked] = {}
        for package in left:
            first.setdefault(package.name, package)
        yield list(first.values())
        left = [package for package in left if first[package.name] is not package]


def audit(packages: Sequence[Locked], ask: Ask) -> tuple[int, list[str]]:
    """The exit status, and what to print."""
    try:
        blind = _blindness(ask([CANARY]))
        answers = [each for part in rounds(packages) for each in ask(part)] if not blind else []
    except NoAnswer as reason:
        blind = str(reason)
    if blind:
        return 2, [f"The database of advisories could not be asked, so nothing was checked: {blind}"]
    holes = [
        f"{each['name']} {each['version']}: {_told(hole)}"
        for each in answers
        for hole in each.get("vulns", ())
    ]
    if holes:
        return 1, holes
    skipped = [f"{each['name']}: {each['skip_reason']}" for each in answers if "skip_reason" in each]
    missing = {package.name for package in packages} - {each["name"] for each in answers}
    unknown = skipped + [f"{name}: the database did not answer" for name in sorted(missing)]
    if unknown:
        return 2, [*unknown, "These were not checked."]
    return 0, [f"{len(packages)} locked versions, nothing known against any of them."]


def _blindness(known: list[dict[str, Any]]) -> str:
    """Why the database is none, by what it says of CANARY; empty where it knows the holes."""
    if any(each.get("vulns") for each in known):
        return ""
    reason = next(
        (each["skip_reason"] for each in known if "skip_reason" in each), "it has nothing against it"
    )
    return f"it should know the holes of {CANARY.name} {CANARY.version}, but: {reason}"


def _told(hole: dict[str, Any]) -> str:
    fixed = ", ".join(hole.get("fix_versions") or ()) or "none"
    return f"{hole['id']} ({', '.join(hole.get('aliases') or ()) or 'no other name'}), fixed in: {fixed}"


def main() -> int:
    """Audits all lock files."""
    entries = {(each.name, each.version): each for path in LOCKS for each in locked(path)}
    status, lines = audit(list(entries.values()), ask)
    for line in lines:
        print(f"audit: {line}", file=sys.stderr if status else sys.stdout)
    return status


if __name__ == "__main__":
    sys.exit(main())
