"""What each call sends, and what it makes of the answer."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from responder.azure import clients
from responder.azure.clients import shared
from responder.azure.gateway import Gateway
from responder.azure.model import Health, Job, JobError, JobPhase, Lock, Point, Tier, TierStatus, TierType
from responder.errors import NotFound, Rejected, Unavailable
from responder.ids import ItemId, VaultId
from responder.wire import plain, typed
from tests.responder.alerts import ITEM, JOB, NAMES, SUBSCRIPTION, VAULT, VM
from tests.responder.azure.canned import CannedArm
from tests.responder.azure.conftest import hang_up, settings_for

GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/AzureBackupRG_westeurope_1"
COLLECTION = f"{GROUP}/providers/Microsoft.Compute/restorePointCollections/AzureBackup_vm-app-01_4021"
REGION = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/locations/westeurope"
OPERATION = f"{REGION}/operations/7c1e?p=9&api-version=2026-04-01"
AT = datetime(2026, 11, 2, 0, 59, 59, 500000, UTC)
vault, item = cast("VaultId", VaultId.parse(VAULT)), cast("ItemId", ItemId.parse(ITEM))


def job_row(**properties: object) -> dict[str, Any]:
    return {
        "id": f"{VAULT.replace('/subscriptions', '/Subscriptions')}/backupJobs/{JOB}",
        "name": JOB,
        "type": "Microsoft.RecoveryServices/vaults/backupJobs",
        "properties": {
            "jobType": "AzureIaaSVMJob",
            "actionsInfo": [1],
            "containerName": NAMES,
            "operation": "Backup",
            "status": "Failed",
            "backupManagementType": "AzureIaasVM",
            "startTime": "2026-11-02T00:31:04.4411902Z",
            "endTime": "0001-01-01T00:00:00",
            **properties,
        },
    }


def lock_row(scope: str, name: str = "keep") -> dict[str, Any]:
    return {
        "id": f"{scope}/providers/Microsoft.Authorization/locks/{name}",
        "type": "Microsoft.Authorization/locks",
        "name": name,
        "properties": {"level": "CanNotDelete", "notes": "do not touch", "owners": [{"applicationId": "app-1"}]},
    }


def test_one_job_with_errors_and_phases(arm: CannedArm, gateway: Gateway) -> None:
    error = {"errorCode": 1073871825, "errorTitle": "", "errorString": "Full.", "recommendations": ["Remove the lock."]}
    tasks = [{"taskId": "Take Snapshot", "startTime": "0001-01-01T00:00:00", "status": "Failed"}]
    arm.answers(200, job_row(errorDetails=[error], extendedInfo={"tasksList": tasks}, isUserTriggered="false"))
    job = gateway.job(vault, JOB)
    assert job == Job(
        id=JOB.lower(),
        vault_job_id=job_row()["id"],
        item_container=NAMES,
        operation="Backup",
        status="Failed",
        started_at=datetime(2026, 11, 2, 0, 31, 4, 441190, UTC),
        ended_at=None,
        user_triggered=False,
        errors=[JobError(number=1073871825, title=None, text="Full.", recommendations=["Remove the lock."])],
        phases=[JobPhase(name="Take Snapshot", status="Failed")],
    )
    assert arm.seen[0].path == f"{VAULT}/backupJobs/{JOB}"
    assert typed(plain(job), Job) == job


def test_jobs_of_a_span_over_pages(arm: CannedArm, gateway: Gateway) -> None:
    arm.answers(200, {"value": [job_row()], "nextLink": f"{arm.url}{VAULT}/backupJobs?$skipToken=2&api-version=1"})
    arm.answers(200, {"value": [job_row(status="InProgress", actionsInfo=["Cancellable"])]})
    jobs = gateway.jobs(vault, AT.replace(hour=13), AT.replace(hour=23))
    assert [job.status for job in jobs] == ["Failed", "InProgress"]
    assert arm.seen[0].query["$filter"] == (
        "operation eq 'Backup' and backupManagementType eq 'AzureIaasVM' "
        "and startTime eq '2026-11-02 01:59:59 PM' and endTime eq '2026-11-03 12:00:00 AM'"
    )
    assert [seen.headers["Authorization"] for seen in arm.seen] == ["Bearer t0ken of the system"] * 2
    assert "backup-responder/" in arm.seen[0].headers["User-Agent"]


def test_protected_item(arm: CannedArm, gateway: Gateway) -> None:
    properties = {
        "protectedItemType": "Microsoft.Compute/virtualMachines",
        "virtualMachineId": VM,
        "protectedItemDataId": "4021",
        "policyId": f"{VAULT}/backupPolicies/daily",
        "protectionState": "Protected",
        "lastBackupStatus": "Failed",
        "lastBackupTime": "2001-01-01T00:00:00Z",
        "healthDetails": [{"code": 400239, "title": "IaasVmHealthGreenDefault", "message": "", "recommendations": []}],
    }
    arm.answers(200, {"id": ITEM, "name": "x", "type": "y", "properties": properties})
    found = gateway.protected_item(item)
    assert (found.vm_id, found.data_id, found.protection_state) == (VM, "4021", "Protected")
    assert (found.last_status, found.last_backup_at) == ("Failed", None)
    assert found.health == [Health(number=400239, title="IaasVmHealthGreenDefault")]
    assert arm.seen[0].path.lower() == ITEM.lower()


@pytest.mark.parametrize(
    "details,prefix,suffix",
    [({}, None, None), ({"azureBackupRGNamePrefix": "rg-rp-", "azureBackupRGNameSuffix": "-x"}, "rg-rp-", "-x")],
)
def test_policy(
    arm: CannedArm, gateway: Gateway, details: dict[str, str], prefix: str | None, suffix: str | None
) -> None:
    properties = {
        "backupManagementType": "AzureIaasVM",
        "instantRpRetentionRangeInDays": 2,
        "instantRPDetails": details,
    }
    arm.answers(200, {"id": f"{VAULT}/backupPolicies/daily", "properties": properties})
    policy = gateway.policy(vault, f"{VAULT}/backupPolicies/daily")
    assert (policy.group_prefix, policy.group_suffix, policy.instant_retention_days) == (prefix, suffix, 2)
    assert arm.seen[0].path == f"{VAULT}/backupPolicies/daily"


@pytest.mark.parametrize(
    "kind,status,meant,in_vault",
    [
        (1, 1, Tier(type=TierType.INSTANT, status=TierStatus.VALID), False),
        (2, 1, Tier(type=TierType.HARDENED, status=TierStatus.VALID), True),
        ("2", "1", Tier(type=TierType.HARDENED, status=TierStatus.VALID), True),
        ("HardenedRP", "Valid", Tier(type=TierType.HARDENED, status=TierStatus.VALID), True),
        ("hardenedrp", "deleted", Tier(type=TierType.HARDENED, status=TierStatus.DELETED), False),
        (2, 2, Tier(type=TierType.HARDENED, status=TierStatus.DISABLED), False),
        (3, 4, Tier(type=TierType.ARCHIVED, status=TierStatus.REHYDRATED), True),
        (0, 0, Tier(type=TierType.INVALID, status=TierStatus.INVALID), False),
        (9, "New", Tier(type="9", status="New"), False),
        ("IASnapshotRP", None, Tier(type="IASnapshotRP", status="None"), False),
    ],
)
def test_recovery_point_tiers(
    arm: CannedArm, gateway: Gateway, kind: object, status: object, meant: Tier, in_vault: bool
) -> None:
    properties = {
        "objectType": "IaasVMRecoveryPoint",
        "recoveryPointTime": "2026-11-01T00:31:04Z",
        "recoveryPointTierDetails": [{"type": kind, "status": status}],
    }
    arm.answers(200, {"value": [{"id": f"{ITEM}/recoveryPoints/1", "properties": properties}]})
    (point,) = gateway.recovery_points(item)
    assert point.tiers == [meant]
    assert point.in_vault is in_vault
    assert point.at == datetime(2026, 11, 1, 0, 31, 4, tzinfo=UTC)
    assert typed(plain(point), type(point)) == point


def test_start_backup_tells_the_operation(arm: CannedArm, gateway: Gateway) -> None:
    status = f"{arm.url}{ITEM}/operationsStatus/5d1c?api-version=2026-10-01"
    arm.answers(202, b"", Azure_AsyncOperation=status, Retry_After="60")
    assert gateway.start_backup(item, datetime(2026, 12, 1, tzinfo=UTC)) == "5d1c"
    assert arm.seen[0].path.lower() == f"{ITEM}/backup".lower()
    assert arm.seen[0].json == {
        "properties": {
            "objectType": "IaasVMBackupRequest",
            "recoveryPointExpiryTimeInUTC": "2026-12-01T00:00:00Z",
        }
    }


def test_start_backup_without_an_operation_is_of_unknown_effect(arm: CannedArm, gateway: Gateway) -> None:
    arm.answers(202, b"")
    with pytest.raises(Unavailable):
        gateway.start_backup(item, AT)


@pytest.mark.parametrize(
    "body,status,job_id,code,running",
    [
        ({"id": "5d1c", "status": "InProgress", "endTime": "0001-01-01T00:00:00Z"}, "InProgress", None, None, True),
        (
            {"status": "Succeeded", "properties": {"objectType": "OperationStatusJobExtendedInfo", "jobId": JOB}},
            "Succeeded",
            JOB.lower(),
            None,
            False,
        ),
        ({"status": "Failed", "error": {"code": "Busy", "message": "m"}}, "Failed", None, "Busy", False),
    ],
)
def test_backup_operation(
    arm: CannedArm,
    gateway: Gateway,
    body: dict[str, Any],
    status: str,
    job_id: str | None,
    code: str | None,
    running: bool,
) -> None:
    arm.answers(200, body)
    operation = gateway.backup_operation(item, "5d1c")
    assert (operation.status, operation.job_id, operation.code) == (status, job_id, code)
    assert operation.running is running
    assert arm.seen[0].path.lower() == f"{ITEM}/operationsStatus/5d1c".lower()


def test_locks_of_every_level(arm: CannedArm, gateway: Gateway) -> None:
    scopes = [f"/subscriptions/{SUBSCRIPTION}", GROUP, COLLECTION]
    arm.answers(200, {"value": [lock_row(scope) for scope in scopes]})
    locks = gateway.locks(SUBSCRIPTION)
    assert [lock.scope for lock in locks] == scopes
    assert locks[1] == Lock(
        id=lock_row(GROUP)["id"],
        name="keep",
        level="CanNotDelete",
        notes="do not touch",
        owners=["app-1"],
        scope=GROUP,
        raw={"properties": lock_row(GROUP)["properties"]},
    )


@pytest.mark.parametrize("scope", [GROUP, COLLECTION, f"{COLLECTION}/restorePoints/p1"])
def test_a_lock_is_deleted_and_put_back_as_it_was(arm: CannedArm, gateway: Gateway, scope: str) -> None:
    row = lock_row(scope)
    arm.answers(200, {"value": [row]})
    (lock,) = gateway.locks(SUBSCRIPTION)
    arm.answers(200)
    arm.answers(204)
    arm.answers(201, row)
    assert gateway.delete_lock(lock.id) is True
    assert gateway.delete_lock(lock.id) is False
    assert gateway.put_lock(lock) == lock
    assert [seen.method for seen in arm.seen[1:]] == ["DELETE", "DELETE", "PUT"]
    assert {seen.path.replace("//", "/").lower() for seen in arm.seen[1:]} == {row["id"].lower()}
    assert arm.seen[3].json == lock.raw


@pytest.mark.parametrize("scope", [f"/subscriptions/{SUBSCRIPTION}", "", "/providers/Microsoft.Management/x"])
def test_a_lock_above_a_group_is_never_touched(arm: CannedArm, gateway: Gateway, scope: str) -> None:
    row = lock_row(scope)
    with pytest.raises(Rejected):
        gateway.delete_lock(row["id"])
    with pytest.raises(Rejected):
        gateway.put_lock(Lock(id=row["id"], name="keep", level="ReadOnly", scope=scope))
    with pytest.raises(Rejected):
        gateway.delete_lock(f"{GROUP}/providers/Microsoft.Authorization")
    assert arm.seen == []


def collection_row(**properties: object) -> dict[str, Any]:
    return {
        "id": COLLECTION,
        "name": "AzureBackup_vm-app-01_4021",
        "location": "westeurope",
        "properties": {"source": {"id": VM, "location": "westeurope"}, "provisioningState": "Succeeded", **properties},
    }


def test_collections_are_listed_without_points(arm: CannedArm, gateway: Gateway) -> None:
    arm.answers(200, {"value": [collection_row()]})
    (found,) = gateway.collections(SUBSCRIPTION)
    assert (found.id, found.source_id, found.location, found.points) == (COLLECTION, VM, "westeurope", None)


def test_a_collection_has_its_points(arm: CannedArm, gateway: Gateway) -> None:
    point: dict[str, Any] = {
        "id": f"{COLLECTION}/restorePoints/AzureBackup_20261101_123104",
        "name": "AzureBackup_20261101_123104",
        "properties": {"timeCreated": "2026-11-01T00:31:04.1234567+00:00", "provisioningState": "Succeeded"},
    }
    arm.answers(200, collection_row(restorePoints=[point]))
    found = gateway.collection(COLLECTION)
    assert found
    assert found.points == [
        Point(
            id=point["id"],
            name="AzureBackup_20261101_123104",
            created_at=datetime(2026, 11, 1, 0, 31, 4, 123456, UTC),
            state="Succeeded",
        )
    ]
    assert arm.seen[0].query["$expand"] == "restorePoints"
    arm.answers(200, collection_row())
    empty = gateway.collection(COLLECTION)
    assert empty
    assert empty.points == []


def test_a_collection_that_is_gone(arm: CannedArm, gateway: Gateway) -> None:
    for _ in range(2):
        arm.answers(404, {"error": {"code": "ResourceNotFound", "message": "m"}})
    arm.answers(204)
    assert gateway.collection(COLLECTION) is None
    assert gateway.delete_collection(COLLECTION) is None
    assert gateway.delete_collection(COLLECTION) is None


def test_delete_starts_an_operation_and_does_not_wait(arm: CannedArm, gateway: Gateway) -> None:
    url = f"{arm.url}{OPERATION}"
    arm.answers(202, b"", Azure_AsyncOperation=url, Location=f"{url}&monitor=true", Retry_After="30")
    assert gateway.delete_collection(COLLECTION) == url
    assert [(seen.method, seen.path) for seen in arm.seen] == [("DELETE", COLLECTION)]


@pytest.mark.parametrize("wrong", [GROUP, VM, "", f"{COLLECTION}/restorePoints/p1", COLLECTION + "/.."])
def test_only_a_collection_can_be_deleted(arm: CannedArm, gateway: Gateway, wrong: str) -> None:
    with pytest.raises(Rejected):
        gateway.delete_collection(wrong)
    assert arm.seen == []


@pytest.mark.parametrize(
    "status,body,state,code",
    [
        (200, {"status": "InProgress", "startTime": "x"}, "InProgress", None),
        (200, {"status": "Succeeded"}, "Succeeded", None),
        (
            200,
            {"status": "Failed", "error": {"code": "OperationTimedOut", "message": "m"}},
            "Failed",
            "OperationTimedOut",
        ),
        (202, b"", "InProgress", None),
        (204, b"", "Succeeded", None),
    ],
)
def test_operation(arm: CannedArm, gateway: Gateway, status: int, body: object, state: str, code: str | None) -> None:
    arm.answers(status, body)
    operation = gateway.operation(f"{arm.url}{OPERATION}")
    assert (operation.status, operation.code) == (state, code)
    assert arm.seen[0].query["p"] == "9"


def test_an_operation_that_is_forgotten(arm: CannedArm, gateway: Gateway) -> None:
    arm.answers(404, {"error": {"code": "NotFound", "message": "m"}})
    with pytest.raises(NotFound):
        gateway.operation(f"{arm.url}{OPERATION}")


def test_the_token_goes_to_no_other_host(arm: CannedArm, gateway: Gateway) -> None:
    for url in (
        f"https://elsewhere.example{OPERATION}",
        f"{arm.url.replace('https', 'http')}{OPERATION}",
        f"{arm.url}@elsewhere.example{OPERATION}",
        f"{arm.url}.elsewhere.example{OPERATION}",
        f"{arm.url}/other",
        "",
    ):
        with pytest.raises(Rejected):
            gateway.operation(url)
    assert arm.seen == []


def test_group_resources_and_machine(arm: CannedArm, gateway: Gateway) -> None:
    arm.answers(200, {"value": [{"id": COLLECTION, "name": "n", "type": "Microsoft.Compute/restorePointCollections"}]})
    (resource,) = gateway.group_resources(SUBSCRIPTION, "AzureBackupRG_westeurope_1")
    assert (resource.id, resource.type) == (COLLECTION, "Microsoft.Compute/restorePointCollections")
    arm.answers(200, {"id": VM, "location": "westeurope", "tags": {"backup-responder": "review"}})
    assert gateway.machine(VM).tags == {"backup-responder": "review"}
    arm.answers(200, {"id": VM, "location": "westeurope"})
    assert gateway.machine(VM).tags == {}
    with pytest.raises(Rejected):
        gateway.machine(COLLECTION)


def test_warm_instances_share_clients_and_tokens(arm: CannedArm, gateway: Gateway, ca_file: Path) -> None:
    asked = len(arm.tokens)
    for _ in range(2):
        arm.answers(200, {"id": VM, "location": "westeurope"})
        Gateway(settings_for(arm.url, ca_file)).machine(VM)
    assert len(arm.tokens) <= asked + 1
    assert shared(settings_for(arm.url, ca_file)) is shared(settings_for(arm.url, ca_file, RESPONDER_MODE="review"))


def test_a_user_assigned_identity_is_asked_for_by_its_client_id(arm: CannedArm, ca_file: Path) -> None:
    client_id = "0f9d2c41-7b36-4f8e-a1d5-93c27e600001"
    settings = settings_for(arm.url, ca_file, RESPONDER_CLIENT_ID=client_id)
    arm.answers(200, {"id": VM, "location": "westeurope"})
    Gateway(settings).machine(VM)
    hang_up(settings)
    assert arm.tokens[-1]["client_id"] == client_id
    assert arm.tokens[-1]["resource"] == "https://management.azure.com"


def test_no_token_is_unavailable(arm: CannedArm, ca_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_HEADER", "wrong")
    settings = settings_for(arm.url, ca_file, RESPONDER_ARM_AUDIENCE="https://other.example/.default")
    with pytest.raises(Unavailable, match="no token"):
        Gateway(settings).machine(VM)
    hang_up(settings)
    assert arm.seen == []


def test_a_developers_machine_uses_what_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IDENTITY_ENDPOINT", raising=False)
    monkeypatch.delenv("MSI_ENDPOINT", raising=False)
    credential = clients._credential(None)
    assert type(credential).__name__ == "DefaultAzureCredential"
    cast("Any", credential).close()
