"""Protected items and their recovery points.

Source: recorded answers of Microsoft.RecoveryServices; tiers of recovery points are numbers (type 1 InstantRP,
2 HardenedRP; status 1 Valid), and the pre-check of an item stays green while its last backup failed.
"""

from datetime import datetime, timedelta
from typing import Any

from sandbox.arm import lookup
from sandbox.arm.backup_ids import item_id, upper
from sandbox.arm.disks import disks_of
from sandbox.arm.exchange import Answer, Request, Table, page
from sandbox.arm.failures import Failure
from sandbox.arm.times import NEVER, zulu
from sandbox.arm.world import Item, Job, RecoveryPoint, World

ROUTES = Table()

_VAULTS = "Microsoft.RecoveryServices/Vaults"
_ITEMS = f"{_VAULTS}/backupFabrics/protectionContainers/protectedItems"
_INSTANT, _HARDENED, _VALID = 1, 2, 1
_SINCE_DELETION = timedelta(days=2)
_GREEN = Failure(400239, "IaasVmHealthGreenDefault", "Backup pre-check status of this virtual machine is OK.")


@ROUTES.on("GET", lookup.RSV + "/backupProtectedItems", f"{_VAULTS}/backupProtectedItems/read")
def list_items(request: Request) -> Answer:
    """``backup_protected_items.list``: the simulated vault holds VMs only."""
    lookup.check_vault(request)
    return page(request, request.world.protected, lambda item: item_row(request.world, item, request.at))


@ROUTES.on("GET", lookup.ITEM, f"{_ITEMS}/read")
def get_item(request: Request) -> Answer:
    """``protected_items.get``."""
    return Answer(200, item_row(request.world, lookup.item(request), request.at))


@ROUTES.on("GET", lookup.ITEM + "/recoveryPoints", f"{_ITEMS}/recoveryPoints/read")
def list_recovery_points(request: Request) -> Answer:
    """``recovery_points.list``: newest first."""
    item = lookup.item(request)
    return page(request, item.recovery_points, lambda point: _recovery_point(request.world, item, point))


def item_row(world: World, item: Item, at: datetime) -> dict[str, Any]:
    """The protected item as the service shows it at a moment."""
    return {
        "id": item_id(world, item),
        "name": f"VM;{item.container}",
        "type": "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems",
        "properties": {
            **_health(_last_job(world, item, at), told=world.spec.item.kpi == "last-failure"),
            "friendlyName": item.machine.name,
            "virtualMachineId": item.machine.id,
            **_protection(world, item),
            "protectedItemDataId": item.data_id,
            "protectedItemType": "Microsoft.Compute/virtualMachines",
            "backupManagementType": "AzureIaasVM",
            "workloadType": "VM",
            "containerName": item.container,
            "sourceResourceId": item.machine.id,
            "policyId": f"{upper(world.vault_id)}/backupPolicies/{world.spec.policy.name}",
            "policyName": world.spec.policy.name,
            **_last_point(item, at),
        },
    }


def _last_point(item: Item, at: datetime) -> dict[str, str]:
    newest = next((point.moment for point in item.recovery_points if point.moment <= at), None)
    return {"lastRecoveryPoint": zulu(newest)} if newest else {}


def _protection(world: World, item: Item) -> dict[str, Any]:
    """Protection that was stopped or paused; a soft-deleted item is kept for 14 days."""
    if item is not world.subject:
        return {"protectionState": "Protected"}
    if not world.spec.item.soft_deleted:
        return {"protectionState": world.spec.item.state}
    deferred = {"isScheduledForDeferredDelete": True, "deferredDeleteTimeInUTC": zulu(world.began - _SINCE_DELETION)}
    return {"protectionState": "ProtectionStopped", **deferred, "deferredDeleteTimeRemaining": "12 days"}


def _last_job(world: World, item: Item, at: datetime) -> Job | None:
    ended = [job for job in world.jobs_of(item) if not job.running(at)]
    backups = [job for job in ended if job.operation == "Backup" and not job.workload]
    return max(backups, key=lambda job: job.ends, default=None)


def _health(last: Job | None, *, told: bool) -> dict[str, Any]:
    """The pre-check stays green while the last backup failed (recorded); the KPI names the failure, if it is told."""
    failed = last.failure if last else None
    kpi = _kpi("PersistentDegraded", failed) if failed and told else _kpi("Healthy", Failure(0, "Success", ""))
    return {
        "kpisHealths": {"BackupOperationStatusKPI": kpi},
        "protectionStatus": "Unhealthy" if failed else "Healthy",
        "healthStatus": "Passed",
        "healthDetails": [_detail(_GREEN)],
        "lastBackupStatus": last.final if last else "",
        "lastBackupTime": zulu(last.started) if last else NEVER,
    }


def _kpi(status: str, failure: Failure) -> dict[str, Any]:
    return {"resourceHealthStatus": status, "resourceHealthDetails": [_detail(failure)]}


def _detail(failure: Failure) -> dict[str, Any]:
    return {
        "code": failure.number,
        "title": failure.code,
        "message": failure.text,
        "recommendations": list(failure.recommendations),
    }


def _recovery_point(world: World, item: Item, point: RecoveryPoint) -> dict[str, Any]:
    tiers = [(_INSTANT, point.instant), (_HARDENED, point.hardened)]
    return {
        "id": f"{item_id(world, item)}/recoveryPoints/{point.name}",
        "name": point.name,
        "type": "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems/recoveryPoints",
        "properties": {
            "objectType": "IaasVMRecoveryPoint",
            "recoveryPointType": "AppConsistent",
            "recoveryPointTime": zulu(point.moment),
            "recoveryPointAdditionalInfo": "",
            "sourceVMStorageType": "PremiumVMOnPartialPremiumStorage",
            "isSourceVMEncrypted": any(disk.encrypted for disk in disks_of(item.machine)),
            "isInstantIlrSessionActive": False,
            "recoveryPointTierDetails": [{"type": tier, "status": _VALID} for tier, there in tiers if there],
            "isManagedVirtualMachine": True,
            "virtualMachineSize": "Standard_D2s_v5",
            "originalStorageAccountOption": False,
            "osType": item.machine.spec.os.capitalize(),
        },
    }
