"""`make licences`: the licence of every locked package, as its installed metadata states it.

Ends with 1 where a package of the service's own closure has a licence that is not on the list below, states
none, or is not installed at all. Development tools are listed and not judged: they are not passed on.
"""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from supply.lock import BASE, REQUIREMENTS, Locked, locked

ALLOWED = frozenset(
    {
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CC0-1.0",
        "ISC",
        "MIT",
        "MIT-0",
        "MIT-CMU",
        "PSF-2.0",
        "Zlib",
    }
)
"""SPDX identifiers of licences that let the service be used, changed, sold and linked freely."""

EXCEPTIONS = {
    "psycopg": "LGPL-3.0-only",
    "psycopg-binary": "LGPL-3.0-only",
}
"""Packages that may have another licence, and which: psycopg is required by dbos, is loaded as a library that
anyone can replace by another build, and is not changed here, which is all that the LGPL asks."""

_SAID_OTHERWISE = {
    "3-clause bsd license": "BSD-3-Clause",
    "apache 2.0": "Apache-2.0",
    "isc license": "ISC",
    "mit license": "MIT",
}
"""What older metadata calls a licence, in small letters, where it is no SPDX identifier."""

_CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
"""Trove classifiers that name one licence; "BSD License", which names three, is none of them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one package.

    Attributes:
        package: It.
        licence: An SPDX expression; empty where the metadata states none that can be understood.
        problem: Why it may not be part of the service; empty where it may.
    """

    package: Locked
    licence: str
    problem: str


def stated(of: PackageMetadata) -> str:
    """The licence as an SPDX expression; empty where the metadata does not say it clearly.

    The first of these that is there counts: the licence expression, the licence field, the classifiers.
    """
    said = of.json
    field = str(said.get("license", ""))
    for words in (str(said.get("license_expression", "")), _SAID_OTHERWISE.get(field.strip().lower(), field)):
        with contextlib.suppress(InvalidLicenseExpression):
            return str(canonicalize_license_expression(words))
    named = [each.rpartition(" :: ")[2] for each in of.get_all("Classifier") or () if "License ::" in each]
    return " OR ".join(sorted({_CLASSIFIERS[name] for name in named if name in _CLASSIFIERS}))


def allowed(expression: str) -> bool:
    """Whether an SPDX expression can be met by ALLOWED licences alone.

    Of what is joined by OR one part is enough, of what is joined by AND all are needed; AND binds closer.
    """
    tokens = re.findall(r"\(|\)|[^\s()]+", expression)

    def either() -> bool:
        met = both()
        while tokens and tokens[0] == "OR":
            tokens.pop(0)
            met = both() or met
        return met

    def both() -> bool:
        met = one()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            met = one() and met
        return met

    def one() -> bool:
        token = tokens.pop(0)
        if token == "(":  # noqa: S105  # a bracket
            met = either()
            tokens.pop(0)
            return met
        if tokens[:1] == ["WITH"]:
            del tokens[:2]  # an exception only gives more leave
        return token in ALLOWED

    return bool(tokens) and either()


def judged(packages: Iterable[Locked]) -> Iterator[Finding]:
    """Each package that this machine installs, with what its metadata states."""
    for package in packages:
        if not package.here:
            continue
        try:
            licence = stated(metadata(package.name))
        except PackageNotFoundError:
            yield Finding(package, "", "is not installed, so that its licence cannot be read")
            continue
        if allowed(licence) or EXCEPTIONS.get(package.name) == licence:
            yield Finding(package, licence, "")
        else:
            yield Finding(package, licence, f"has the licence {licence or '(none stated)'}")


def main(others: list[Path]) -> int:
    """Prints the report and gives the exit status."""
    service = list(judged(locked(BASE)))
    listed: set[str] = set()
    for heading, findings in [("service", service), *((path.stem, judged(locked(path))) for path in others)]:
        for finding in findings:
            package = finding.package
            if package.name not in listed:
                print(f"{heading:<10}{package.name} {package.version}  {finding.licence or '?'}")
                listed.add(package.name)
    problems = [finding for finding in service if finding.problem]
    for finding in problems:
        print(f"licences: {finding.package.name} {finding.problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main([Path(argument) for argument in sys.argv[1:]] or [REQUIREMENTS / "dev.txt"]))
