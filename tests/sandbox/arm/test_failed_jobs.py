"""The failed job of a scenario in all its forms, what was before it, and items and policies of other kinds."""

from typing import Any

import pytest

from sandbox.arm.alerts import builtin_alert
from sandbox.arm.failure_texts import ADVICE, TEXTS
from tests.sandbox.arm.conftest import Make
from tests.sandbox.arm.support import BACKUP, ITEM, VAULT, Direct, code

_JOBS = f"{VAULT}/backupJobs"


def _failed(cloud: Direct) -> dict[str, Any]:
    job = cloud.cloud.world.failed_job
    assert job is not None
    properties: dict[str, Any] = cloud.job(job.id)
    return properties


def _tasks(properties: dict[str, Any]) -> list[str]:
    return [task["status"] for task in properties["extendedInfo"]["tasksList"]]


def test_errors_as_the_scenario_has_them(make: Make) -> None:
    errors = [
        {"number": 400349, "text": "See details.", "recommendations": ["Do this."]},
        {"title": ""},
        {"title": "DiffCopyFailedToTransferData"},
        {"title": "NeverHeardOf", "number": 7},
    ]
    found = _failed(make(failed_job={"code": "BackUpOperationFailed", "errors": errors}))["errorDetails"]
    assert found[0] == {"errorCode": 400349, "errorString": "See details.", "recommendations": ["Do this."]}
    assert (found[1]["errorTitle"], found[1]["errorCode"]) == ("", 400002)
    assert (found[2]["errorCode"], found[2]["errorTitle"]) == (400052, "DiffCopyFailedToTransferData")
    assert (found[3]["errorCode"], found[3]["errorString"]) == (7, "The backup failed: NeverHeardOf.")


def test_no_errors_at_all(make: Make) -> None:
    assert "errorDetails" not in _failed(make(failed_job={"errors": []}))


def test_the_item_names_the_failure_all_the_same(make: Make) -> None:
    item = make(failed_job={"code": "DiffCopyFailedToTransferData", "errors": []}).get(ITEM)["properties"]
    detail = item["kpisHealths"]["BackupOperationStatusKPI"]["resourceHealthDetails"][0]
    assert (detail["title"], detail["code"]) == ("DiffCopyFailedToTransferData", 400052)


def test_an_item_may_not_name_the_failure(make: Make) -> None:
    item = make(item={"kpi": "none"}).get(ITEM)["properties"]
    detail = item["kpisHealths"]["BackupOperationStatusKPI"]["resourceHealthDetails"][0]
    assert (detail["title"], item["lastBackupStatus"]) == ("Success", "Failed")


@pytest.mark.parametrize(
    "job, tasks",
    [
        ({}, ["Failed", "NotStarted"]),
        ({"phase": "transfer"}, ["Completed", "Failed"]),
        ({"phase": "transfer", "status": "CompletedWithWarnings"}, ["Completed", "Failed"]),
        ({"status": "CompletedWithWarnings"}, ["Completed", "Completed"]),
        ({"status": "Cancelled"}, ["Failed", "NotStarted"]),
        ({"operation": "Restore"}, ["Failed"]),
    ],
)
def test_status_and_phase(make: Make, job: dict[str, Any], tasks: list[str]) -> None:
    found = _failed(make(failed_job=job))
    assert _tasks(found) == tasks
    assert (found["status"], found["operation"]) == (job.get("status", "Failed"), job.get("operation", "Backup"))
    assert found["errorDetails"][0]["errorTitle"] == "UserErrorRpCollectionLimitReached"


def test_details_and_length(make: Make) -> None:
    details = {"Backup Size": "8 MB", "dynamicErrorMessage": "Changes were made to the Virtual Machine"}
    found = _failed(make(failed_job={"details": details, "minutes": 45, "hours_ago": 3}))
    assert found["duration"] == "PT45M0S"
    assert found["extendedInfo"]["propertyBag"] == {"VM Name": "vm-app-01", "Backup Size": "8 MB"}
    assert found["extendedInfo"]["dynamicErrorMessage"] == details["dynamicErrorMessage"]


def test_a_restore_is_no_backup(make: Make) -> None:
    cloud = make(failed_job={"code": "RestoreOperationFailed", "operation": "Restore"}, neighbours=[])
    assert cloud.rows(_JOBS, **{"$filter": "operation eq 'Backup'"}) == []
    assert len(cloud.rows(_JOBS, **{"$filter": "operation eq 'Restore'"})) == 1
    assert cloud.get(ITEM)["properties"]["lastBackupStatus"] == ""
    assert builtin_alert(cloud.cloud.world)["data"]["essentials"]["alertRule"] == "Restore Failure"


