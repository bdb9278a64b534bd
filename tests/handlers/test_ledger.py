"""The ledger: what ended is counted once, by day; its size has a bound; an incident tells it when it has ended."""

import json
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from handlers import incident_flow, ledger
from handlers.durable import DurableOrchestrationClient
from handlers.ledger import MOST_BYTES, MOST_CODES, MOST_DAYS, NEWEST, OTHER, Day, Ledger, Told, count, known, told
from responder.incident import Approval, FailedBackup, Incident, Outcome, PlaybookRef
from responder.notify.digest import DigestRow
from responder.wire import record, typed
from tests.handlers.flows import FAILURE, START, FakeContext, Task, drive, hops

DAY = timedelta(days=1)
_ARM = "/subscriptions/6c1f7a30-52d4-4b8e-9d0a-3e7b5f2c9a11/resourceGroups/rg-backup-production/providers/Microsoft."


def row(number: int, at: datetime = START, outcome: Outcome = Outcome.RESOLVED, code: str | None = "Code") -> DigestRow:
    return DigestRow(id=f"inc-{number:032x}", outcome=outcome, code=code, ended_at=at)


def counted(*told: Told) -> Ledger:
    state = Ledger()
    for entry in told:
        state, _ = count(state, entry)
    return state


def ended(outcome: Outcome | None = Outcome.RESOLVED, **changes: Any) -> Incident:
    incident = Incident(
        id="inc-1",
        state="ended",
        outcome=outcome,
        failure=FAILURE,
        opened_at=START,
        ended_at=START + timedelta(hours=1),
        summary="text " * 100,
        playbooks=[PlaybookRef(code=code, title=code, url="u", section="s") for code in ("First", "Last")],
    )
    return replace(incident, **changes)


def decided(state: str, by: str | None) -> Approval:
    return Approval(
        event="e", fingerprint="f", asked_at=START, expires_at=START, changes=[], state=state, decided_by=by
    )


def test_incidents_are_counted_on_the_day_of_their_end_in_utc() -> None:
    late = datetime(2026, 11, 2, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    state = counted(
        Told(row=row(1, late), alone=True),
        Told(row=row(2, late, Outcome.NEEDS_HUMAN, "Other")),
        Told(row=row(3, late, Outcome.SKIPPED, None)),
        Told(row=row(4, late - DAY)),
    )
    assert list(state.days) == ["2026-11-02", "2026-11-03"]
    assert state.days["2026-11-03"] == Day(
        outcomes={"resolved": 1, "needs-human": 1, "skipped": 1}, codes={"Code": 1, "Other": 1}, alone=1, asked=2
    )


@pytest.mark.parametrize("outcome", Outcome)
def test_what_was_never_a_task_counts_for_no_share(outcome: Outcome) -> None:
    left_out = {Outcome.SKIPPED, Outcome.OBSERVED, Outcome.UNRECOGNISED}
    (day,) = counted(Told(row=row(1, outcome=outcome))).days.values()
    assert day.asked == (outcome not in left_out)


def test_an_incident_that_is_told_twice_is_counted_once() -> None:
    state, answer = count(Ledger(), Told(row=row(1)))
    again, second = count(state, Told(row=row(1)))
    assert (answer.new, second.new, again) == (True, False, state)


def test_the_newest_ends_come_first_in_whatever_order_they_are_told() -> None:
    numbers = [(number * 7) % 25 for number in range(25)]
    state = counted(*(Told(row=row(number, START + timedelta(minutes=number))) for number in numbers))
    assert [int(entry.id[4:], 16) for entry in state.recent] == list(range(24, 24 - NEWEST, -1))


def test_days_beyond_a_quarter_are_forgotten() -> None:
    state = counted(*(Told(row=row(number, START + number * DAY)) for number in range(MOST_DAYS + 5)))
    assert len(state.days) == MOST_DAYS
    assert min(state.days) == (START + 5 * DAY).date().isoformat()


def test_rare_codes_of_a_day_are_counted_as_one() -> None:
    numbers = [number for number in range(MOST_CODES + 10) for _ in range(2 if number < MOST_CODES else 1)]
    state = counted(*(Told(row=row(place, code=f"C{number}")) for place, number in enumerate(numbers)))
    (day,) = state.days.values()
    assert len(day.codes) == MOST_CODES + 1
    assert (day.codes["C0"], day.codes[OTHER]) == (2, 10)
    assert sum(day.codes.values()) == len(numbers)


def test_the_state_has_a_bound_and_no_count_is_lost() -> None:
    """Ninety days of every outcome, long names, and another script, which JSON writes with six characters for one."""
    state, outcomes = Ledger(), list(Outcome)
    vm, vault = f"{_ARM}Compute/virtualMachines/vm-app-01", f"{_ARM}RecoveryServices/vaults/rsv-prod-weu-01"
    for number in range(MOST_DAYS * 12):
        at = START + number * timedelta(hours=2)
        entry = row(number, at, outcomes[number % 9], f"UserErrorOfALongName{number % 11}")
        state, _ = count(state, Told(row=replace(entry, summary="가" * 120, vm=vm, vault=vault)))
        if number % 100 == 0:
            assert len(json.dumps(record(state))) <= MOST_BYTES
    assert (len(state.days), len(state.recent)) == (MOST_DAYS, NEWEST)
    assert sum(sum(day.codes.values()) for day in state.days.values()) == MOST_DAYS * 12
    first, *_, last = state.days.values()
    assert len(first.codes) < 3 <= len(last.codes)  # old days forget names first


def test_rows_go_last_where_nothing_else_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "MOST_BYTES", 600)
    state = counted(*(Told(row=row(number)) for number in range(9)))
    assert 0 < len(state.recent) < 9
    assert sum(state.days[START.date().isoformat()].outcomes.values()) == 9


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 200)), max_size=30))
def test_every_incident_is_in_the_counts_once(ends: list[tuple[int, int]]) -> None:
    state = counted(*(Told(row=row(number, START + hours * timedelta(hours=1))) for number, hours in ends))
    assert sum(sum(day.outcomes.values()) for day in state.days.values()) == len({number for number, _ in ends})
    assert typed(record(state), Ledger) == state


