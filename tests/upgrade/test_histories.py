"""Incidents in flight outlive an upgrade: today's orchestrators go on from histories that earlier code has left.

Every beginning of every recorded history is handed to the code of now, as the extension does after an upgrade.
"""

import re
from collections import Counter
from pathlib import Path

import pytest
from azure.functions.decorators.timer import TimerTrigger
from msgspec.structs import replace

from handlers import incident_flow
from handlers.entities import Request
from handlers.hops import Flow, Hops
from handlers.outcome import Ended
from handlers.respond import durable
from handlers.sweep import sweeping
from sandbox.durable.history import EventType, loads
from sandbox.durable.recorded import Recorded, difference, episodes, read, stored
from tests.handlers.replaying import functions_of
from tests.sandbox.durable.harness import LocalInvoker

FOLDER = Path(__file__).parent / "histories"
HISTORIES = stored(FOLDER)
WHAT_NOW = (
    "{name}: the orchestrator takes another way than the one that instances in flight have begun.\n  {told}\n"
    "Either keep the old walk for old inputs (docs/upgrade.md, 'Changing an orchestrator'), or record the histories"
    " anew (python -m sandbox histories --anew) and say in CHANGELOG.md, under Changed, that incidents in flight break."
)


@pytest.fixture(scope="module")
def invoker() -> LocalInvoker:
    found = [*functions_of(durable), *functions_of(sweeping)]
    return LocalInvoker([function for function in found if not isinstance(function.get_trigger(), TimerTrigger)])


@pytest.mark.filterwarnings("ignore:Potential duplicate Task completion")  # the SDK, of an event that came early
@pytest.mark.parametrize("name", HISTORIES)
async def test_what_is_in_flight_goes_on_after_an_upgrade(name: str, invoker: LocalInvoker) -> None:
    told = await difference(read(HISTORIES[name]), invoker)
    if told:
        pytest.fail(WHAT_NOW.format(name=name, told=told), pytrace=False)


def _names(recorded: Recorded) -> Counter[str]:
    """What was asked for, and how often."""
    activities = [str(event["Name"]) for event in recorded.history if event["EventType"] == EventType.TASK_SCHEDULED]
    kinds = [EventType(event["EventType"]).label for event in recorded.history]
    return Counter([*activities, *kinds])


@pytest.mark.parametrize(
    "name, wanted",
    [
        ("incident-default", {"apply_change": 1, "start_backup": 2, "TimerFired": 3, "deliver": 1}),
        ("incident-approval", {"deliver": 2, "apply_change": 1, "EventRaised": 10}),
        ("incident-clean-up", {"start_backup": 2, "examine": 2}),
        ("incident-throttled", {"diagnose": 2, "TimerFired": 2}),
        ("incident-in-a-crowd", {"diagnose": 1, "start_backup": 1}),
        ("locate", {"find_jobs": 5, "TimerFired": 4}),
        ("incident-begun-anew", {"TimerFired": 2, "start_backup": 1, "deliver": 1}),
        ("breakdown", {"address": 1, "deliver": 1}),
        ("sweep", {"sweep_broken": 1, "sweep_failed": 1, "sweep_overdue": 1}),
        ("sweep-older", {"sweep_failed": 1, "sweep_overdue": 1}),
        ("watcher", {"read_jobs": 1}),
        ("redelivery", {"deliver": 2}),
        ("digest", {"deliver": 1}),
    ],
)
def test_the_histories_hold_what_they_are_kept_for(name: str, wanted: dict[str, int]) -> None:
    found = _names(read(HISTORIES[name]))
    assert {what: count for what, count in wanted.items() if found[what] < count} == {}


async def test_code_that_takes_two_steps_in_another_order_is_found(
    invoker: LocalInvoker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def let_go(hops: Hops, end: Ended) -> Flow[None]:
        leave = Request(incident=hops.incident, now=hops.now, outcome=str(end.outcome), reason=end.reason)
        yield from hops.grant("governor", "app", "leave", leave)
        if hops.held_item:
            yield from hops.grant("item", hops.held_item, "release", leave)

    monkeypatch.setattr(incident_flow, "_let_go", let_go)
    told = await difference(read(HISTORIES["incident-default"]), invoker)
    assert told is not None
    assert re.search(r"release of @item@\w+\), and now asks for .*leave of @governor@app", told)


async def test_a_step_of_the_history_that_the_code_does_not_take_is_named(invoker: LocalInvoker) -> None:
    recorded = read(HISTORIES["sweep"])
    renamed = [
        event | {"Name": "sweep_overdue"} if event.get("Name") == "sweep_failed" else event
        for event in recorded.history
    ]
    told = await difference(replace(recorded, history=renamed), invoker)
    assert told is not None
    assert "sweep_overdue" in told
    assert "sweep_failed" in told
    assert recorded.history[0]["Timestamp"][:10] in told


async def test_an_end_that_does_not_come_any_more_is_found(invoker: LocalInvoker) -> None:
    recorded = read(HISTORIES["incident-default"])
    *_, last = episodes(recorded)
    assert last.last
    shorter = replace(recorded, history=[*recorded.history[: last.past]])
    assert await difference(shorter, invoker) is None


def test_a_recording_holds_the_input_that_the_instance_began_with() -> None:
    for name, path in HISTORIES.items():
        recorded = read(path)
        assert recorded.input, name
        assert isinstance(loads(recorded.input), str | dict), name
