"""Ad hoc backups from POST to their end, and what they do to restore points."""

import pytest

from tests.sandbox.arm.conftest import Make
from tests.sandbox.arm.support import BACKUP, ITEM, LOCKS, RP_GROUP, VAULT, Direct, code

_JOBS = f"{VAULT}/backupJobs"
_RUNNING = {"$filter": "status eq 'InProgress'"}
_FREE = {"count": 5}


def _error(cloud: Direct, job_id: str) -> str:
    title: str = cloud.job(job_id)["errorDetails"][0]["errorTitle"]
    return title


def _recovery_points(cloud: Direct) -> list[list[int]]:
    rows = cloud.rows(f"{ITEM}/recoveryPoints")
    return [[tier["type"] for tier in row["properties"]["recoveryPointTierDetails"]] for row in rows]


def test_the_answer_has_no_body_but_headers(cloud: Direct) -> None:
    answer = cloud.ask("POST", f"{ITEM}/backup", BACKUP)
    assert (answer.status, answer.body) == (202, None)
    status, location = answer.headers["Azure-AsyncOperation"], answer.headers["Location"]
    assert answer.headers["Retry-After"] == "60"
    assert status.startswith(f"https://localhost:1{ITEM.replace('/subscriptions', '/Subscriptions')}/operationsStatus/")
    assert location == status.replace("operationsStatus", "operationResults")
    assert status.endswith("?api-version=2026-10-01")
    assert answer.headers["x-ms-ratelimit-remaining-subscription-writes"] == "1199"


def test_the_operation_names_the_job_after_a_while(make: Make) -> None:
    cloud = make(rbac={"also": ["Microsoft.RecoveryServices/*"]})
    answer = cloud.ask("POST", f"{ITEM}/backup", BACKUP)
    operation = answer.headers["Location"].split("?")[0].rsplit("/", 1)[1]
    paths = [f"{ITEM}/operationsStatus/{operation}", f"{VAULT}/backupOperations/{operation}"]
    for path in paths:
        body = cloud.get(path)
        assert set(body) == {"id", "name", "status", "startTime", "endTime"}
        assert (body["status"], body["endTime"]) == ("InProgress", "0001-01-01T00:00:00")
    assert cloud.ask("GET", f"{ITEM}/operationResults/{operation}").status == 202
    cloud.wait(seconds=20)
    for path in paths:
        body = cloud.get(path)
        assert (body["status"], body["endTime"]) == ("Succeeded", body["startTime"])
        assert set(body["properties"]) == {"objectType", "jobId"}
    assert cloud.ask("GET", f"{ITEM}/operationResults/{operation}").status == 204
    assert cloud.ask("GET", f"{VAULT}/backupOperationResults/{operation}").status == 204
    assert cloud.ask("GET", f"{ITEM}/operationsStatus/other").status == 404


def test_the_job_is_listed_before_the_operation_names_it(cloud: Direct) -> None:
    posted = cloud.clock.now()
    cloud.ask("POST", f"{ITEM}/backup", BACKUP)
    cloud.wait(seconds=9)
    assert cloud.rows(_JOBS, **_RUNNING) == []
    cloud.wait(seconds=1)
    started = cloud.rows(_JOBS, **_RUNNING)[0]["properties"]["startTime"]
    assert started == posted.strftime("%Y-%m-%dT%H:%M:%S.2500000Z")


def test_at_the_limit_the_backup_fails_and_nothing_is_cleaned_up(cloud: Direct) -> None:
    job = cloud.start_backup()
    assert cloud.job(job)["status"] == "InProgress"
    cloud.wait(minutes=12)
    assert (cloud.job(job)["status"], _error(cloud, job)) == ("Failed", "UserErrorRpCollectionLimitReached")
    cloud.wait(days=3)
    assert len(cloud.points()) == 18


def test_the_service_cleans_up_hours_after_the_failure(make: Make) -> None:
    cloud = make(service={"cleanup": 3})
    cloud.start_backup()
    cloud.wait(hours=3, minutes=11)
    assert len(cloud.points()) == 18
    cloud.wait(minutes=2)
    assert len(cloud.points()) == 1
    tiers = _recovery_points(cloud)
    assert tiers[0] == [1, 2]
    assert tiers[1:] == [[2]] * 17
    job = cloud.start_backup()
    cloud.wait(minutes=90)
    assert cloud.job(job)["status"] == "Completed"


def test_a_lock_keeps_the_service_from_cleaning_up(make: Make) -> None:
    cloud = make(service={"cleanup": 3}, locks=[{}])
    cloud.start_backup()
    cloud.wait(minutes=20)
    cloud.ask("DELETE", f"{RP_GROUP}{LOCKS}/do-not-delete")
    cloud.wait(days=1)
    assert len(cloud.points()) == 18


def test_below_the_limit_the_backup_completes(make: Make) -> None:
    cloud = make(points=_FREE)
    job = cloud.start_backup()
    phases = []
    for minutes in (1, 10, 80):
        cloud.wait(minutes=minutes)
        phases.append([task["status"] for task in cloud.job(job)["extendedInfo"]["tasksList"]])
    assert phases == [["InProgress", "NotStarted"], ["Completed", "InProgress"], ["Completed", "Completed"]]
    details = cloud.job(job)
    assert (details["status"], details["duration"]) == ("Completed", "PT1H25M0S")
    assert details["extendedInfo"]["propertyBag"] == {
        "VM Name": "vm-app-01",
        "Recovery Point Expiry Time in UTC": "12/1/2026 12:00:00 AM",
        "Backup Size": "21442 MB",
    }


