"""All checks, in the order in which their mistakes are best mended."""

from pathlib import Path
from typing import NamedTuple

from infra_check import bodies, doors, house, names, parameters, references, settings, syntax
from infra_check.declared import BicepFile
from infra_check.problems import Problem


class Result(NamedTuple):
    """What was found, and what was looked at. ``schemas`` is None where bodies could not be checked."""

    problems: list[Problem]
    files: int
    resources: int
    schemas: Path | None


def run(infra: Path, schemas: Path | None) -> Result:
    """Check a folder with ``main.bicep``, ``modules`` and ``roles``; with the schemas of a folder, if there is one."""
    infra = infra.resolve()
    files = {path: BicepFile.read(path, infra) for path in sorted(infra.rglob("*.bicep"))}
    problems = [problem for file in files.values() for problem in _alone(file, schemas)]
    if not any(problem.check == "syntax" for problem in problems):
        problems += references.check(files) + settings.check(files.values()) + _entry(infra, files)
    problems += house.check_roles(infra)
    resources = sum(len(file.resources) for file in files.values())
    return Result(problems, len(files), resources, schemas)


def _alone(file: BicepFile, schemas: Path | None) -> list[Problem]:
    """One file by itself; nothing else is said of a file that is no Bicep."""
    if broken := syntax.check(file):
        return broken
    found = [*names.check(file), *doors.check(file), *house.check(file)]
    return [*found, *(bodies.check(file, schemas) if schemas else [])]


def _entry(infra: Path, files: dict[Path, BicepFile]) -> list[Problem]:
    main = files.get(infra / "main.bicep")
    return parameters.check(infra, main) if main else [Problem("modules", "infra", 0, "there is no main.bicep")]
