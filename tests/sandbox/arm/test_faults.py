"""Faults as data."""

from typing import Any

import pytest

from tests.sandbox.arm.conftest import Make
from tests.sandbox.arm.support import BACKUP, ITEM, LOCKS, RP_GROUP, SUB, VAULT, code

_JOBS = f"{VAULT}/backupJobs"


def test_a_fault_strikes_as_often_as_it_says(make: Make) -> None:
    cloud = make(faults=[{"match": "get */BACKUPJOBS", "status": 429, "times": 2, "retryAfter": 240}])
    answers = [cloud.ask("GET", _JOBS) for _ in range(3)]
    assert [answer.status for answer in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "240"
    assert code(answers[0]) == "ResourceRequestsThrottled"
    assert "after '240' seconds" in answers[0].body["error"]["message"]


def test_seconds_may_be_in_the_text_alone(make: Make) -> None:
    cloud = make(faults=[{"match": "DELETE */locks/*", "status": 429, "retryAfter": None, "seconds": 324}], locks=[{}])
    answer = cloud.ask("DELETE", f"{RP_GROUP}{LOCKS}/do-not-delete")
    assert "Retry-After" not in answer.headers
    assert "after '324' seconds" in answer.body["error"]["message"]
    assert [row["name"] for row in cloud.rows(f"{SUB}{LOCKS}")] == ["do-not-delete"]


@pytest.mark.parametrize(
    "fault, expected",
    [
        ({"status": 500}, "RestApiInternalError"),
        ({"status": 502}, "InvalidGatewayHost"),
        ({"status": 504}, "GatewayTimeout"),
        ({"status": 409, "body": "code:AnotherOperationInProgress"}, "AnotherOperationInProgress"),
    ],
)
def test_bodies_in_the_envelope(make: Make, fault: dict[str, Any], expected: str) -> None:
    answer = make(faults=[{"match": "*", **fault}]).ask("GET", _JOBS)
    assert (answer.status, code(answer)) == (fault["status"], expected)


def test_bodies_without_the_envelope(make: Make) -> None:
    bodies = ["html", "empty", "service"]
    cloud = make(
        faults=[{"match": "*", "status": 503, "body": body} for body in bodies] + [{"match": "*", "status": 503}]
    )
    html, empty, service, usual = (cloud.ask("GET", _JOBS).body for _ in range(4))
    assert html.startswith("<!DOCTYPE html>")
    assert empty is None
    assert usual is None
    assert set(service) == {"ErrorCode", "Message"}


def test_a_fault_may_begin_later(make: Make) -> None:
    cloud = make(faults=[{"match": "*", "status": 500, "after": 60}])
    assert cloud.ask("GET", _JOBS).status == 200
    cloud.wait(seconds=61)
    assert cloud.ask("GET", _JOBS).status == 500


def test_an_answer_may_be_lost_after_the_change(make: Make) -> None:
    cloud = make(faults=[{"match": "POST *", "status": 503, "applies": True}])
    assert cloud.ask("POST", f"{ITEM}/backup", BACKUP).status == 503
    cloud.wait(seconds=10)
    assert len(cloud.rows(_JOBS, **{"$filter": "status eq 'InProgress'"})) == 1
