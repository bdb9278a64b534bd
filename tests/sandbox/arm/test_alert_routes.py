"""Every route's body: the keys that Azure documents, the world's own ids."""

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.arm import ROUTES, World, alert_by, build_world, builtin_alert
from tests.sandbox.arm.support import ITEM, START, SUB, VAULT

FLEET = {"count": 3, "codes": [{"code": "UserErrorGuestAgentStatusUnavailable"}]}
NUMBERED = {"log-v1", "log-legacy", "event-hub-records"}


@pytest.fixture(scope="module")
def world() -> World:
    return build_world({"fleet": FLEET, "more_failed_jobs": [{"on_demand": True}]}, START)


def _texts(body: Any) -> Iterator[str]:
    if isinstance(body, dict):
        for name, value in body.items():
            yield str(name)
            yield from _texts(value)
    elif isinstance(body, list):
        for value in body:
            yield from _texts(value)
    else:
        yield str(body)


def test_the_routes() -> None:
    assert list(ROUTES) == [
        *("builtin", "log-v2", "log-v1", "log-legacy", "activity-log", "activity-log-legacy", "metric"),
        *("event-hub-records", "resource-graph-row", "event-grid", "cloud-event"),
    ]
    assert [name for name, route in ROUTES.items() if not route.names_job] == ["metric"]
    assert {name for name, route in ROUTES.items() if route.several} == NUMBERED


@pytest.mark.parametrize("route", ROUTES)
def test_the_body_is_of_that_job_and_no_other(world: World, route: str) -> None:
    job, other = world.fleet[:2]
    texts = " ".join(_texts(alert_by(route, world, job))).lower()
    assert (job.id in texts) is ROUTES[route].names_job
    assert world.vault_id.lower() in texts
    assert job.item.machine.name in texts
    assert other.id not in texts
    assert other.item.machine.name not in texts
    assert alert_by(route, world, job) == alert_by(route, world, job)


@pytest.mark.parametrize("route", ROUTES)
def test_a_job_that_did_not_fail_makes_no_alert(world: World, route: str) -> None:
    good = next(job for job in world.jobs if job.failure is None)
    if route == "resource-graph-row":
        assert alert_by(route, world, good)["properties"]["status"] == "Completed"
        return
    with pytest.raises(ValueError, match="failed"):
        alert_by(route, world, good)


@pytest.mark.parametrize("route", ROUTES)
def test_several_jobs_in_one_body(world: World, route: str) -> None:
    if route not in NUMBERED:
        with pytest.raises(ValueError, match="one job"):
            alert_by(route, world, *world.fleet)
        return
    texts = " ".join(_texts(alert_by(route, world, *world.fleet)))
    assert all(job.id in texts for job in world.fleet)


def test_an_unknown_route(world: World) -> None:
    with pytest.raises(KeyError):
        alert_by("pigeon", world, world.fleet[0])


def _essentials(body: dict[str, Any]) -> dict[str, Any]:
    assert body["schemaId"] == "azureMonitorCommonAlertSchema"
    essentials: dict[str, Any] = body["data"]["essentials"]
    assert essentials["monitorCondition"] == "Fired"
    assert essentials["alertId"].startswith(f"{SUB}/providers/Microsoft.AlertsManagement/alerts/")
    return essentials


@pytest.mark.parametrize(
    "route, service, signal",
    [
        ("builtin", "Azure Backup", "Log"),
        ("log-v2", "Log Alerts V2", "Log"),
        ("log-v1", "Log Analytics", "Log"),
        ("activity-log", "Activity Log - Administrative", "Activity Log"),
        ("metric", "Platform", "Metric"),
    ],
)
def test_the_common_schema(world: World, route: str, service: str, signal: str) -> None:
    essentials = _essentials(alert_by(route, world, world.fleet[0]))
    assert (essentials["monitoringService"], essentials["signalType"]) == (service, signal)


def test_a_log_rule_of_today_has_dimensions_and_no_rows(world: World) -> None:
    job = world.fleet[0]
    body = alert_by("log-v2", world, job)
    (condition,) = body["data"]["alertContext"]["condition"]["allOf"]
    dimensions = {entry["name"]: entry["value"] for entry in condition["dimensions"]}
    assert len(dimensions) == 6
    assert dimensions["ResourceId"] == VAULT.upper()
    assert (dimensions["JobUniqueId"], dimensions["JobFailureCode"]) == (job.id, FLEET["codes"][0]["code"])  # type: ignore[index]
    region, number, container = dimensions["BackupItemUniqueId"].split(";", 2)
    assert (region, len(number), container) == ("westeurope", 19, job.item.container)
    assert dimensions["AdHocOrScheduledJob"] == "Scheduled"
    assert "SearchResults" not in body["data"]["alertContext"]


