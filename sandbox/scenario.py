"""Scenarios: what a world is like, how the alert arrives, how the incident must end. Data in ``scenarios/*.yaml``."""

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import yaml
from msgspec import Meta

FOLDER = Path(__file__).parent / "scenarios"
DEFAULT = "locked-collection"

Count = Annotated[int, Meta(ge=0)]


class Part(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Base: an unknown key is an error that names it."""


class Deliveries(Part, frozen=True):
    """How often the alert is posted, and whether all at once."""

    times: Annotated[int, Meta(ge=1)] = 1
    together: bool = False


class InboxFault(Part, frozen=True):
    """The webhook's receiver answers its next ``times`` requests with this status, after ``slow`` real seconds."""

    status: Annotated[int, Meta(ge=200, le=599)]
    times: Count = 1
    retry_after: Count | None = None
    slow: Annotated[float, Meta(ge=0, le=60)] = 0


class Expectation(Part, frozen=True):
    """What the simulator and the inbox must have recorded at the end.

    ``mutations``: every changing request, in order, as ``METHOD pattern STATUS`` with shell patterns, without case.
    ``playbooks``: codes, in order; ``retries``: states of the incident's ad hoc backups, in order; None: any.
    """

    mutations: list[str] = []
    reports: Count = 1
    playbooks: list[str] | None = None
    retries: list[str] | None = None


class Scenario(Part, frozen=True):
    """One scenario. ``decision``: what the person decides whom the app asks; None: nobody decides.

    ``alert``: the body that arrives: that of Azure Monitor for the world's failed job, one of no known shape, or this.
    """

    name: str
    about: str
    outcome: str
    reason: str | None = None
    world: dict[str, Any] = {}
    settings: dict[str, str] = {}
    alert: Literal["builtin", "unknown"] | dict[str, Any] = "builtin"
    deliveries: Deliveries = Deliveries()
    decision: Literal["approve", "decline"] | None = None
    inbox: list[InboxFault] = []
    expect: Expectation = Expectation()


class NoSuchScenarioError(Exception):
    """There is no scenario of that name; the text lists those there are."""


def names() -> list[str]:
    """All scenarios, the default one first."""
    found = sorted(path.stem for path in FOLDER.glob("*.yaml"))
    return [DEFAULT, *(name for name in found if name != DEFAULT)]


def load(name: str) -> Scenario:
    """A scenario by its name.

    Raises:
        NoSuchScenarioError: lists the names.
        msgspec.ValidationError: the file has a key that does not fit.
    """
    if name not in names():
        message = f"there is no scenario {name!r}; there are: {', '.join(names())}"
        raise NoSuchScenarioError(message)
    return msgspec.convert(yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8")), Scenario)
