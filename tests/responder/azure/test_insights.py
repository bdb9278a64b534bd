"""Activity log, metrics, Resource Health and Resource Graph."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from responder.azure.gateway import Gateway
from responder.azure.graph import quoted
from responder.azure.insights import event_of, maxima
from responder.azure.model import ActivityEvent, Availability
from responder.errors import Rejected, Unavailable
from tests.responder.alerts import SUBSCRIPTION, VM
from tests.responder.azure.canned import CannedArm

LOG = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Insights/eventtypes/management/values"
INNER = {"code": "DiskRestorePointUsedByCustomer", "message": "in use"}
OUTER = {"code": "ResourceOperationFailure", "message": "outer", "details": [{"message": "none"}, INNER]}
OPERATION_FAILED = json.dumps({"status": "Failed", "error": OUTER})
NAME = "it's"
SINCE, UNTIL = datetime(2026, 11, 1, 1, 15, tzinfo=UTC), datetime(2026, 11, 2, 1, 15, 30, 5, tzinfo=UTC)


def event(at: str, said: object = None, **properties: object) -> dict[str, Any]:
    return {
        "eventTimestamp": at,
        "operationName": {"value": "Microsoft.Compute/restorePointCollections/delete", "localizedValue": "Delete"},
        "status": {"value": "Failed"},
        "caller": "262044b1-e2ce-469f-a196-69ab7ada62d3",
        "resourceId": VM,
        "properties": {"statusMessage": said, **properties},
    }


def test_the_activity_log_over_pages_newest_first(arm: CannedArm, gateway: Gateway) -> None:
    locked = json.dumps({"error": {"code": "ScopeLocked", "message": "The scope is locked."}})
    link = f"{arm.url}{LOG}?$skipToken=2"
    arm.answers(200, {"value": [event("2026-11-01T20:00:00Z")], "nextLink": link})
    arm.answers(200, {"value": [event("2026-11-02T00:00:00.1234567Z", locked, statusCode="Conflict")]})
    newest, older = gateway.activity(SUBSCRIPTION, SINCE, UNTIL)
    assert newest == ActivityEvent(
        at=datetime(2026, 11, 2, 0, 0, 0, 123456, UTC),
        operation="Microsoft.Compute/restorePointCollections/delete",
        status="Failed",
        code="ScopeLocked",
        message="The scope is locked.",
        caller="262044b1-e2ce-469f-a196-69ab7ada62d3",
        resource_id=VM,
    )
    assert (older.code, older.message) == (None, None)
    assert arm.seen[0].path == LOG
    assert arm.seen[0].query["$filter"] == (
        "eventTimestamp ge '2026-11-01T01:15:00Z' and eventTimestamp le '2026-11-02T01:15:30Z'"
    )


def test_a_busy_subscription_and_a_long_past(arm: CannedArm, gateway: Gateway) -> None:
    for _ in range(6):
        arm.answers(200, {"value": [event("2026-11-02T00:00:00Z")], "nextLink": f"{arm.url}{LOG}?$skipToken=n"})
    assert len(gateway.activity(SUBSCRIPTION, datetime(2020, 1, 1, tzinfo=UTC), UNTIL)) == 5
    assert arm.seen[0].query["$filter"].startswith("eventTimestamp ge '2026-08-05T01:15:30Z'")
    with pytest.raises(Rejected):
        gateway.activity("..", SINCE, UNTIL)


@pytest.mark.parametrize(
    "said,code,message",
    [
        ({"error": {"code": "RequestDisallowedByPolicy", "message": "m"}}, "RequestDisallowedByPolicy", "m"),
        ('{"code": "Flat", "message": "m"}', "Flat", "m"),
        ("plain words", "Forbidden", "plain words"),
        ("", "Forbidden", None),
        ("[1]", "Forbidden", None),
        (None, "Forbidden", None),
        (5, "Forbidden", None),
        (
            OPERATION_FAILED,
            "DiskRestorePointUsedByCustomer",
            "in use",
        ),
        ('{"error":{"code":"OperationFailed","message":"outer","details":[]}}', "OperationFailed", "outer"),
    ],
)
def test_the_reason_of_an_event(said: object, code: str | None, message: str | None) -> None:
    found = event_of(event("2026-11-02T00:00:00Z", said, statusCode="Forbidden"))
    assert (found.code, found.message) == (code, message)


def test_a_success_has_no_code() -> None:
    row = event("2026-11-02T00:00:00Z", statusCode="OK") | {"status": {"value": "Succeeded"}}
    assert event_of(row).code is None


def test_an_odd_event_is_an_event() -> None:
    assert event_of(None) == ActivityEvent(operation="", status="")


@pytest.mark.parametrize("spelling", ["occurredTime", "occuredTime"])
def test_availability(arm: CannedArm, gateway: Gateway, spelling: str) -> None:
    properties = {
        "availabilityState": "Unavailable",
        "title": "Down",
        "summary": "Host reboot.",
        "reasonType": "Unplanned",
        spelling: "2026-11-02T00:20:00Z",
    }
    arm.answers(200, {"id": "x", "properties": properties})
    assert gateway.availability(VM) == Availability(
        state="Unavailable",
        title="Down",
        summary="Host reboot.",
        cause="Unplanned",
        at=datetime(2026, 11, 2, 0, 20, tzinfo=UTC),
    )
    assert arm.seen[0].path == f"{VM}/providers/Microsoft.ResourceHealth/availabilityStatuses/current"
    arm.answers(200, {})
    assert gateway.availability(VM) == Availability(state="Unknown")


def test_metrics(arm: CannedArm, gateway: Gateway) -> None:
    points = [{"timeStamp": "x", "maximum": 97.5}, {"timeStamp": "y"}, {"timeStamp": "z", "maximum": 99}]
    cpu = {"name": {"value": "Percentage CPU"}, "timeseries": [{"data": points}, {"data": [{"maximum": 3.0}]}]}
    idle = {"name": {"value": "OS Disk IOPS Consumed Percentage"}, "timeseries": []}
    arm.answers(200, {"value": [cpu, idle, {"timeseries": [{"data": points}]}]})
    names = ["Percentage CPU", "OS Disk IOPS Consumed Percentage"]
    assert gateway.metrics(VM, names, SINCE, UNTIL) == {"Percentage CPU": 99.0}
    assert arm.seen[0].path == f"{VM}/providers/Microsoft.Insights/metrics"
    assert arm.seen[0].query == {
        "api-version": "2023-10-01",
        "metricnames": "Percentage CPU,OS Disk IOPS Consumed Percentage",
        "timespan": "2026-11-01T01:15:00Z/2026-11-02T01:15:30Z",
        "aggregation": "Maximum",
        "interval": "PT5M",
    }
    assert maxima("odd") == {}


def test_a_query_over_pages(arm: CannedArm, gateway: Gateway) -> None:
    arm.answers(200, {"count": 1, "data": [{"id": VM}, "odd"], "$skipToken": "more"})
    arm.answers(200, {"count": 1, "data": [{"id": f"{VM}-2"}]})
    kql = f"resources | where name =~ {quoted(NAME)}"
    assert gateway.query(SUBSCRIPTION, kql) == [{"id": VM}, {"id": f"{VM}-2"}]
    question = {"subscriptions": [SUBSCRIPTION], "query": "resources | where name =~ 'it\\'s'"}
    assert [(seen.method, seen.path) for seen in arm.seen] == [
        ("POST", "/providers/Microsoft.ResourceGraph/resources")
    ] * 2
    assert arm.seen[0].json == question | {"options": {"resultFormat": "objectArray"}}
    assert arm.seen[1].json == question | {"options": {"resultFormat": "objectArray", "$skipToken": "more"}}


@pytest.mark.parametrize("body", [{}, {"data": {"columns": [], "rows": []}}, [], b"<html></html>"])
def test_a_query_without_rows_is_no_empty_answer(arm: CannedArm, gateway: Gateway, body: object) -> None:
    arm.answers(200, body)
    with pytest.raises(Unavailable):
        gateway.query(SUBSCRIPTION, "resources")
