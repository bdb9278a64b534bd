"""``main.parameters.json``, which azd reads, against the parameters of ``main.bicep``."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra_check.declared import BicepFile
from infra_check.problems import Problem

_NAME = "infra/main.parameters.json"


def check(infra: Path, main: BicepFile) -> list[Problem]:
    """Every value has its parameter, every parameter without a default has a value, and no secret stands there."""
    try:
        given: dict[str, Any] = json.loads((infra / "main.parameters.json").read_text())["parameters"]
    except (json.JSONDecodeError, KeyError, FileNotFoundError) as error:
        return [Problem("parameters", _NAME, 0, f"not a file of parameters: {error}")]
    return [Problem("parameters", _NAME, 0, said) for said in _wrong(given, main)]


def _wrong(given: dict[str, Any], main: BicepFile) -> Iterator[str]:
    for name in given:
        if name not in main.parameters:
            yield f"main.bicep has no parameter '{name}'"
        elif main.parameters[name].secure:
            yield f"'{name}' is a secret and must not stand in a file"
    for name, parameter in main.parameters.items():
        if parameter.default is None and name not in given:
            yield f"'{name}' has no value and no default"
