"""The verdict over a scenario: everything that is not as it should be is said."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from sandbox.arm import Call, Cloud, build_world
from sandbox.arm.backups import begin
from sandbox.clock import Clock
from sandbox.inbox import Delivery, Inbox
from sandbox.scenario import Expectation, Scenario
from sandbox.verdict import problems

NOW = datetime(2026, 10, 6, 1, 0, tzinfo=UTC)
SCENARIO = Scenario(
    name="one",
    about="One.",
    outcome="resolved",
    expect=Expectation(
        mutations=["DELETE */locks/keep 200", "POST */backup 202"],
        playbooks=["SomeCode"],
        retries=["Failed", "Completed"],
    ),
)
INCIDENT: dict[str, Any] = {
    "id": "inc-1",
    "outcome": "resolved",
    "reason": None,
    "playbooks": [{"code": "SomeCode"}],
    "retries": [{"state": "Failed"}, {"state": "Completed"}],
}


def _call(method: str, path: str, status: int) -> Call:
    return Call(method, path, status, "2026-10-06T01:00:00Z")


CALLS = [_call("DELETE", "/x/LOCKS/keep", 200), _call("GET", "/x/locks", 200), _call("POST", "/x/backup", 202)]


class Recorded:
    """A cloud and an inbox in which everything went as the scenario says."""

    def __init__(self, clock: Clock) -> None:
        self.cloud = Cloud(build_world({}, NOW), clock)
        self.cloud.calls = list(CALLS)
        self.inbox = Inbox(clock, [])
        self.report("backup.incident.resolved")

    def report(self, kind: str, incident: str = "inc-1") -> None:
        received, body = self.inbox._received, {"type": kind, "data": {"id": incident}}
        received["report", f"msg-{len(received)}"] = Delivery(headers={}, body=json.dumps(body), at="", attempts=1)

    def judge(self, scenario: Scenario = SCENARIO, **changes: object) -> list[str]:
        return problems(scenario, {**INCIDENT, **changes}, self.cloud, self.inbox)


@pytest.fixture
def recorded(tmp_path: Path) -> Iterator[Recorded]:
    clock = Clock.create(tmp_path / "clock", start=NOW)
    yield Recorded(clock)
    clock.close()


def test_all_as_it_should_be(recorded: Recorded) -> None:
    assert recorded.judge() == []


def test_what_a_scenario_does_not_mention_may_be_anything(recorded: Recorded) -> None:
    expect = Expectation(mutations=SCENARIO.expect.mutations)
    assert recorded.judge(replace(SCENARIO, expect=expect), playbooks=[], retries=[], reason="Any") == []


@pytest.mark.parametrize(
    "changes, complaint",
    [
        ({"playbooks": []}, "followed the playbooks [], not ['SomeCode']"),
        ({"retries": [{"state": "Completed"}]}, "ad hoc backups ended as ['Completed'], not ['Failed', 'Completed']"),
    ],
)
def test_an_incident_that_went_another_way(changes: dict[str, Any], complaint: str, recorded: Recorded) -> None:
    assert recorded.judge(**changes) == [complaint]


def test_another_outcome_with_what_the_incident_says_of_it(recorded: Recorded) -> None:
    found = recorded.judge(outcome="failed", summary="No rights.")
    assert "outcome is failed, not resolved: No rights." in found


def test_another_reason(recorded: Recorded) -> None:
    assert recorded.judge(replace(SCENARIO, reason="This"), reason="That") == ["reason is That, not This"]


@pytest.mark.parametrize(
    "calls",
    [
        [],
        CALLS[:1],
        [*CALLS, _call("DELETE", "/x/locks/other", 200)],
        [CALLS[2], CALLS[0]],
        [_call("DELETE", "/x/locks/keep", 409), CALLS[2]],
        [_call("DELETE", "/x/locks/keep-not", 200), CALLS[2]],
        [CALLS[0], CALLS[2], CALLS[2]],
    ],
)
def test_other_changing_requests(calls: list[Call], recorded: Recorded) -> None:
    recorded.cloud.calls[:] = calls
    (found,) = recorded.judge()
    assert found.startswith("changing requests differ")


def test_a_second_report(recorded: Recorded) -> None:
    recorded.report("backup.incident.resolved")
    assert recorded.judge() == ["2 reports arrived, not 1"]


def test_a_report_that_contradicts_the_incident(recorded: Recorded) -> None:
    recorded.inbox._received.clear()
    recorded.report("backup.incident.failed")
    assert recorded.judge() == ["a report says backup.incident.failed, not backup.incident.resolved"]


def test_the_report_of_an_earlier_incident_is_none_of_this_one(recorded: Recorded) -> None:
    recorded.report("backup.incident.failed", "inc-0")
    assert recorded.judge() == []


def test_a_request_for_a_decision_is_no_report(recorded: Recorded) -> None:
    recorded.report("backup.approval.requested")
    assert recorded.judge() == []


def test_an_ad_hoc_backup_beside_a_running_job(recorded: Recorded) -> None:
    world = recorded.cloud.world
    begin(world, world.subject, NOW + timedelta(days=30))
    assert recorded.judge() == []
    world.settle(NOW + timedelta(minutes=1))
    begin(world, world.subject, NOW + timedelta(days=30))
    (found,) = recorded.judge()
    assert found == f"ad hoc backup {world.jobs[-1].id} was started while job {world.jobs[-2].id} ran"
