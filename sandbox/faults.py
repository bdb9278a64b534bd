"""Faults by name, for ``serve --fault``: data in ``faults.yaml``."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml
from msgspec.structs import replace

from sandbox.scenario import InboxFault, Scenario

FILE = Path(__file__).parent / "faults.yaml"


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One named fault: disturbances of ARM, refusals of the inbox."""

    about: str
    arm: list[dict[str, Any]] = []
    inbox: list[InboxFault] = []


class NoSuchFaultError(Exception):
    """There is no fault of that name; the text lists those there are."""


def known() -> dict[str, Fault]:
    """All faults by name."""
    return msgspec.convert(yaml.safe_load(FILE.read_text("utf-8")), dict[str, Fault])


def add(scenario: Scenario, names: Sequence[str]) -> Scenario:
    """The scenario with the named faults.

    Raises:
        NoSuchFaultError: lists the names.
    """
    faults = known()
    unknown = [name for name in names if name not in faults]
    if unknown:
        message = f"there is no fault {unknown[0]!r}; there are: {', '.join(sorted(faults))}"
        raise NoSuchFaultError(message)
    arm = [entry for name in names for entry in faults[name].arm]
    inbox = [entry for name in names for entry in faults[name].inbox]
    world = {**scenario.world, "faults": [*scenario.world.get("faults", []), *arm]}
    return replace(scenario, world=world, inbox=[*scenario.inbox, *inbox])
