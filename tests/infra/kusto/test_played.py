"""Rules and reports over all that whole runs of the app left in the log of the functions host."""

import asyncio
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from sandbox import scenario as scenarios
from sandbox.play import deliver, play
from sandbox.runner import Sandbox
from sandbox.scenario import InboxFault, Scenario
from tests.infra.kusto.engine import Engine, Row
from tests.infra.kusto.queries import fired, reported
from tests.infra.kusto.rows import Rows, between, played
from tests.scenarios.conftest import START, Make

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
WORK = ["incident-stuck", "delivery-failing", "functions-failing", "alerts-not-stored", "sweep-degraded"]


def moments(first: datetime, last: datetime, step: timedelta) -> list[datetime]:
    return [first + step * number for number in range((last - first) // step + 1)]


def calls(
    engine: Engine, rows: Rows, when: Iterable[datetime], rules: Iterable[str] = WORK
) -> list[tuple[str, datetime]]:
    """Which rules call somebody, and when."""
    return [(rule, now) for rule in rules for now in when if fired(engine, rule, rows, now)]


def told(rows: Rows, part: str) -> list[Row]:
    """The app's lines that hold a text."""
    return [row for row in rows["AppTraces"] if part in row["Message"] and '"event":' in row["Message"]]


def events(rows: Rows, event: str) -> list[datetime]:
    """When an event was logged."""
    return [datetime.fromisoformat(row["TimeGenerated"]) for row in told(rows, f'"event":"{event}"')]


async def test_a_cure_of_hours_calls_nobody_and_stands_in_the_reports(sandbox_of: Make, engine: Engine) -> None:
    async with sandbox_of(scenarios.load("throttled")) as sandbox:
        name = await deliver(sandbox)
        end = await sandbox.client.wait_for_end(name, 60)
    rows = played(sandbox.state)
    (over,) = events(rows, "ended")
    assert over - START > 5 * HOUR
    assert calls(engine, rows, moments(START, over + HOUR, HOUR)) == []
    assert calls(engine, rows, moments(over, over + 60 * HOUR, HOUR), ["incident-stuck"]) == []
    assert _reports(engine, rows, over + HOUR) == {
        "outcomes-per-day": [("2026-10-06T00:00:00Z", "resolved", 1)],
        "top-codes": [("UserErrorRpCollectionLimitReached", 1, 1)],
        "refusals": [],
        "throttling": [
            ("2026-10-06T01:00:00Z", "Microsoft.RecoveryServices/vaults", 2, 324),
            ("2026-10-06T01:00:00Z", "Microsoft.Authorization/locks", 1, 240),
        ],
    }
    hours = end["durationSeconds"] / 3600
    (week,) = reported(engine, "time-to-repair", rows, over)
    assert [*week.values()] == ["2026-10-04T00:00:00Z", 1, hours, hours, hours]
    (intake,) = reported(engine, "intake-latency", rows, over)
    assert (intake["OperationName"], intake["Calls"]) == ("receive_alert", 1)
    assert 0 < intake["Half"] == intake["Longest"] < 60_000


def _reports(engine: Engine, rows: Rows, now: datetime) -> dict[str, list[tuple[object, ...]]]:
    names = ["outcomes-per-day", "top-codes", "refusals", "throttling"]
    return {report: [tuple(row.values()) for row in reported(engine, report, rows, now)] for report in names}


async def test_where_the_host_stops_for_good_its_open_incident_is_told(sandbox_of: Make, engine: Engine) -> None:
    """Three hours after the last thing that it waited for: until then it might just wait."""
    async with sandbox_of(scenarios.load("throttled")) as sandbox:
        name = await deliver(sandbox)
        await sandbox.client.wait_for_end(name, 60)
    rows = played(sandbox.state)
    died = events(rows, "waiting")[0] + MINUTE
    left = between(rows, START - HOUR, died)
    last = json.loads(told(left, '"event":"waiting"')[-1]["Message"].partition(" waiting ")[2])
    until = datetime.fromisoformat(last["until"])
    assert died < until
    assert calls(engine, left, moments(died, until + 3 * HOUR, 15 * MINUTE)) == []
    (row,) = fired(engine, "incident-stuck", left, until + 3 * HOUR + MINUTE)
    assert (row["Incident"], row["State"]) == (name, "waiting-for-azure")


async def test_a_receiver_that_comes_back_calls_nobody(sandbox_of: Make, engine: Engine) -> None:
    async with sandbox_of(scenarios.load("failing-webhook")) as sandbox:
        incident = await play(sandbox, lambda _: None)
    rows = played(sandbox.state)
    (over,), (arrived,) = events(rows, "ended"), events(rows, "delivery")
    assert (incident["reported"]["state"], arrived - over > 10 * MINUTE) == ("delivered", True)
    assert calls(engine, rows, moments(START, START + 6 * HOUR, 15 * MINUTE)) == []
    between_both = over + timedelta(days=2) + 5 * MINUTE  # the end has left the window, the delivery has not
    assert calls(engine, rows, [between_both, arrived + timedelta(days=2, minutes=1)]) == []


def _away(times: int) -> Scenario:
    """The receiver refuses so many requests; the incident ends at once."""
    return replace(scenarios.load("unknown-payload"), inbox=[InboxFault(status=500, times=times)])


async def test_a_receiver_that_stays_away_is_told_at_once_and_the_lost_result_again(
    sandbox_of: Make, engine: Engine
) -> None:
    async with sandbox_of(_away(1000)) as sandbox:
        incident = await play(sandbox, lambda _: None)
    rows = played(sandbox.state)
    (lost,) = events(rows, "delivery")
    assert (incident["reported"]["state"], lost - START > 24 * HOUR) == ("given-up", True)
    assert calls(engine, rows, [START + 5 * MINUTE]) == []
    assert fired(engine, "delivery-failing", rows, START + 20 * MINUTE)[0]["Failed"] >= 5
    (row,) = fired(engine, "delivery-failing", between(rows, lost - MINUTE, lost), lost)
    assert (row["Target"], row["Lost"]) == ("webhook", 1)
    assert calls(engine, rows, moments(START, lost + 50 * HOUR, HOUR), ["incident-stuck"]) == []


async def test_a_digest_that_is_refused_is_told(sandbox_of: Make, engine: Engine) -> None:
    """Its results count as collected, and nobody else would say that they did not arrive."""
    async with sandbox_of(_folded()) as sandbox:
        answers = [await sandbox.client.post_alert({"unheard": number}) for number in range(3)]
        names = [entry["id"] for answer in answers for entry in answer["incidents"]]
        await asyncio.gather(*(sandbox.client.wait_for_end(name, 60) for name in names))
        for _ in range(600):
            if told(played(sandbox.state), "digest-"):
                break
            await asyncio.sleep(0.05)
    rows = played(sandbox.state)
    assert len(told(rows, '"state":"collected"')) == 2
    (refused,) = told(rows, "digest-")
    assert '"state":"refused"' in refused["Message"]
    now = datetime.fromisoformat(refused["TimeGenerated"])
    assert [(row["Target"], row["Lost"]) for row in fired(engine, "delivery-failing", rows, now)] == [("ops", 1)]


def _folded() -> Scenario:
    """After the first result the others are told in a digest, which the receiver does not take."""
    ops = {"url": "{inbox}/report", "secret": "{secret}", "digest": {"after": 1, "minutes": 10}}
    target: dict[str, Any] = {"name": "ops", "format": "json", **ops}
    unheard = scenarios.load("unknown-payload")
    faults = [InboxFault(status=202, times=4), InboxFault(status=400, times=99)]
    return replace(unheard, settings={"RESPONDER_TARGETS": json.dumps([target])}, inbox=faults)


async def test_a_sweep_that_may_not_ask_is_degraded_and_one_that_stops_is_silent(
    sandbox_of: Make, engine: Engine
) -> None:
    rows = played((await _swept(sandbox_of, "sweep-without-resource-graph")).state)
    began = _last_sweep(rows)
    degraded = fired(engine, "sweep-degraded", rows, began + 10 * MINUTE)
    assert "Resource Graph said" in str([row["Message"] for row in degraded])
    assert fired(engine, "sweep-silent", rows, began + 10 * MINUTE) == []
    assert fired(engine, "sweep-silent", rows, began + 61 * MINUTE) == [{"Runs": 0}]


async def test_a_sweep_that_finds_something_is_well(sandbox_of: Make, engine: Engine) -> None:
    rows = played((await _swept(sandbox_of, "sweep-overdue")).state)
    began = _last_sweep(rows)
    assert calls(engine, rows, moments(START, began + HOUR, 15 * MINUTE)) == []
    assert calls(engine, rows, moments(START + 15 * MINUTE, began, 15 * MINUTE), ["sweep-silent"]) == []


async def _swept(sandbox_of: Make, name: str) -> Sandbox:
    async with sandbox_of(scenarios.load(name)) as sandbox:
        await play(sandbox, lambda _: None)
    return sandbox


def _last_sweep(rows: Rows) -> datetime:
    runs: list[Row] = [row for row in rows["AppRequests"] if row["OperationName"] == "sweep"]
    return datetime.fromisoformat(runs[-1]["TimeGenerated"])
