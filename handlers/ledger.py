"""The ``ledger`` entity, key ``app``: how many incidents ended, day by day, and the newest ends.

A list of incidents is slow where many are stored; counts over time must not depend on it. Each incident tells the
ledger once, when it has ended. Pure functions: (state, input) -> (state, answer).
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC

from msgspec.structs import replace

from handlers.durable import DurableOrchestrationClient, EntityId
from responder.incident import Incident, Outcome
from responder.notify.digest import DigestRow, row
from responder.wire import Wire, record, typed
from responder.words import plain

NAME, KEY = "ledger", "app"
COUNT = "count"
"""Name of the operation that counts an ended incident."""

OTHER = "other"
"""What rare codes of a day are counted under."""

MOST_DAYS = 92
MOST_CODES = 60  # of a day
NEWEST = 20  # ended incidents that are kept as rows
MOST_BYTES = 60_000  # of the state, which is read and written whole with every incident that ends

_REMEMBERED = 500  # incidents counted last, so that one that is told twice is counted once
_MARK = 12  # hexadecimal digits of an incident's id that are remembered
_LONGEST = 120  # characters of a row's summary
_RESOLVED = {Outcome.RESOLVED, Outcome.RESOLVED_WITH_WARNINGS}
_NOT_ASKED = {Outcome.SKIPPED, Outcome.OBSERVED, Outcome.UNRECOGNISED}
# Where the state is too large: of how many days all codes are kept, and how many of the days before.
_CUTS = ((31, 20), (31, 5), (31, 2), (31, 0), (14, 10), (7, 5), (7, 0), (0, 5), (0, 0))


class Told(Wire):
    """Input of every operation: an ended incident. ``alone``: it was resolved, and no person had a part in it."""

    row: DigestRow
    alone: bool = False


class Counted(Wire):
    """Answer of every operation. ``new``: the incident had not been counted before."""

    new: bool


class Day(Wire):
    """Incidents that ended on one day in UTC.

    Attributes:
        outcomes: how many, by outcome.
        codes: how many, by the code of the playbook that was followed last; rare ones under ``other``.
        alone: how many were resolved without a person: nobody decided anything, and nobody asked for a further run.
        asked: of how many that can be said: all but those skipped, only observed, or not understood.
    """

    outcomes: dict[str, int] = {}
    codes: dict[str, int] = {}
    alone: int = 0
    asked: int = 0


class Ledger(Wire):
    """What the app has done.

    Attributes:
        days: by day, as ``2026-11-02``, the oldest first; at most 92. Old days may keep fewer codes.
        recent: the newest ends, the newest first; at most 20.
        counted: marks of the incidents that were counted last, the newest last.
    """

    days: dict[str, Day] = {}
    recent: list[DigestRow] = []
    counted: list[str] = []


Operation = Callable[[Ledger, Told], tuple[Ledger, Counted]]


async def known(client: DurableOrchestrationClient) -> Ledger:
    """The ledger as it is; an empty one where nothing has ended yet.

    Raises:
        msgspec.ValidationError: what is stored is no ledger.
    """
    state = await client.read_entity_state(EntityId(NAME, KEY))
    return typed(state.entity_state or {}, Ledger) if state.entity_exists else Ledger()


def told(incident: Incident) -> Told | None:
    """What the ledger is told of an incident; None while it has not ended."""
    if incident.outcome is None or incident.ended_at is None:
        return None
    short = row(incident)
    return Told(row=replace(short, summary=plain(short.summary, _LONGEST)), alone=_alone(incident))


def count(state: Ledger, ask: Told) -> tuple[Ledger, Counted]:
    """Count an ended incident, unless it was counted before."""
    mark = ask.row.id[-_MARK:]
    if mark in state.counted:
        return state, Counted(new=False)
    name = ask.row.ended_at.astimezone(UTC).date().isoformat()
    days = {**state.days, name: _with(state.days.get(name, Day()), ask)}
    recent = sorted([*state.recent, ask.row], key=lambda entry: (entry.ended_at, entry.id), reverse=True)
    counted = Ledger(
        days=dict(sorted(days.items())[-MOST_DAYS:]),
        recent=recent[:NEWEST],
        counted=[*state.counted, mark][-_REMEMBERED:],
    )
    return _fitting(counted), Counted(new=True)


def _alone(incident: Incident) -> bool:
    decided = any(approval.decided_by for approval in incident.approvals)
    return incident.outcome in _RESOLVED and not decided and incident.failure.run == 0


def _with(day: Day, ask: Told) -> Day:
    outcome, code = ask.row.outcome, ask.row.code
    return Day(
        outcomes=_plus(day.outcomes, outcome),
        codes=_common(_plus(day.codes, code), MOST_CODES) if code else day.codes,
        alone=day.alone + ask.alone,
        asked=day.asked + (outcome not in _NOT_ASKED),
    )


def _plus(counts: dict[str, int], name: str) -> dict[str, int]:
    return {**counts, str(name): counts.get(name, 0) + 1}


def _common(codes: dict[str, int], most: int) -> dict[str, int]:
    """The commonest codes, and the others as one."""
    ordered = sorted((code for code in codes if code != OTHER), key=lambda code: -codes[code])
    kept = {code: codes[code] for code in ordered[:most]}
    rest = sum(codes.values()) - sum(kept.values())
    return {**kept, OTHER: rest} if rest else kept


def _fitting(state: Ledger) -> Ledger:
    """The state, with fewer codes of old days where it would grow too large, and at the worst with fewer rows."""
    smaller = state
    for smaller in (state, *_smaller(state)):
        if len(json.dumps(record(smaller))) <= MOST_BYTES:
            break
    return smaller


def _smaller(state: Ledger) -> Iterator[Ledger]:
    for whole, most in _CUTS:
        first = len(state.days) - whole
        cut = {
            name: replace(day, codes=_common(day.codes, most)) if place < first else day
            for place, (name, day) in enumerate(state.days.items())
        }
        state = replace(state, days=cut)
        yield state
    while state.recent:
        state = replace(state, recent=state.recent[: len(state.recent) // 2])
        yield state


LEDGER: dict[str, Operation] = {COUNT: count}
