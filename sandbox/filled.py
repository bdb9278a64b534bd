"""Ended incidents as the app would have left them: drawn by chance, of the size and the spread of real ones.

The sandbox imports nothing of the app, so that their form is written down here once more; a test reads them back with
the app's own types.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random
from typing import Any, NamedTuple

DAYS = 90
"""How far back the incidents reach."""

_SUBSCRIPTION = "/subscriptions/6c1f7a30-52d4-4b8e-9d0a-3e7b5f2c9a11"
_ARTICLE = "https://learn.microsoft.com/azure/backup/backup-azure-vms-troubleshoot"
_VMS, _VAULTS = 400, 5
_OUTCOMES = {
    "resolved": 62,
    "resolved-with-warnings": 4,
    "needs-human": 20,
    "observed": 3,
    "declined": 1,
    "expired": 2,
    "skipped": 5,
    "failed": 2,
    "unrecognised": 1,
}
_JOB = "Backup job {job}, started after the failure, is "
_ENDS = {
    "resolved": (None, _JOB + "Completed."),
    "resolved-with-warnings": (None, _JOB + "CompletedWithWarnings."),
    "needs-human": ("CauseRemains", "{cause}"),
    "observed": ("ReadOnly", "Diagnosed only: {cause}"),
    "declined": ("Declined", "the bearer of the link declined restart-vm."),
    "expired": ("NotDecided", "Nobody decided about restart-vm within 24 hours."),
    "skipped": ("DuplicateInProgress", "Another incident works on this VM."),
    "failed": ("Forbidden", "The app's identity lacks a right. {cause}"),
    "unrecognised": (None, "The payload was not understood."),
}
_CAUSES = {
    "UserErrorRpCollectionLimitReached": "An inherited lock keeps the Backup service from deleting restore points.",
    "UserErrorGuestAgentStatusUnavailable": "The VM agent is version 2.2.20; 2.2.53.1 or newer is needed.",
    "ExtensionSnapshotFailedNoNetwork": "A rule of the network keeps the VM from Azure Storage.",
    "GuestAgentSnapshotTaskStatusError": "The VM agent has not answered since the failure.",
    "UserErrorVmProvisioningStateFailed": "An extension of the VM is Failed.",
    "ExtensionSnapshotFailedCOM": "COM+ does not answer inside of the VM; Azure cannot see why.",
    "BackupOverdue": "The VM's protection is stopped.",
    "ExtensionSnapshotBitlockerError": "A disk of the VM is locked by BitLocker.",
    "UserErrorKeyVaultPermissionsNotConfigured": "The Backup service may not read the key vault's secrets.",
    "UserErrorBackupOperationInProgress": "Another backup of the VM has run for a day.",
    "UserErrorUnsupportedDiskSize": "A disk of the VM is larger than the service can back up.",
}
_CODES = {
    "UserErrorRpCollectionLimitReached": 22,
    "UserErrorGuestAgentStatusUnavailable": 20,
    "ExtensionSnapshotFailedNoNetwork": 12,
    "GuestAgentSnapshotTaskStatusError": 10,
    "UserErrorVmProvisioningStateFailed": 9,
    "ExtensionSnapshotFailedCOM": 8,
    "BackupOverdue": 6,
    "ExtensionSnapshotBitlockerError": 4,
    "UserErrorKeyVaultPermissionsNotConfigured": 4,
    "UserErrorBackupOperationInProgress": 3,
    "UserErrorUnsupportedDiskSize": 2,
}
_CHECKS = ("agent-version", "extension-present", "power-state", "restore-points-full", "restore-point-locks")
_SHORTEST_MINUTES, _LONGEST_MINUTES = 3.0, 9 * 60.0
_NIGHT, _NIGHT_HOURS = 25.5, (22.0, 32.0)  # most backups fail around half past one, between ten and eight
_BY_DAY = 0.15  # share of those that fail at any hour


class Filled(NamedTuple):
    """An ended incident, as the orchestration's output and the API have it."""

    created: datetime
    ended: datetime
    incident: dict[str, Any]


def incidents(count: int, now: datetime, seed: int) -> Iterator[Filled]:
    """So many incidents, by their ids, in no order of time; all have ended before ``now``."""
    chance = Random(seed)
    for name in sorted(_name(number, seed) for number in range(count)):
        minutes = chance.triangular(_SHORTEST_MINUTES, _LONGEST_MINUTES, _SHORTEST_MINUTES)
        created = _moment(chance, now - timedelta(minutes=_LONGEST_MINUTES))
        ended = created + timedelta(minutes=minutes)
        yield Filled(created, ended, _incident(name, created, ended, chance))


def _name(number: int, seed: int) -> str:
    return f"inc-{sha256(f'{seed} {number}'.encode()).hexdigest()[:32]}"


