"""The licences of what is deployed, as the installed packages tell them: permissive ones, and as the documents say.

``docs/dependencies.md`` names the licence of each package that the app asks for; what comes along is judged alone.

Source: Python Packaging User Guide, "Core metadata specifications": ``License-Expression`` is an SPDX expression and
has replaced ``License`` and the classifiers, which older packages still have.
"""

import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from build_tools.package import ROOT

PERMISSIVE = frozenset({"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "MIT", "MIT-0", "PSF-2.0", "Unlicense"})
"""SPDX ids that ask for no more than to be named."""

WEAK = {"certifi": "MPL-2.0"}
"""Exceptions. certifi: the list of authorities, taken as it is; its licence reaches its own files alone."""

_OLDER = {
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "apache-2.0": "Apache-2.0",
    "bsd license": "BSD-3-Clause",
    "bsd-3-clause": "BSD-3-Clause",
    "mit": "MIT",
    "mit license": "MIT",
    "mit-0": "MIT-0",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "mpl-2.0": "MPL-2.0",
    "psf-2.0": "PSF-2.0",
    "unlicense": "Unlicense",
}


def main() -> int:
    """Tell every package whose licence is not permissive, unknown, or not as the documents say; 1 if there is one."""
    wrong = list(problems(ROOT / "requirements.txt", ROOT / "docs" / "dependencies.md"))
    print("\n".join(wrong) or "licences: every deployed package has a permissive one")
    return int(bool(wrong))


def problems(requirements: Path, documents: Path) -> Iterator[str]:
    """What is wrong with the deployed set, one sentence each."""
    told = written(documents.read_text())
    for name in names(requirements):
        try:
            licence = of(distribution(name))
        except PackageNotFoundError:
            continue  # for another platform, or another Python
        if not permissive(licence) and WEAK.get(name) != licence:
            yield f"{name}: {licence or 'no licence is named'}"
        if told.get(name, licence) != licence:
            yield f"{name}: the documents say {told[name]}, the package {licence}"


def names(requirements: Path) -> list[str]:
    """The packages of a pinned set, each once."""
    found = re.findall(r"^([a-z0-9-]+)(?:\[[a-z0-9,-]+\])?==", requirements.read_text(), re.MULTILINE)
    return list(dict.fromkeys(found))


def written(text: str) -> dict[str, str]:
    """Licence by package, in small letters, from the tables of the documents."""
    rows = re.findall(r"^\| `([A-Za-z0-9-]+)` \|.*\| ([^|]+) \|$", text, re.MULTILINE)
    return {name.lower(): licence.strip() for name, licence in rows}


def of(package: Distribution) -> str:
    """The licence of an installed package as an SPDX expression; empty if it names none that is known."""
    told = package.metadata.json
    if expression := told.get("license_expression"):
        return str(expression)
    classifiers = [line.rpartition(" :: ")[2] for line in told.get("classifier", ()) if "License ::" in line]
    older = [_OLDER.get(text.strip().lower(), "") for text in (str(told.get("license", "")), *classifiers)]
    return next((found for found in older if found), "")


def permissive(expression: str) -> bool:
    """Whether every part of an expression is permissive, or at least one of those that may be chosen from."""
    choices = [choice.strip(" ()") for choice in expression.split(" OR ")]
    return any(all(part.strip(" ()") in PERMISSIVE for part in choice.split(" AND ")) for choice in choices)


if __name__ == "__main__":
    sys.exit(main())
