"""The rules on functions, on the sweep, and on failures that could not be stored."""

from typing import cast

import pytest

from handlers import accepting, start, sweep_work
from handlers.accepting import receive_alert
from handlers.durable import DurableOrchestrationClient
from handlers.sweep_work import begin
from responder.settings import load
from tests.handlers.test_doors import request as http_request
from tests.infra.kusto.engine import Engine
from tests.infra.kusto.life import START, after
from tests.infra.kusto.queries import fired
from tests.infra.kusto.rows import Journal, Rows, request, trace
from tests.responder.alerts import vm_alert
from tests.test_function_app import FUNCTIONS, GOOD

NOBODY = cast("DurableOrchestrationClient", None)


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (accepting, sweep_work):
        monkeypatch.setattr(module, "configured", lambda: load(GOOD))


def runs(*functions: str, success: bool = False, apart: float = 1) -> Rows:
    found = [request(after(minutes=apart * place), name, success=success) for place, name in enumerate(functions, 1)]
    return {"AppRequests": found}


def failures(engine: Engine, rows: Rows) -> list[tuple[object, ...]]:
    found = fired(engine, "functions-failing", rows, after(minutes=29))
    return [(row["OperationName"], row["Failures"]) for row in found]


@pytest.mark.parametrize("times, told", [(1, []), (2, []), (3, [("deliver", 3)]), (4, [("deliver", 4)])])
def test_a_function_that_fails_three_times_is_told(times: int, told: list[object], engine: Engine) -> None:
    rows = runs(*["deliver"] * times)
    rows["AppRequests"] += runs(*["deliver"] * 9, success=True)["AppRequests"]
    assert failures(engine, rows) == told


@pytest.mark.parametrize("name", ["incident", "locate", "sweep_run", "watch_vault", "redelivery", "digest"])
def test_an_orchestration_that_fails_once_is_told(name: str, engine: Engine) -> None:
    assert name in FUNCTIONS
    assert failures(engine, runs(name)) == [(name, 1)]
    assert failures(engine, runs(name, success=True)) == []


def test_failures_of_several_functions_or_longer_ago_do_not_add_up(engine: Engine) -> None:
    assert failures(engine, runs("deliver", "diagnose", "deliver", "diagnose")) == []
    assert failures(engine, runs(*["deliver"] * 4, apart=20)) == []
    assert failures(engine, {}) == []


def test_the_last_failure_is_named(engine: Engine) -> None:
    (row,) = fired(engine, "functions-failing", runs("incident", "incident"), after(minutes=9))
    assert row == {"OperationName": "incident", "Failures": 2, "Last": "2026-10-06T01:02:00Z"}


@pytest.mark.parametrize(
    "rows, minutes, told",
    [
        ({}, 60, [{"Runs": 0}]),
        (runs("sweep", success=True, apart=50), 60, []),  # ten minutes ago
        (runs("sweep", success=True), 60, []),
        (runs("sweep", success=True), 62, [{"Runs": 0}]),
        (runs("sweep", "sweep", "sweep"), 60, [{"Runs": 0}]),  # it runs, and fails
        (runs("sweep", "sweep") | {"AppTraces": [trace(START, "sweep: begins")]}, 60, [{"Runs": 0}]),
        (runs("sweep_run", "health", success=True), 60, [{"Runs": 0}]),  # others run
    ],
)
def test_a_sweep_that_has_not_run_well_for_an_hour_is_told(
    rows: Rows, minutes: float, told: list[object], engine: Engine
) -> None:
    assert fired(engine, "sweep-silent", rows, after(minutes=minutes)) == told


class Store:
    """A client of the store that has a run of the sweep, or none."""

    def __init__(self, running: str | None) -> None:
        self._running = running

    async def get_status(self, _: str, *, show_input: bool) -> object:
        assert not show_input
        if self._running is None:
            return None
        return type("Status", (), {"runtime_status": type("State", (), {"name": self._running}), "created_time": START})

    async def start_new(self, *_: object) -> None:
        """Started."""