def test_the_snapshot_comes_first_and_the_vault_copy_at_the_end(make: Make) -> None:
    cloud = make(points=_FREE)
    cloud.start_backup()
    cloud.wait(minutes=8)
    assert len(cloud.points()) == 5
    cloud.wait(minutes=2)
    assert len(cloud.points()) == 6
    assert _recovery_points(cloud)[0] == [1]
    cloud.wait(minutes=80)
    assert _recovery_points(cloud)[0] == [1, 2]


def test_a_second_backup_fails_while_one_runs(make: Make) -> None:
    cloud = make(points=_FREE)
    first, second = cloud.start_backup(), cloud.start_backup()
    cloud.wait(minutes=1)
    assert _error(cloud, second) == "UserErrorBackupOperationInProgress"
    cloud.wait(minutes=90)
    assert cloud.job(first)["status"] == "Completed"


def test_the_running_job_of_a_scenario_counts(make: Make) -> None:
    cloud = make(points=_FREE, running_job={"minutes_ago": 30, "ends_after_minutes": 60})
    job = cloud.start_backup()
    cloud.wait(minutes=1)
    assert _error(cloud, job) == "UserErrorBackupOperationInProgress"


def test_the_scenario_may_decide(make: Make) -> None:
    cloud = make(
        backups=[None, {"fails_with": "BackUpOperationFailedV2", "after_minutes": 5}, {"completes_after_minutes": 40}]
    )
    first = cloud.start_backup()
    cloud.wait(minutes=15)
    second = cloud.start_backup()
    cloud.wait(minutes=5)
    third = cloud.start_backup()
    cloud.wait(minutes=40)
    assert _error(cloud, first) == "UserErrorRpCollectionLimitReached"
    assert _error(cloud, second) == "BackUpOperationFailedV2"
    assert cloud.job(third)["status"] == "Completed"


def test_deleting_the_collection_makes_a_running_backup_fail(make: Make) -> None:
    cloud = make(points=_FREE)
    job = cloud.start_backup()
    assert cloud.ask("DELETE", cloud.collection).status == 202
    cloud.wait(minutes=1)
    details = cloud.job(job)
    assert (details["status"], details["errorDetails"][0]["errorCode"]) == ("Failed", 400288)
    assert _error(cloud, job) == "UserErrorRpCollectionDeleted"
    late = cloud.start_backup()
    cloud.wait(minutes=1)
    assert _error(cloud, late) == "UserErrorRpCollectionDeleted"


def test_a_backup_after_the_deletion_makes_the_collection_again(cloud: Direct) -> None:
    cloud.ask("DELETE", cloud.collection)
    cloud.wait(minutes=3)
    assert cloud.ask("GET", cloud.collection).status == 404
    job = cloud.start_backup()
    cloud.wait(minutes=90)
    assert cloud.job(job)["status"] == "Completed"
    assert len(cloud.points()) == 1


def test_nine_attempts_a_day(cloud: Direct) -> None:
    for _ in range(9):
        assert cloud.ask("POST", f"{ITEM}/backup", BACKUP).status == 202
    answer = cloud.ask("POST", f"{ITEM}/backup", BACKUP)
    assert (answer.status, code(answer)) == (400, "CloudDosAbsoluteLimitReached")
    cloud.wait(days=1)
    assert cloud.ask("POST", f"{ITEM}/backup", BACKUP).status == 202


def test_the_item_tells_of_its_last_backup(cloud: Direct) -> None:
    before = cloud.get(ITEM)["properties"]
    assert (before["lastBackupStatus"], before["protectionStatus"]) == ("Failed", "Unhealthy")
    kpi = before["kpisHealths"]["BackupOperationStatusKPI"]
    assert (kpi["resourceHealthStatus"], kpi["resourceHealthDetails"][0]["title"]) == (
        "PersistentDegraded",
        "UserErrorRpCollectionLimitReached",
    )
    assert before["healthDetails"][0] | {"message": ""} == {
        "code": 400239,
        "title": "IaasVmHealthGreenDefault",
        "message": "",
        "recommendations": [],
    }
    cloud.ask("DELETE", cloud.collection)
    cloud.wait(minutes=3)
    cloud.start_backup()
    cloud.wait(minutes=90)
    after = cloud.get(ITEM)["properties"]
    assert (after["lastBackupStatus"], after["protectionStatus"]) == ("Completed", "Healthy")
    assert after["lastRecoveryPoint"] > before["lastRecoveryPoint"]


@pytest.mark.parametrize("end", ["Completed", "CompletedWithWarnings"])
def test_an_end_with_warnings(make: Make, end: str) -> None:
    cloud = make(backups=[{"completes_after_minutes": 20, "ends_as": end}])
    job = cloud.start_backup()
    cloud.wait(minutes=20)
    assert cloud.job(job)["status"] == end
