"""Failed jobs that no alert is about, and VMs whose last good backup is long ago."""

import pytest

from sandbox.arm import build_world
from tests.sandbox.arm.conftest import Make
from tests.sandbox.arm.support import ITEM, START, VAULT, Direct


def _failed(cloud: Direct) -> list[tuple[str, str]]:
    rows = cloud.rows(f"{VAULT}/backupJobs", **{"$filter": "status eq 'Failed'"})
    found = [row["properties"] for row in rows]
    return [(job["entityFriendlyName"], job["errorDetails"][0]["errorTitle"]) for job in found]


def test_more_failed_jobs(make: Make) -> None:
    more = [
        {"hours_ago": 30, "code": "UserErrorGuestAgentStatusUnavailable"},
        {"vm": "VM-APP-011", "hours_ago": 1, "code": "UserErrorVmNotFoundV2", "alerted": False, "on_demand": True},
    ]
    cloud = make(more_failed_jobs=more)
    assert _failed(cloud) == [
        ("vm-app-011", "UserErrorVmNotFoundV2"),
        ("vm-app-01", "UserErrorRpCollectionLimitReached"),
        ("vm-app-01", "UserErrorGuestAgentStatusUnavailable"),
    ]
    jobs = [job for job in cloud.cloud.world.jobs if job.failure]
    assert [(job.alerted, job.expires is not None) for job in jobs] == [(True, False), (True, False), (False, True)]


def test_a_failed_job_of_an_unknown_vm() -> None:
    with pytest.raises(ValueError, match="vm-nobody"):
        build_world({"more_failed_jobs": [{"vm": "vm-nobody"}]}, START)


def test_a_vm_that_is_overdue_has_no_newer_job(make: Make) -> None:
    cloud = make(overdue=50, neighbours=["vm-well", {"name": "vm-late", "overdue": 80}])
    assert cloud.cloud.world.failed_job is None
    assert _failed(cloud) == []
    rows = cloud.rows(f"{VAULT}/backupJobs")
    started = {row["properties"]["entityFriendlyName"]: row["properties"]["startTime"] for row in rows}
    assert started == {
        "vm-app-01": "2026-10-31T12:30:05.2500000Z",
        "vm-well": "2026-11-02T11:30:05.2500000Z",
        "vm-late": "2026-10-30T06:30:05.2500000Z",
    }
    item = cloud.get(ITEM)["properties"]
    assert (item["lastBackupStatus"], item["lastBackupTime"]) == ("Completed", started["vm-app-01"])
    assert item["lastRecoveryPoint"] == "2026-10-31T12:30:05Z"
    assert item["kpisHealths"]["BackupOperationStatusKPI"]["resourceHealthStatus"] == "Healthy"
