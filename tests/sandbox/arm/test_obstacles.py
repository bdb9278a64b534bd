"""What the state of a VM does to its ad hoc backups."""

from typing import Any

import pytest

from tests.sandbox.arm.conftest import Make
from tests.sandbox.arm.support import BACKUP, ITEM, VM, Direct, code

_FREE: dict[str, Any] = {"points": {"count": 5}}
_NO_NETWORK = "ExtensionSnapshotFailedNoNetwork"
_NO_KEY = "UserErrorKeyvaultPermissionsNotConfigured"
_SILENT = "UserErrorGuestAgentStatusUnavailable"
_ENCRYPTED = {"os_disk_encrypted": True}
_WRAPPED = {"os_disk_encrypted": True, "os_disk_key": True}


def _outcome(cloud: Direct) -> str:
    """The code with which an ad hoc backup fails, or how it ends."""
    job = cloud.start_backup()
    cloud.wait(minutes=90)
    found = cloud.job(job)
    title: str = found["errorDetails"][0]["errorTitle"] if found["status"] == "Failed" else found["status"]
    return title


@pytest.mark.parametrize(
    "world, outcome",
    [
        ({"vm": {"group_exists": False}}, "UserErrorResourceGroupNotFound"),
        ({"vm": {"exists": False}}, "UserErrorVmNotFoundV2"),
        ({"vm": {"location": "northeurope"}}, "UserErrorVmVaultLocationMismatch"),
        ({"vault_location": "northeurope"}, "UserErrorVmVaultLocationMismatch"),
        ({"vm": {"state": "Failed"}}, "UserErrorVmProvisioningStateFailed"),
        ({"vm": {"state": "Updating"}}, "UserErrorVmNotInDesirableState"),
        ({"vm": {"power": "stopping"}}, "UserErrorVmNotInDesirableState"),
        ({"vm": {"agent": {"state": "not-ready"}}}, _SILENT),
        ({"vm": {"agent": {"state": "absent"}}}, _SILENT),
        ({"vm": {"agent": {"silent_hours": 4}}}, _SILENT),
        ({"vm": {"agent": {"state": "waiting-for-network"}}}, _NO_NETWORK),
        ({"network": {"deny": ["platform"]}}, _NO_NETWORK),
        ({"network": {"deny": ["storage"]}}, "Completed"),
        ({"vm": {"backup_extension": {"state": "Failed"}}}, "ExtensionOperationFailedForManagedDisks"),
        ({"vm": {"backup_extension": {"state": "Deleting"}}}, "ExtensionStuckInDeletionState"),
        ({"vm": {"backup_extension": {"present": False}}}, "Completed"),
        ({"vm": {"disks": [{"name": "d", "exists": False}]}}, "UserErrorGenericResourceNotFound"),
        ({"vm": {"disks": [{"name": "d", "shares": 2}]}}, "UserErrorSharedDiskBackupNotSupported"),
        ({"vm": {"disks": [{"name": "d", "size_gb": 32768}]}}, "UserErrorUnsupportedDiskSize"),
        ({"vm": {"disks": [{"name": "d", "size_gb": 4096}]}, "disk_limit_gb": 4095}, "UserErrorUnsupportedDiskSize"),
        ({"vm": {"disks": [{"name": "d", "size_gb": 4096, "encrypted": True}]}}, "UserErrorUnsupportedDiskSize"),
        ({"vm": _ENCRYPTED}, "Completed"),
        ({"vm": _ENCRYPTED, "key_vault": {"secrets": []}}, _NO_KEY),
        ({"vm": _ENCRYPTED, "key_vault": {"keys": []}}, "Completed"),
        ({"vm": _WRAPPED, "key_vault": {"keys": ["get"]}}, _NO_KEY),
        ({"vm": _ENCRYPTED, "key_vault": {"exists": False}}, _NO_KEY),
        ({"vm": _ENCRYPTED, "key_vault": {"soft_deleted": True}}, _NO_KEY),
        ({"vm": _ENCRYPTED, "key_vault": {"firewall": True}}, _NO_KEY),
        ({"vm": _ENCRYPTED, "key_vault": {"model": "rbac"}}, _NO_KEY),
        ({"vm": _ENCRYPTED, "key_vault": {"model": "rbac", "role": "Key Vault Secrets User"}}, _NO_KEY),
        ({"vm": _ENCRYPTED, "key_vault": {"model": "rbac", "role": "custom"}}, "Completed"),
        ({"vm": {"power": "deallocated", "agent": {"state": "not-ready"}}}, "Completed"),
        ({"vm": {"power": "stopped", "backup_extension": {"state": "Failed"}}}, "Completed"),
    ],
)
def test_what_stands_in_the_way(make: Make, world: dict[str, Any], outcome: str) -> None:
    cloud = make(**{**_FREE, "neighbours": [], **world})
    points = len(cloud.points())
    assert _outcome(cloud) == outcome
    assert len(cloud.points()) == points + (outcome == "Completed")


def test_an_obstacle_comes_before_the_limit(make: Make) -> None:
    assert _outcome(make(vm={"agent": {"state": "not-ready"}})) == _SILENT


def test_it_counts_what_is_wrong_when_the_snapshot_is_due(make: Make) -> None:
    cloud = make(**_FREE, vm={"state": "Updating", "state_settles_after_minutes": 1})
    assert _outcome(cloud) == "Completed"


def test_the_scenario_has_the_last_word(make: Make) -> None:
    plan = [{"completes_after_minutes": 20}, {"fails_with": "BackUpOperationFailed", "text": "A text of its own."}]
    cloud = make(**_FREE, vm={"state": "Failed"}, backups=plan)
    assert _outcome(cloud) == "Completed"
    job = cloud.start_backup()
    cloud.wait(minutes=90)
    error = cloud.job(job)["errorDetails"][0]
    assert (error["errorCode"], error["errorString"]) == (400002, "A text of its own.")


def test_young_rights_act_later(make: Make) -> None:
    cloud = make(**_FREE, vm=_ENCRYPTED, key_vault={"grants_act_after_minutes": 60})
    assert _outcome(cloud) == _NO_KEY
    assert _outcome(cloud) == "Completed"


def test_a_backup_installs_the_extension_anew(make: Make) -> None:
    cloud = make(**_FREE, vm={"backup_extension": {"state": "Deleting"}})
    cloud.ask("DELETE", f"{VM}/extensions/VMSnapshot")
    cloud.wait(minutes=3)
    assert _outcome(cloud) == "Completed"
    rows = cloud.rows(f"{VM}/extensions")
    assert [(row["name"], row["properties"]["provisioningState"]) for row in rows] == [("VMSnapshot", "Succeeded")]


@pytest.mark.parametrize(
    "item", [{"state": "ProtectionStopped"}, {"state": "BackupsSuspended"}, {"soft_deleted": True}]
)
def test_what_is_not_protected_is_not_backed_up(make: Make, item: dict[str, Any]) -> None:
    refused = make(**_FREE, item=item).ask("POST", f"{ITEM}/backup", BACKUP)
    assert (refused.status, code(refused)) == (400, "UserErrorBcmDatasourceNotPresent")
    assert refused.headers["x-ms-failure-cause"] == "service"
