"""Changes. Each module is one fix, found by its name: ``plan`` looks and promises, ``apply`` looks again and acts.

A fix is a module with ``plan(case) -> Plan``, ``apply(case, change) -> Applied`` and ``follow(case, change, applied)``.
``apply`` may run twice for one change (activities are delivered at least once), so it looks before it acts.
"""

from enum import StrEnum
from hashlib import sha256
from typing import Any, Protocol, cast

import msgspec

from playbooks import plugins
from playbooks.case import Case
from responder.guards import Refusal
from responder.incident import Risk
from responder.wire import Wire


class Change(Wire):
    """One intended change: what, its whole state before, and how a person takes it back.

    ``because_of`` is the id of the resource for whose sake another one is changed.
    """

    target: str
    risk: Risk
    summary: str
    before: Any = None
    undo: str | None = None
    because_of: str | None = None
    refused: Refusal | None = None


class Plan(Wire):
    """All changes of one fix. ``busy_job`` names a running job that has to end before the plan can stand.

    ``impact``: what the changes do to production and how far that reaches, for the person who is asked.
    """

    fix: str
    impact: str = ""
    changes: list[Change] = []
    busy_job: str | None = None

    @property
    def refusals(self) -> list[Refusal]:
        """Why parts of the plan are forbidden; one refusal forbids the whole plan."""
        return [change.refused for change in self.changes if change.refused]

    @property
    def risk(self) -> Risk:
        """The greatest risk of its changes."""
        order = list(Risk)
        return max((change.risk for change in self.changes), key=order.index, default=Risk.SAFE)

    @property
    def fingerprint(self) -> str:
        """Identifies the exact plan, so that an approval of it approves nothing else."""
        return sha256(msgspec.json.encode(self, order="sorted")).hexdigest()[:32]


class Progress(StrEnum):
    """How far an applied change is."""

    DONE = "done"
    STARTED = "started"
    REFUSED = "refused"
    FAILED = "failed"


class Applied(Wire):
    """What applying or following a change showed; ``track`` identifies a long-running operation."""

    progress: Progress
    after: Any = None
    reason: str | None = None
    track: str | None = None


class Fix(Protocol):
    """The functions of a fix module. ``RISKS``: every risk that a change of its plans can have.

    ``IMPACT``: what its changes do to production and how far that reaches, for the one who approves.
    """

    RISKS: tuple[Risk, ...]
    IMPACT: str

    def plan(self, case: Case) -> Plan:
        """What would be changed. Reads only."""
        ...

    def apply(self, case: Case, change: Change) -> Applied:
        """Make one change, after reading the state again."""
        ...

    def follow(self, case: Case, change: Change, track: str | None) -> Applied:
        """Look how a started change stands."""
        ...


def fix(name: str) -> Fix:
    """The fix with this name.

    Raises:
        PlaybookError: there is none, or the package that offers it cannot be used.
    """
    return cast("Fix", plugins.find("fixes", name))