def _moment(chance: Random, last: datetime) -> datetime:
    """Some moment of the last days, mostly at night."""
    least, most = _NIGHT_HOURS
    hours = chance.uniform(0, 24) if chance.random() < _BY_DAY else chance.triangular(least, most, _NIGHT)
    day = last.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    moment = day - timedelta(days=chance.randrange(DAYS)) + timedelta(hours=hours - 24)
    return moment if moment <= last else moment - timedelta(days=DAYS)


def _drawn(chance: Random, weights: dict[str, int]) -> str:
    return chance.choices([*weights], [*weights.values()])[0]


def _incident(name: str, created: datetime, ended: datetime, chance: Random) -> dict[str, Any]:
    number = chance.randrange(_VMS)
    outcome, code = _drawn(chance, _OUTCOMES), _drawn(chance, _CODES)
    vault = (
        f"{_SUBSCRIPTION}/resourceGroups/rg-backup/providers/Microsoft.RecoveryServices/vaults/rsv-{number % _VAULTS}"
    )
    vm = f"{_SUBSCRIPTION}/resourceGroups/rg-app/providers/Microsoft.Compute/virtualMachines/vm-app-{number:03}"
    followed = outcome not in {"unrecognised", "skipped"}
    alone = outcome.startswith("resolved") and chance.random() < 0.9  # noqa: PLR2004  most need nobody
    return {
        "id": name,
        "state": "ended",
        "outcome": outcome,
        "reason": _ENDS[outcome][0],
        "step": 2 if followed else None,
        "summary": _ENDS[outcome][1].format(job=name[4:12], cause=_CAUSES[code]),
        "mode": "autonomous",
        "failure": {
            "source": "builtin-alert",
            "vaultId": vault.lower(),
            "jobId": name[4:],
            "vmId": vm,
            "codeHint": code.lower(),
            "occurredAt": _stamp(created),
            "severity": "Sev1",
        },
        "job": {"id": name[4:], "code": code, "origin": "error-title", "status": "Failed", "endedAt": _stamp(created)},
        "vault": vault,
        "vm": vm,
        "playbooks": [{"code": code, "title": code, "url": _ARTICLE, "section": code}] if followed else [],
        "findings": [_finding(check, vm, created) for check in _CHECKS] if followed else [],
        "actions": [_action(vm, created, ended)] if outcome.startswith("resolved") else [],
        "retries": [_retry(created, ended)] if outcome.startswith("resolved") else [],
        "approvals": [] if alone else [_approval(created, ended)],
        "guidance": [_advice(vm)] if outcome == "needs-human" else [],
        "openedAt": _stamp(created),
        "endedAt": _stamp(ended),
        "durationSeconds": (ended - created).total_seconds(),
        "reported": {"state": "delivered", "attempts": 1, "status": 200, "at": _stamp(ended), "target": "webhook"},
    }


def _finding(check: str, vm: str, at: datetime) -> dict[str, Any]:
    read = {"what": "what was read", "value": {"state": "Succeeded", "note": "as the service told it. " * 4}}
    return {
        "cause": check,
        "check": check,
        "verdict": "ruled-out",
        "summary": f"{check}: what was read of {vm} does not show this cause.",
        "evidence": [read | {"source": f"{vm}/{place}"} for place in ("instanceView", "extensions", "disks")],
        "guidance": [_advice(vm)],
        "at": _stamp(at),
    }


def _advice(vm: str) -> dict[str, Any]:
    return {
        "text": "Look at the state of the VM's agent, and start it again where it does not answer.",
        "portal": "Virtual machines > the VM > Settings > Extensions + applications",
        "commands": [{"shell": "bash", "at": "cloud", "line": f"az vm get-instance-view --ids '{vm}' --output json"}],
    }


def _action(vm: str, created: datetime, ended: datetime) -> dict[str, Any]:
    return {
        "fix": "remove-backup-lock",
        "target": vm,
        "risk": "safe",
        "state": "done",
        "summary": "The lock on the service's own group was removed.",
        "startedAt": _stamp(created),
        "endedAt": _stamp(ended),
    }


def _retry(created: datetime, ended: datetime) -> dict[str, Any]:
    return {"purpose": "verify", "state": "Completed", "startedAt": _stamp(created), "endedAt": _stamp(ended)}


def _approval(created: datetime, ended: datetime) -> dict[str, Any]:
    return {
        "event": "decision-1",
        "fingerprint": "0" * 16,
        "askedAt": _stamp(created),
        "expiresAt": _stamp(ended),
        "changes": ["The VM is started again."],
        "state": "approved",
        "decidedBy": "somebody",
        "decidedAt": _stamp(ended),
    }


def _stamp(moment: datetime) -> str:
    return f"{moment.isoformat(timespec='microseconds')[:26]}Z"