def test_the_time_before_sent_rows(world: World) -> None:
    common = alert_by("log-v1", world, *world.fleet)
    legacy = alert_by("log-legacy", world, *world.fleet)
    assert common["data"]["essentials"]["alertContextVersion"] == "1.1"
    assert "schemaId" not in legacy
    for result in (common["data"]["alertContext"]["SearchResults"], legacy["SearchResult"]):
        (table,) = result["tables"]
        names = [column["name"] for column in table["columns"]]
        rows = [dict(zip(names, row, strict=True)) for row in table["rows"]]
        assert [row["JobUniqueId"] for row in rows] == [job.id for job in world.fleet]
        assert {row["JobStatus"] for row in rows} == {"Failed"}


def test_an_event_hub_record(world: World) -> None:
    job = next(job for job in world.jobs if job.expires)
    (record,) = alert_by("event-hub-records", world, job)["records"]
    assert (record["category"], record["resourceId"]) == ("AddonAzureBackupJobs", VAULT.upper())
    properties = record["properties"]
    assert (properties["BackupManagementType"], properties["AdHocOrScheduledJob"]) == ("IaaSVM", "AdHoc")
    assert properties["JobDurationInSecs"] == 12 * 60


def test_a_metric_names_the_vm_and_its_item(world: World) -> None:
    assert world.failed_job
    body = alert_by("metric", world, world.failed_job)
    (criterion,) = body["data"]["alertContext"]["condition"]["allOf"]
    assert (criterion["metricName"], criterion["timeAggregation"]) == ("BackupHealthEvent", "Count")
    dimensions = {entry["name"]: entry["value"] for entry in criterion["dimensions"]}
    assert (dimensions["backupInstanceUrl"], dimensions["healthStatus"]) == (ITEM, "PersistentDegraded")


def test_the_activity_log_in_both_schemas(world: World) -> None:
    job = world.fleet[0]
    common = alert_by("activity-log", world, job)
    legacy = alert_by("activity-log-legacy", world, job)
    assert common["data"]["essentials"]["severity"] == "Sev4"
    assert legacy["schemaId"] == "Microsoft.Insights/activityLogs"
    for event in (common["data"]["alertContext"], legacy["data"]["context"]["activityLog"]):
        assert event["properties"]["Job Id"] == job.id
        assert event["operationName"] == "Microsoft.RecoveryServices/recoveryServicesVault/Backup"


def test_a_row_of_resource_graph(world: World) -> None:
    job = world.fleet[0]
    row = alert_by("resource-graph-row", world, job)
    assert (row["type"], row["name"]) == ("microsoft.recoveryservices/vaults/backupjobs", job.id)
    assert row["properties"]["containerName"] == f"IaasVMContainer;{job.item.container}"


def test_the_envelopes_hold_the_untouched_alert(world: World) -> None:
    job = world.fleet[0]
    (event,) = alert_by("event-grid", world, job)
    cloud_event = alert_by("cloud-event", world, job)
    assert event["data"] == cloud_event["data"] == builtin_alert(world, job)
    assert event["eventType"] == cloud_event["type"] == "AzureBackup.JobFailed"
    assert event["subject"] == cloud_event["subject"] == f"{VAULT.lower()}/backupJobs/{job.id}"
    assert event["id"] == cloud_event["id"]
    assert cloud_event["specversion"] == "1.0"


def test_what_a_scenario_says_of_its_alert_is_not_said_of_others() -> None:
    world = build_world({"fleet": FLEET, "alert": {"hint": "", "rule": "Restore Failure"}}, START)
    told, other = (builtin_alert(world, job)["data"] for job in (world.failed_job, world.fleet[0]))
    assert [body["essentials"]["alertRule"] for body in (told, other)] == ["Restore Failure", "Backup Failure"]
    actions = [body["alertContext"]["extendedInfo"]["recommendedActions"] for body in (told, other)]
    assert ["aka.ms/AB-" in text for text in actions] == [False, True]
