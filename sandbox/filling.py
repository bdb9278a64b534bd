"""A state folder that is full before the host starts: very many ended incidents, and the app's ledger of them.

What is left out, because no list asks for it: their histories, and the entities that a real app would hold for each
incident and each VM.
"""

from collections import Counter, defaultdict
from datetime import UTC, datetime
from heapq import heappush, heappushpop
from itertools import islice
from pathlib import Path
from typing import Any

from sandbox.clock import Clock
from sandbox.durable.history import dumps
from sandbox.durable.outbox import fresh
from sandbox.durable.schema import Entity, Instance
from sandbox.durable.store import Store
from sandbox.filled import Filled, incidents

DURABLE = "durable.db"
"""The task hub's file in a state folder."""

_LEDGER = "@ledger@app"
_DAYS, _RECENT, _REMEMBERED, _MARK = 92, 20, 500, 12  # as the app bounds its ledger
_WHOLE, _CODES, _OLD_CODES = 31, 60, 5  # days that keep all codes, and how many those and older days keep
_NOT_ASKED = {"skipped", "observed", "unrecognised"}
_BATCH = 1000  # instances of one transaction


class NotEmptyError(Exception):
    """The state folder holds a task hub already; its ledger would be wrong afterwards."""


def fill(state: Path, count: int, *, now: datetime | None = None, seed: int = 1) -> None:
    """Fill a new state folder with ended incidents of the last 90 days.

    Args:
        state: the folder; no host may run on it.
        count: how many incidents.
        now: the moment before which all have ended; None takes the folder's clock, else the machine's.
        seed: what all choices follow from.

    Raises:
        NotEmptyError: something ran in this folder before.
    """
    if (state / DURABLE).exists():
        raise NotEmptyError(f"{state} has been used before: only a new folder can be filled.")
    state.mkdir(parents=True, exist_ok=True)
    ledger, coming = _Ledger(), incidents(count, now or _now(state), seed)
    store = Store(state / DURABLE)
    while batch := list(islice(coming, _BATCH)):
        with store.transaction():
            for filled in batch:
                store.put(_instance(filled))
                ledger.count(filled)
    with store.transaction():
        store.put_entity(ledger.entity())
    store.close()


class _Ledger:
    """Counts as the app does."""

    def __init__(self) -> None:
        self._days: defaultdict[str, _Day] = defaultdict(_Day)
        self._newest: list[tuple[datetime, str, Filled]] = []  # a heap

    def count(self, filled: Filled) -> None:
        self._days[filled.ended.astimezone(UTC).date().isoformat()].count(filled.incident)
        push = heappush if len(self._newest) < _REMEMBERED else heappushpop
        push(self._newest, (filled.ended, filled.incident["id"], filled))

    def _kept(self) -> list[tuple[str, int]]:
        """The days, and how many codes of each."""
        names = sorted(self._days)[-_DAYS:]
        return [(name, _CODES if name in names[-_WHOLE:] else _OLD_CODES) for name in names]

    def entity(self) -> Entity:
        """The entity's row, as the host stores it."""
        newest = [filled for *_, filled in sorted(self._newest, reverse=True)]
        state = {
            "days": {name: self._days[name].state(codes) for name, codes in self._kept()},
            "recent": [_row(filled.incident) for filled in newest[:_RECENT]],
            "counted": [filled.incident["id"][-_MARK:] for filled in reversed(newest)],
        }
        first, last = newest[-1].ended.timestamp(), newest[0].ended.timestamp()
        return Entity(_LEDGER, dumps(state), 1, first, last)


class _Day:
    def __init__(self) -> None:
        self._outcomes, self._codes = Counter[str](), Counter[str]()
        self._alone = self._asked = 0

    def count(self, incident: dict[str, Any]) -> None:
        self._outcomes[incident["outcome"]] += 1
        self._codes.update(playbook["code"] for playbook in incident["playbooks"][-1:])
        self._alone += incident["outcome"].startswith("resolved") and not incident["approvals"]
        self._asked += incident["outcome"] not in _NOT_ASKED

    def state(self, most: int) -> dict[str, Any]:
        codes = dict(self._codes.most_common(most))
        rest = self._codes.total() - sum(codes.values())
        return {
            "outcomes": self._outcomes,
            "codes": codes | ({"other": rest} if rest else {}),
            "alone": self._alone,
            "asked": self._asked,
        }


def _row(incident: dict[str, Any]) -> dict[str, Any]:
    """As the app lists an ended incident among the newest."""
    told = ("id", "outcome", "reason", "summary", "vm", "vault", "endedAt")
    codes = [playbook["code"] for playbook in incident["playbooks"]]
    return {name: incident[name] for name in told} | {"code": codes[-1] if codes else None}


def _instance(filled: Filled) -> Instance:
    incident = dumps(filled.incident)
    asked = dumps({"failure": filled.incident["failure"], "concurrent": 20})
    new = fresh(filled.incident["id"], "incident", asked, filled.created.timestamp(), None)
    return new._replace(status="Completed", output=incident, custom_status=incident, updated=filled.ended.timestamp())


def _now(state: Path) -> datetime:
    path = state / "clock"
    if not path.exists():
        return datetime.now(UTC)
    clock = Clock(path)
    now = clock.now()
    clock.close()
    return now
