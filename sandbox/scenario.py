"""Scenarios: what a world is like, how the alert arrives, how the incident must end. Data in ``scenarios/*.yaml``."""

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import yaml
from msgspec import Meta
from msgspec.structs import replace

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
    """The webhook's receiver answers its next ``times`` requests with this status, after ``slow`` real seconds.

    ``for_minutes``: as long as this, in virtual time from its turn on, instead of a number of requests.
    ``mood``: ``silent`` takes the connection and never answers; ``drip`` answers byte by byte; ``closed`` refuses
    connections (``for_minutes`` only); ``throttled-in-200`` is a Teams workflow that hides a 429.
    """

    status: Annotated[int, Meta(ge=200, le=599)] = 200
    times: Count = 1
    for_minutes: Annotated[float, Meta(gt=0)] | None = None
    mood: Literal["answer", "silent", "drip", "closed", "throttled-in-200"] = "answer"
    retry_after: Count | None = None
    slow: Annotated[float, Meta(ge=0, le=60)] = 0

    def __post_init__(self) -> None:
        """A closed port counts nobody's requests."""
        if self.mood == "closed" and self.for_minutes is None:
            message = "a closed port needs for_minutes"
            raise ValueError(message)


class Expectation(Part, frozen=True):
    """What the simulator and the inbox must have recorded at the end.

    ``mutations``: every changing request, in order, as ``METHOD pattern STATUS`` with shell patterns, without case.
    ``playbooks``: codes, in order; ``retries``: states of the incident's ad hoc backups, in order; None: any.
    ``findings``: the last verdict about each of these causes. ``says``: texts that the report must contain.
    """

    mutations: list[str] = []
    reports: Count = 1
    playbooks: list[str] | None = None
    retries: list[str] | None = None
    findings: dict[str, Literal["confirmed", "ruled-out", "cannot-tell"]] = {}
    says: list[str] = []


class Before(Part, frozen=True):
    """An incident that began earlier than the one that the scenario is about.

    ``vm``: the neighbour whose backup failed too; None: the VM itself. ``ended``: it has ended, and so many ``hours``
    later a backup of the VM fails again, with ``code`` (None: with the same). Else the two alerts come at once.
    """

    vm: str | None = None
    ended: bool = False
    hours: Annotated[float, Meta(ge=0)] = 0
    code: str | None = None


class Scenario(Part, frozen=True):
    """One scenario. ``decision``: what the person decides whom the app asks; None: nobody decides.

    ``by_hand``: a demo for people waits until somebody has really decided.
    ``codes``: the scenario is played once for each of these codes of the failed job, as ``<name>@<code>``.
    ``alert``: the body that arrives: that of Azure Monitor for the world's failed job, one of no known shape, or this;
    ``none``: no alert comes, the app's sweep is run instead. ``paused``: the switch is off, and stays off.
    ``settings``: further app settings, in which ``{inbox}``, ``{topic}`` and ``{secret}`` are filled in.
    ``inbox``, ``topic``: how the receivers of results misbehave.
    """

    name: str
    about: str
    outcome: str
    reason: str | None = None
    codes: list[str] = []
    world: dict[str, Any] = {}
    settings: dict[str, str] = {}
    alert: Literal["builtin", "unknown", "none"] | dict[str, Any] = "builtin"
    deliveries: Deliveries = Deliveries()
    before: Before | None = None
    paused: bool = False
    decision: Literal["approve", "decline"] | None = None
    by_hand: bool = False
    inbox: list[InboxFault] = []
    topic: list[InboxFault] = []
    expect: Expectation = Expectation()


class NoSuchScenarioError(Exception):
    """There is no scenario of that name; the text lists those there are."""


def names() -> list[str]:
    """All scenarios, the default one first."""
    found = [name for path in FOLDER.glob("*.yaml") for name in _names(path)]
    return [DEFAULT, *(name for name in sorted(found) if name != DEFAULT)]


def variants(name: str) -> list[str]:
    """What a name stands for: itself, or a scenario's every code where only its file is named."""
    path = FOLDER / f"{name}.yaml"
    return _names(path) if path.parent == FOLDER and path.is_file() else [name]


def load(name: str) -> Scenario:
    """A scenario by its name; of one with codes, that of its first.

    Raises:
        NoSuchScenarioError: lists the names.
        msgspec.ValidationError: the file has a key that does not fit.
    """
    stem, _, code = name.partition("@")
    path = FOLDER / f"{stem}.yaml"
    if path.parent != FOLDER or not path.is_file() or (code and name not in _names(path)):
        message = f"there is no scenario {name!r}; there are: {', '.join(names())}"
        raise NoSuchScenarioError(message)
    scenario = _read(path)
    return _of_code(scenario, code or scenario.codes[0]) if scenario.codes else scenario


def _names(path: Path) -> list[str]:
    codes = _read(path).codes
    return [f"{path.stem}@{code}" for code in codes] or [path.stem]


@cache
def _read(path: Path) -> Scenario:
    return msgspec.convert(yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader), Scenario)


def _of_code(scenario: Scenario, code: str) -> Scenario:
    """The same scenario, whose job failed with this code, and whose playbook is that of the code if none is named."""
    world = scenario.world | {"failed_job": scenario.world.get("failed_job", {}) | {"code": code}}
    followed = scenario.expect.playbooks
    expect = replace(scenario.expect, playbooks=[code] if followed is None else followed)
    return replace(scenario, name=f"{scenario.name}@{code}", world=world, expect=expect)
