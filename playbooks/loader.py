"""Finds the playbook of an error code. A look-up by code reads one file; an alias or a number reads the index first."""

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import msgspec

from playbooks.model import FixStep, Playbook, WaitStep
from responder.errors import PlaybookError

CATALOGUE = Path(__file__).parent / "catalogue"
INDEX = CATALOGUE / "index.json"
UNKNOWN = "Unknown"
"""Code of the playbook for failures that no other playbook knows."""

_FLAG = 0x40000000  # a flag bit that the service adds to some numbers


def normal(code: str) -> str:
    """The form in which codes are compared: no case, no blanks, the service's two known misspellings mended."""
    return "".join(code.split()).lower().replace("extention", "extension").replace("suppported", "supported")


def find(codes: list[str], numbers: list[int]) -> Playbook:
    """The playbook of the first code that has one, else of the first number, else the one for unknown failures.

    Raises:
        PlaybookError: the playbook's file cannot be used.
    """
    index = _index()
    names = [index.get(normal(code)) for code in codes] + [index.get(str(number & ~_FLAG)) for number in numbers]
    return load(next((name for name in names if name), UNKNOWN))


def knows(code: str) -> bool:
    """Whether some playbook is about this code."""
    return normal(code) in _index()


@cache
def load(name: str) -> Playbook:
    """The playbook in ``<name>.yaml``.

    Raises:
        PlaybookError: names file, field and what is wrong.
    """
    return parse(CATALOGUE / f"{name}.yaml")


def parse(path: Path) -> Playbook:
    """Read and check one playbook file.

    Raises:
        PlaybookError: names file, field and what is wrong.
    """
    import yaml  # not at the top: a cold start that looks no code up does not pay for it

    try:
        playbook = msgspec.convert(yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader), Playbook)
    except (OSError, yaml.YAMLError, msgspec.ValidationError) as error:
        message = f"{path.name}: {error}"
        raise PlaybookError(message) from error
    problems = list(_problems(playbook))
    if problems:
        message = f"{path.name}: " + "; ".join(problems)
        raise PlaybookError(message)
    return playbook


def build_index() -> dict[str, str]:
    """Code, alias or number -> file name, from all files of the catalogue.

    Raises:
        PlaybookError: a file cannot be used, or two files claim one code.
    """
    index: dict[str, str] = {}
    for path in sorted(CATALOGUE.glob("*.yaml")):
        playbook = parse(path)
        for key in [normal(code) for code in (playbook.code, *playbook.aliases)] + [str(n) for n in playbook.numbers]:
            if index.setdefault(key, path.stem) != path.stem:
                message = f"{path.name}: {key} is already claimed by {index[key]}.yaml"
                raise PlaybookError(message)
    return index


@cache
def _index() -> dict[str, str]:
    return dict(json.loads(INDEX.read_text("utf-8")))


def _problems(playbook: Playbook) -> list[str]:
    causes = {cause.id for cause in playbook.causes}
    problems = [
        f"cause {cause.id}: no check {cause.check}" for cause in playbook.causes if not _exists("checks", cause.check)
    ]
    for step in playbook.runbook:
        if isinstance(step, FixStep):
            problems += [] if step.cures in causes else [f"fix {step.fix} cures {step.cures}, which is no cause here"]
            problems += [] if _exists("fixes", step.fix) else [f"there is no fix {step.fix}"]
        if isinstance(step, WaitStep):
            problems += (
                [] if step.until is None or step.until in causes else [f"wait until {step.until}: no such cause"]
            )
            problems += [] if step.ahead is None or _exists("fixes", step.ahead) else [f"no fix {step.ahead}"]
    return problems


def _exists(kind: str, name: str) -> bool:
    return find_spec(f"playbooks.{kind}.{name.replace('-', '_')}") is not None
