"""Worlds made by hand in which the moment of each law surely comes, as chance alone would rarely have it."""

from typing import Any

_APPROVED_LATE = [{"kind": "approve", "hours": 7}] * 3
_LATE_JOB = {"lasts": 900, "end": "Failed"}
_FULL: dict[str, Any] = {"points": {"count": 18, "tier": "vault"}}
_FAILED: dict[str, Any] = {"failed_job": {"code": "UserErrorVmProvisioningStateFailed"}, "vm": {"state": "Failed"}}
_STUCK = "ExtensionStuckInDeletionState"


def _vm(code: str, **vm: Any) -> dict[str, Any]:
    return {"spec": {"failed_job": {"code": code}, "vm": vm}}


def _full(**more: Any) -> dict[str, Any]:
    return {"spec": _FULL | more}


_BAD = {"state": "Failed"}

CORNERS: dict[str, dict[str, Any]] = {
    "inherited lock": _full(locks=[{"at": "subscription"}, {"at": "group"}]),
    "lock of another VM": _full(locks=[{"at": "group"}]) | {"neighbour_locks": True},
    "owned lock": _full(locks=[{"at": "group", "owners": ["9f1b6d52-3c0e-4f7a-8a65-2b1d0e7c4f33"]}]),
    "disk in the group": _full(locks=[{}], group_resources=[{"type": "Microsoft.Compute/disks", "name": "disk-1"}]),
    "old layout": _full(foreign_group=True, locks=[{"at": "group"}]),
    "old layout, no lock": _full(foreign_group=True),
    "same name elsewhere": _full(neighbours=["vm-app-011", {"name": "vm-app-01", "group": "rg-app-test-weu"}]),
    "points not in the vault": {"spec": {"points": {"count": 18, "tier": "snapshot"}}, "decisions": []},
    "a job begins while a person thinks": {
        "spec": {"points": {"count": 18, "tier": "snapshot"}},
        "decisions": _APPROVED_LATE,
        "later_jobs": [{"after": 1600, **_LATE_JOB}],
    },
    "stopped between two tries": _full(collection_delete={"times_out": 3}) | {"pause": {"after": 1490, "lasts": 300}},
    "stopped for days": _full(locks=[{}]) | {"pause": {"after": 0, "lasts": 5000}},
    "a job runs already": _full(running_job={"minutes_ago": 5, "ends_after_minutes": 200, "as": "Failed"}),
    "declined": {"spec": _FAILED, "decisions": [{"kind": "decline", "hours": 1}]},
    "another plan was approved": {"spec": _FAILED, "decisions": [{"kind": "other-plan", "hours": 1}]},
    "nobody decides": {"spec": _FAILED, "decisions": []},
    "lost answer of a backup": _full(faults=[{"match": "POST */backup", "status": 500, "applies": True}]),
    "nothing helps": _full(backups=[{"fails_with": "BackUpOperationFailed"}, {"fails_with": "Unknown"}] * 3),
    "day's quota": {
        "spec": {
            "failed_job": {"code": "UserErrorVmProvisioningStateFailed"},
            "vm": {"state": "Canceled"},
            "points": {"count": 0},
            "backups": [
                None,
                {"fails_with": "UserErrorRpCollectionLimitReached", "after_minutes": 2},
                {"fails_with": "UserErrorBackupOperationInProgress", "after_minutes": 2},
            ],
        }
    },
    "job beyond its snapshot": {
        "spec": {
            "failed_job": {"code": "UserErrorBackupOperationInProgress"},
            "running_job": {"minutes_ago": 90, "ends_after_minutes": 2500},
        }
    },
    "another extension is stuck": _vm(
        _STUCK, backup_extension=_BAD, extensions=[{"name": "AzureMonitorWindowsAgent", "state": "Updating"}]
    ),
    "no agent to remove the extension": _vm(_STUCK, backup_extension=_BAD, agent={"state": "not-ready"}),
    "a job begins before the extension goes": _vm(_STUCK, backup_extension=_BAD)
    | {"decisions": _APPROVED_LATE, "later_jobs": [{"after": 200, **_LATE_JOB}]},
    "a job begins before the VM is reapplied": {
        "spec": _FAILED,
        "decisions": _APPROVED_LATE,
        "later_jobs": [{"after": 200, **_LATE_JOB}],
    },
    "failed and stopped": {"spec": _FAILED | {"vm": {"state": "Failed", "power": "stopped"}}},
    "lost answer of a restart": {
        "spec": _FAILED | {"faults": [{"match": "POST */restart", "status": 500, "applies": True}]}
    },
    "agent restarted": _vm(
        "ExtensionOperationFailedForManagedDisks",
        backup_extension={"state": "Failed", "deletion_fails": 9, "recovers_on": ["run-command"]},
    ),
    "silent agent": _vm("BackUpOperationFailedV2", agent={"state": "not-ready"}),
    "disk too large": _vm("UserErrorUnsupportedDiskSize", disks=[{"name": "disk-1", "size_gb": 40000}]),
    "shared disk": _vm("UserErrorSharedDiskBackupNotSupported", disks=[{"name": "disk-1", "shares": 2}]),
    "VM gone": _vm("BackUpOperationFailedV2", exists=False),
    "protection stopped": _full(item={"state": "ProtectionStopped"}),
    "restore": _full(failed_job={"operation": "Restore"}),
    "unheard-of operation": _full(failed_job={"operation": "Frobnicate"}),
    "cancelled by a person": _full(failed_job={"status": "Cancelled"}, locks=[{}]),
    "garbage in the tag": _full(tags={"backup-responder": "please don't"}, locks=[{}]),
    "review": _full(tags={"Backup-Responder": " Review "}, locks=[{}]),
}
"""Parts of a drawn world; what is left out is as usual, and a person approves every plan."""

USUAL: dict[str, Any] = {"decisions": [{"kind": "approve", "hours": 1}] * 4, "mode": "autonomous"}