def test_earlier_jobs(make: Make) -> None:
    past = [
        {"hours_ago": 25, "as": "Completed"},
        {"hours_ago": 49, "as": "Failed", "code": "ExtensionSnapshotFailedCOM", "minutes": 30},
        {"hours_ago": 73, "as": "Cancelled"},
    ]
    cloud = make(past_jobs=past, neighbours=[])
    rows = [row["properties"] for row in cloud.rows(_JOBS)]
    assert [row["status"] for row in rows] == ["Failed", "Completed", "Failed", "Cancelled"]
    assert "errorDetails" not in rows[1]
    assert rows[2]["errorDetails"][0]["errorTitle"] == "ExtensionSnapshotFailedCOM"
    assert rows[3]["errorDetails"][0]["errorTitle"] == "UserErrorJobSuccessfullyCancelled"
    assert cloud.get(ITEM)["properties"]["lastBackupStatus"] == "Failed"


def test_nine_on_demand_backups_use_up_the_day(make: Make) -> None:
    past = [{"hours_ago": 3 + 2 * n, "minutes": 5, "as": "Cancelled", "on_demand": True} for n in range(9)]
    assert make(past_jobs=past[:8]).ask("POST", f"{ITEM}/backup", BACKUP).status == 202
    refused = make(past_jobs=past).ask("POST", f"{ITEM}/backup", BACKUP)
    assert (refused.status, code(refused)) == (400, "CloudDosAbsoluteLimitReached")


def test_a_cancelled_backup_says_so(make: Make) -> None:
    cloud = make(points={"count": 5})
    job = cloud.start_backup()
    assert cloud.ask("POST", f"{_JOBS}/{job}/cancel").status == 202
    assert cloud.job(job)["status"] == "Cancelling"
    cloud.wait(minutes=10)
    found = cloud.job(job)
    assert (found["status"], found["errorDetails"][0]["errorCode"]) == ("Cancelled", 400158)
    assert len(cloud.points()) == 5


def test_an_item_that_is_gone(make: Make) -> None:
    cloud = make(item={"exists": False})
    assert cloud.ask("GET", ITEM).status == 404
    assert cloud.ask("POST", f"{ITEM}/backup", BACKUP).status == 404
    names = [row["properties"]["friendlyName"] for row in cloud.rows(f"{VAULT}/backupProtectedItems")]
    assert "vm-app-01" not in names
    assert _failed(cloud)["status"] == "Failed"


def test_items_that_are_not_protected(make: Make) -> None:
    paused = make(item={"state": "ProtectionPaused"}).get(ITEM)["properties"]
    assert paused["protectionState"] == "ProtectionPaused"
    deleted = make(item={"soft_deleted": True}).get(ITEM)["properties"]
    assert (deleted["protectionState"], deleted["isScheduledForDeferredDelete"]) == ("ProtectionStopped", True)


@pytest.mark.parametrize(
    "policy, schedule",
    [
        (
            {"type": "V2"},
            {
                "schedulePolicyType": "SimpleSchedulePolicyV2",
                "scheduleRunFrequency": "Daily",
                "dailySchedule": {"scheduleRunTimes": ["2026-03-02T22:00:00Z"]},
            },
        ),
        (
            {"type": "V2", "every_hours": 4},
            {
                "schedulePolicyType": "SimpleSchedulePolicyV2",
                "scheduleRunFrequency": "Hourly",
                "hourlySchedule": {
                    "interval": 4,
                    "scheduleWindowStartTime": "2026-03-02T22:00:00Z",
                    "scheduleWindowDuration": 24,
                },
            },
        ),
    ],
)
def test_enhanced_policies(make: Make, policy: dict[str, Any], schedule: dict[str, Any]) -> None:
    properties = make(policy=policy).get(f"{VAULT}/backupPolicies/DefaultPolicy")["properties"]
    assert (properties["policyType"], properties["schedulePolicy"]) == ("V2", schedule)


def test_the_vault_has_a_place_of_its_own(make: Make) -> None:
    assert make(vault_location="uksouth").get(VAULT)["location"] == "uksouth"
    assert make().get(VAULT)["location"] == "westeurope"


def test_numbers_are_unique() -> None:
    numbers = [number for number, _ in TEXTS.values()]
    assert len(numbers) == len(set(numbers))
    assert set(ADVICE) <= set(TEXTS)
