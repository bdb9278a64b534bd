"""Activity log, Resource Health and metrics."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox.arm.conftest import Make
from tests.sandbox.arm.support import START, SUB, VM, Direct, code

EVENTS = f"{SUB}/providers/Microsoft.Insights/eventtypes/management/values"
HEALTH = f"{VM}/providers/Microsoft.ResourceHealth/availabilityStatuses/current"
METRICS = f"{VM}/providers/Microsoft.Insights/metrics"
SINCE = "eventTimestamp ge '2026-11-01T00:00:00Z'"
POLICY = "RequestDisallowedByPolicy"
ENTRIES = [
    {"operation": "Microsoft.Compute/restorePointCollections/write", "status": "Failed", "code": POLICY},
    {"operation": "Microsoft.Compute/virtualMachines/restart/action", "hours_ago": 0.5},
    {
        "operation": "Microsoft.Compute/restorePointCollections/delete",
        "status": "Failed",
        "code": "ScopeLocked",
        "message": "The scope is locked.",
        "hours_ago": 3,
        "resource": f"{SUB}/resourceGroups/AzureBackupRG_westeurope_1",
    },
]


def _events(cloud: Direct, text: str = SINCE) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = cloud.rows(EVENTS, **{"$filter": text})
    return rows


def test_an_empty_log(cloud: Direct) -> None:
    assert _events(cloud) == []


def test_the_newest_entry_comes_first(make: Make) -> None:
    rows = _events(make(activity=ENTRIES))
    assert [row["operationName"]["value"].rsplit("/", 2)[-2:] for row in rows] == [
        ["restart", "action"],
        ["restorePointCollections", "write"],
        ["restorePointCollections", "delete"],
    ]
    times = [row["eventTimestamp"] for row in rows]
    assert times == sorted(times, reverse=True)


def test_the_shape_of_a_failed_entry(make: Make) -> None:
    row = _events(make(activity=ENTRIES))[-1]
    assert row["status"] == {"value": "Failed", "localizedValue": "Failed"}
    assert row["subStatus"]["localizedValue"] == "Conflict (HTTP Status Code: 409)"
    assert row["resourceId"].endswith("/AzureBackupRG_westeurope_1")
    assert row["resourceGroupName"] == "AzureBackupRG_westeurope_1"
    assert row["resourceProviderName"]["value"] == "Microsoft.Compute"
    assert row["authorization"] == {"action": row["operationName"]["value"], "scope": row["resourceId"]}
    assert row["caller"] == "admin@example.com"
    assert (row["category"]["value"], row["level"]) == ("Administrative", "Error")
    error = json.loads(row["properties"]["statusMessage"])["error"]
    assert error == {"code": "ScopeLocked", "message": "The scope is locked."}


def test_an_entry_that_succeeded_has_no_error(make: Make) -> None:
    row = _events(make(activity=ENTRIES))[0]
    assert "statusMessage" not in row["properties"]
    assert (row["resourceId"], row["level"], row["subStatus"]["value"]) == (VM, "Informational", "OK")


@pytest.mark.parametrize(
    "text, count",
    [
        (f"{SINCE} and eventTimestamp le '2026-11-02T13:30:00Z'", 2),
        ("eventTimestamp ge '2026-11-02T13:30:00Z'", 1),
        (f"{SINCE} and resourceGroupName eq 'RG-APP-PROD-WEU'", 2),
        (f"{SINCE} and resourceUri eq '{VM.lower()}'", 2),
        (f"{SINCE} and resourceProvider eq 'Microsoft.Network'", 0),
    ],
)
def test_what_the_filter_selects(make: Make, text: str, count: int) -> None:
    assert len(_events(make(activity=ENTRIES), text)) == count


@pytest.mark.parametrize(
    "text",
    [
        "",
        "eventTimestamp le '2026-11-02T13:30:00Z'",
        "eventTimestamp ge 'yesterday'",
        "eventTimestamp ge '2026-01-01T00:00:00Z'",
        f"{SINCE} and caller eq 'x'",
        f"{SINCE} or resourceGroupName eq 'x'",
    ],
)
def test_the_filter_must_have_a_start(cloud: Direct, text: str) -> None:
    answer = cloud.ask("GET", EVENTS, **({"$filter": text} if text else {}))
    assert (answer.status, code(answer)) == (400, "BadRequest")


def test_the_log_is_paged_and_does_not_move_with_the_clock(make: Make) -> None:
    cloud = make(activity=ENTRIES, page_size=2)
    cloud.wait(hours=2)
    body = cloud.get(EVENTS, **{"$filter": SINCE})
    assert len(body["value"]) == 2
    assert "%24skipToken=2" in body["nextLink"]
    assert body["value"][0]["eventTimestamp"].startswith("2026-11-02T14:00:05")


@pytest.mark.parametrize(
    "model, operation",
    [("policies", "Microsoft.KeyVault/vaults/write"), ("rbac", "Microsoft.Authorization/roleAssignments/write")],
)
def test_young_rights_are_in_the_log(make: Make, model: str, operation: str) -> None:
    (row,) = _events(make(key_vault={"model": model, "grants_act_after_minutes": 30}))
    assert row["operationName"]["value"] == operation
    assert row["resourceId"].endswith("/vaults/kv-disks-weu-01")


def test_health(make: Make) -> None:
    body = make().get(HEALTH)
    assert (body["id"], body["name"], body["type"]) == (
        HEALTH,
        "current",
        "Microsoft.ResourceHealth/AvailabilityStatuses",
    )
    assert body["properties"]["availabilityState"] == "Available"
    told = {"state": "Unavailable", "title": "Down", "summary": "A host failed.", "cause": "Unplanned"}
    properties = make(health=told).get(HEALTH)["properties"]
    assert (properties["availabilityState"], properties["title"]) == ("Unavailable", "Down")
    assert (properties["summary"], properties["reasonType"]) == ("A host failed.", "Unplanned")
    assert make(vm={"exists": False}).ask("GET", HEALTH).status == 404


def _maxima(cloud: Direct, names: str, since: float, until: float) -> dict[str, float]:
    """The largest values of metrics, between so many hours before the start."""
    ends = [(START - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ") for hours in (since, until)]
    body = cloud.get(METRICS, metricnames=names, timespan="/".join(ends), interval="PT5M", aggregation="Maximum")
    return {
        row["name"]["value"]: max(point["maximum"] for point in row["timeseries"][0]["data"]) for row in body["value"]
    }


def test_the_load_while_the_job_ran(make: Make) -> None:
    cloud = make(load={"cpu": 97, "disk": 99})
    names = "Percentage CPU,OS Disk IOPS Consumed Percentage"
    busy = _maxima(cloud, names, 2, 0.5)
    assert busy == {"Percentage CPU": 97, "OS Disk IOPS Consumed Percentage": 99}
    quiet = _maxima(cloud, names, 5, 3)
    assert quiet == {"Percentage CPU": 4.2, "OS Disk IOPS Consumed Percentage": 7.5}


def test_the_shape_of_metrics(cloud: Direct) -> None:
    body = cloud.get(METRICS, metricnames="percentage cpu")
    assert (body["interval"], body["namespace"]) == ("PT1M", "Microsoft.Compute/virtualMachines")
    (row,) = body["value"]
    assert row["id"] == f"{METRICS}/Percentage CPU"
    assert (row["type"], row["unit"], row["errorCode"]) == ("Microsoft.Insights/metrics", "Percent", "Success")
    points = row["timeseries"][0]["data"]
    assert len(points) == 60
    assert points[0].keys() == {"timeStamp", "average"}


@pytest.mark.parametrize(
    "query, says",
    [
        ({"metricnames": "Speed"}, "metric: Speed, Valid metrics: Percentage CPU,OS Disk"),
        ({"interval": "PT2M"}, "time grain"),
        ({"timespan": "2026-01-01T00:00:00Z/2026-01-02T00:00:00Z"}, "timespan"),
        ({"timespan": "now"}, "timespan"),
        ({"timespan": "2026-10-01T00:00:00Z/2026-11-01T00:00:00Z"}, "time grain"),
        ({"aggregation": "Median"}, "aggregation"),
    ],
)
def test_metrics_are_refused_without_an_envelope(cloud: Direct, query: dict[str, str], says: str) -> None:
    answer = cloud.ask("GET", METRICS, **query)
    assert (answer.status, answer.body["code"]) == (400, "BadRequest")
    assert says in answer.body["message"]