@pytest.mark.parametrize("running, told", [(None, 0), ("Completed", 0), ("Running", 1)])
async def test_a_run_of_the_sweep_that_hangs_is_told(
    running: str | None, told: int, engine: Engine, journal: Journal
) -> None:
    for minutes in (0, 15):
        await begin(cast("DurableOrchestrationClient", Store(running)), past_due=True)
        assert journal.at(after(minutes=minutes), "sweep")
        found = fired(engine, "sweep-degraded", journal.rows, after(minutes=minutes + 5))
        assert ["still on its way" in row["Message"] for row in found] == [True] * (told if minutes else 0)


def test_other_warnings_do_not_degrade_the_sweep(engine: Engine) -> None:
    rows: Rows = {"AppTraces": [trace(START, "inc-1 the sweep: not me", 2), trace(START, "sweep: begins", 1)]}
    assert fired(engine, "sweep-degraded", rows, after(minutes=5)) == []
    rows["AppTraces"].append(trace(START, "sweep: the jobs of v may not be read", 2))
    rows["AppTraces"].append(trace(START, "sweep: too many requests, ask again in 17 s", 2))
    assert fired(engine, "sweep-degraded", rows, after(minutes=5)) == []  # the next run may well succeed
    rows["AppTraces"].append(trace(after(minutes=15), "sweep: the jobs of v may not be read", 2))
    (told,) = fired(engine, "sweep-degraded", rows, after(minutes=20))
    assert (told["Times"], told["Message"]) == (2, "sweep: the jobs of v may not be read")
    assert fired(engine, "sweep-degraded", rows, after(minutes=61)) == []


async def test_failures_that_could_not_be_stored_are_told(
    engine: Engine, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> object:
        raise OSError("the storage account does not answer")

    monkeypatch.setattr(start, "open_incident", refuse)
    answer = await receive_alert(http_request("alerts", vm_alert()), NOBODY)
    assert answer.status_code == 503
    (row,) = journal.at(START, "receive_alert")
    assert "OSError: the storage account does not answer" in row["Message"]
    (told,) = fired(engine, "alerts-not-stored", journal.rows, after(minutes=5))
    assert (told["OperationName"], told["TimeGenerated"]) == ("receive_alert", "2026-10-06T01:00:00Z")
    assert fired(engine, "alerts-not-stored", journal.rows, after(minutes=16)) == []


async def test_what_was_stored_or_refused_calls_nobody(
    engine: Engine, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def opened(*_: object) -> object:
        return start.Opened(id="inc-1")

    monkeypatch.setattr(start, "open_incident", opened)
    stored = await receive_alert(http_request("alerts", vm_alert()), NOBODY)
    refused = await receive_alert(http_request("alerts", b"no json"), NOBODY)
    assert (stored.status_code, refused.status_code) == (202, 400)
    assert journal.at(START, "receive_alert")
    broken = trace(START, "inc-1 activity failed\nKeyError: 'x'", 3)
    journal.rows["AppTraces"].append(broken)
    assert fired(engine, "alerts-not-stored", journal.rows, after(minutes=5)) == []


@pytest.mark.parametrize(
    "row, told",
    [
        ({"OuterMessage": "failures could not be stored"}, 1),
        ({"OuterMessage": "x", "Properties": {"FormattedMessage": "failures could not be stored"}}, 1),
        ({"OuterMessage": "something else"}, 0),
        ({}, 0),
    ],
)
def test_where_the_host_makes_an_exception_of_it_that_counts_too(
    row: dict[str, object], told: int, engine: Engine
) -> None:
    rows: Rows = {"AppExceptions": [{"TimeGenerated": START.isoformat(), "OperationName": "receive_alert", **row}]}
    assert len(fired(engine, "alerts-not-stored", rows, after(minutes=5))) == told
