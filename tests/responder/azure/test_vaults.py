"""Vaults, jobs, items and policies: what they tell beyond the plain failure."""

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from responder.azure.gateway import Gateway
from responder.azure.model import Health, Vault
from responder.errors import Conflict, Rejected
from responder.ids import ItemId, VaultId
from tests.responder.alerts import ITEM, JOB, NAMES, VAULT, VM
from tests.responder.azure.canned import CannedArm

AT = datetime(2026, 11, 2, 1, 15, tzinfo=UTC)
vault, item = cast("VaultId", VaultId.parse(VAULT)), cast("ItemId", ItemId.parse(ITEM))


def job_row(kind: str, **properties: object) -> dict[str, Any]:
    error = {"errorCode": 400196, "errorTitle": "UserErrorGuestAgentStatusUnavailable", "errorString": "No agent."}
    return {
        "id": f"{VAULT}/backupJobs/{JOB}",
        "name": JOB,
        "properties": {
            "jobType": kind,
            "containerName": NAMES,
            "operation": "Backup",
            "status": "Failed",
            "errorDetails": [error],
            "startTime": "2026-11-02T00:31:04.4411902Z",
            **properties,
        },
    }


def test_a_vault(arm: CannedArm, gateway: Gateway) -> None:
    arm.answers(200, {"id": VAULT, "name": "rsv-prod-weu-01", "location": "westeurope"})
    assert gateway.vault(vault) == Vault(id=VAULT, location="westeurope")
    assert arm.seen[0].path == VAULT
    with pytest.raises(Rejected):
        gateway.vault(VaultId(subscription=vault.subscription, group="..", name="x"))
    assert len(arm.seen) == 1


@pytest.mark.parametrize("kind", ["AzureIaaSVMJob", "AzureIaaSVMJobV2", "AzureIaaSVMJobV9"])
def test_every_type_of_job_keeps_its_errors_and_details(arm: CannedArm, gateway: Gateway, kind: str) -> None:
    info = {
        "tasksList": [{"taskId": "Take Snapshot", "status": "Failed"}],
        "dynamicErrorMessage": "The agent is silent.",
        "propertyBag": {"VM Name": "vm-app-01", "Backup Size": None, "odd": 5},
    }
    arm.answers(200, job_row(kind, extendedInfo=info))
    job = gateway.job(vault, JOB)
    assert [error.title for error in job.errors] == ["UserErrorGuestAgentStatusUnavailable"]
    assert (job.item_container, job.phases[0].status, job.started_at is None) == (NAMES, "Failed", False)
    assert job.details == {"dynamicErrorMessage": "The agent is silent.", "VM Name": "vm-app-01"}
    arm.answers(200, {"value": [job_row(kind)]})
    assert gateway.jobs(vault, AT, AT)[0].errors == job.errors


@pytest.mark.parametrize("info", [None, {"propertyBag": [], "dynamicErrorMessage": ""}, "odd"])
def test_a_job_without_details(arm: CannedArm, gateway: Gateway, info: object) -> None:
    arm.answers(200, job_row("AzureIaaSVMJob", extendedInfo=info))
    assert gateway.job(vault, JOB).details == {}


def test_a_job_is_cancelled_by_one_request(arm: CannedArm, gateway: Gateway) -> None:
    arm.answers(202, b"", Location=f"{arm.url}{VAULT}/backupJobs/{JOB}/operationResults/1")
    gateway.cancel_job(vault, JOB)
    arm.answers(409, {"error": {"code": "UserErrorJobNotCancellable", "message": "m"}})
    with pytest.raises(Conflict):
        gateway.cancel_job(vault, JOB)
    assert [(seen.method, seen.path) for seen in arm.seen] == [("POST", f"{VAULT}/backupJobs/{JOB}/cancel")] * 2


def test_an_item_with_indicators(arm: CannedArm, gateway: Gateway) -> None:
    details = [{"code": 400196, "title": "UserErrorGuestAgentStatusUnavailable", "message": "m"}]
    status = {"resourceHealthStatus": "PersistentDegraded", "resourceHealthDetails": details}
    properties: dict[str, Any] = {
        "protectedItemType": "Microsoft.Compute/virtualMachines",
        "virtualMachineId": VM,
        "isScheduledForDeferredDelete": True,
        "kpisHealths": {"BackupOperationStatusKPI": status},
    }
    arm.answers(200, {"id": ITEM, "properties": properties})
    found = gateway.protected_item(item)
    assert found.kpi == [Health(number=400196, title="UserErrorGuestAgentStatusUnavailable")]
    assert (found.kpi_status, found.soft_deleted, found.health) == ("PersistentDegraded", True, [])
    arm.answers(200, {"id": ITEM, "properties": properties | {"kpisHealths": {}, "isScheduledForDeferredDelete": None}})
    found = gateway.protected_item(item)
    assert (found.kpi, found.kpi_status, found.soft_deleted) == ([], None, False)


TWO = ["2026-11-02T01:00:00Z", "2026-11-02T13:00:00Z"]


def hourly(**schedule: object) -> dict[str, Any]:
    return {
        "schedulePolicyType": "SimpleSchedulePolicyV2",
        "scheduleRunFrequency": "Hourly",
        "hourlySchedule": schedule,
    }


@pytest.mark.parametrize(
    "said,schedule,kind,runs",
    [
        (None, {"schedulePolicyType": "SimpleSchedulePolicy", "scheduleRunFrequency": "Daily"}, "V1", 1),
        ("V1", {"scheduleRunFrequency": "Daily", "scheduleRunTimes": TWO[:1]}, "V1", 1),
        ("V2", {"scheduleRunFrequency": "Daily", "dailySchedule": {"scheduleRunTimes": TWO}}, "V2", 2),
        ("V1", {"scheduleRunFrequency": "Weekly", "scheduleRunDays": ["Sunday"]}, "V1", 1),
        (None, hourly(interval=4, scheduleWindowDuration=24), "V2", 6),
        ("V2", hourly(interval=4, scheduleWindowDuration=12), "V2", 3),
        ("V2", hourly(interval=12, scheduleWindowDuration=4), "V2", 1),
        ("V2", hourly(interval=8), "V2", 3),
        ("V2", hourly(interval=0), "V2", None),
        ("V2", hourly(), "V2", None),
        ("V3", {"scheduleRunFrequency": "Yearly"}, "V3", None),
        (None, None, None, None),
    ],
)
def test_a_policys_type_and_runs(
    arm: CannedArm, gateway: Gateway, said: str | None, schedule: object, kind: str | None, runs: int | None
) -> None:
    properties = {"backupManagementType": "AzureIaasVM", "policyType": said, "schedulePolicy": schedule}
    arm.answers(200, {"id": f"{VAULT}/backupPolicies/daily", "properties": properties})
    policy = gateway.policy(vault, "daily")
    assert (policy.type, policy.runs_per_day) == (kind, runs)