@pytest.mark.parametrize(
    "incident, alone",
    [
        (ended(), True),
        (ended(Outcome.RESOLVED_WITH_WARNINGS), True),
        (ended(Outcome.NEEDS_HUMAN), False),
        (ended(approvals=[decided("approved", "somebody")]), False),
        (ended(approvals=[decided("expired", None)]), True),
        (ended(failure=replace(FAILURE, run=1)), False),
    ],
)
def test_alone_is_what_was_resolved_without_a_person(incident: Incident, alone: bool) -> None:
    entry = told(incident)
    assert entry is not None
    assert entry.alone is alone


def test_what_is_told_is_short() -> None:
    entry = told(ended())
    assert entry is not None
    assert (entry.row.code, len(entry.row.summary or "")) == ("Last", 120)
    assert told(ended(outcome=None)) is None
    assert told(ended(ended_at=None)) is None


async def test_an_app_in_which_nothing_has_ended_has_an_empty_ledger() -> None:
    state: dict[str, Any] | None = None

    class Client:
        async def read_entity_state(self, entity: Any) -> Any:
            assert (entity.name, entity.key) == ("ledger", "app")
            return SimpleNamespace(entity_exists=state is not None, entity_state=state)

    client = cast("DurableOrchestrationClient", Client())
    assert await known(client) == Ledger()
    state = record(counted(Told(row=row(1))))
    assert await known(client) == counted(Told(row=row(1)))


class _PostingError(Exception):
    """The incident goes on to post its result: the test ends."""


def _answer(kept: Incident | None) -> Any:
    def answer(task: Task) -> Any:
        if task.name == "receipt.open":
            return {}
        if task.name == "receipt.close":
            return {"ended": record(kept) if kept else task.payload["ended"]}
        raise _PostingError

    return answer


@pytest.mark.parametrize("kept, outcome", [(None, "skipped"), (ended(), "resolved")])
def test_the_ledger_is_told_what_the_receipt_keeps(kept: Incident | None, outcome: str) -> None:
    """Whatever this run came to: the first end stands, and it is what gets counted."""
    context = FakeContext()
    failure = FailedBackup(source="builtin-alert", vault_id=FAILURE.vault_id, skip="NoFailedJob")
    way = hops(context, failure=failure)
    with pytest.raises(_PostingError):
        drive(context, incident_flow.live(way, failure, incident_flow.Limits(concurrent=5)), _answer(kept))
    (signal,) = context.signals
    assert (signal.name, signal.key) == ("ledger.count", "app")
    assert signal.payload["row"]["outcome"] == outcome
