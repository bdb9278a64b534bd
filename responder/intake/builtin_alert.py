"""Built-in alerts of Azure Backup in the common alert schema.

Sources: Microsoft Learn, "Monitor Azure Backup using Azure Monitor alerts" and "Common alert schema". The alert has
no field for the error code; the two places that hold it in lower case are hints, never the truth.
"""

import re

from responder.dig import dig, moment, rows, text
from responder.ids import ItemId, ResourceId, VaultId, same
from responder.incident import FailedBackup
from responder.intake.model import Ignored
from responder.notify.redact import redact

SOURCE = "builtin-alert"
NOT_A_VIRTUAL_MACHINE = "NotAVirtualMachine"

_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_LINK = re.compile(r"aka\.ms/AB-([a-z0-9]+)", re.IGNORECASE)
_ORIGIN = re.compile(r"^\d+_\d+_\d+(?:azureiaasvm|azureworkload|azurestorage|mab|dpm)([a-z][a-z0-9]*)$", re.IGNORECASE)
_LONGEST_MESSAGE = 2000


def understand(payload: object) -> FailedBackup | Ignored | None:
    """A failed backup, a reason to ignore the alert, or None if this is no such alert with vault and job."""
    essentials, context = dig(payload, "data", "essentials"), dig(payload, "data", "alertContext")
    if not _is(payload, "schemaId", "azureMonitorCommonAlertSchema") or not _is(
        essentials, "monitoringService", "Azure Backup"
    ):
        return None
    if reason := _reason_to_ignore(essentials, context):
        return Ignored(reason=reason)
    if _is(essentials, "alertRule", "Backup Failure") and _is(essentials, "monitorCondition", "Fired"):
        return _failure(essentials, context)
    return None


def _reason_to_ignore(essentials: object, context: object) -> str | None:
    if _is(context, "category", "Security"):
        return "SecurityAlert"
    if _is(essentials, "alertRule", "Restore Failure"):
        return "RestoreFailure"
    return "Resolved" if _is(essentials, "monitorCondition", "Resolved") else None


def _failure(essentials: object, context: object) -> FailedBackup | None:
    vault, job_id = _vault(essentials, context), (text(context, "extendedInfo", "jobId") or "").lower()
    if vault is None or not _GUID.fullmatch(job_id):
        return None
    item = ItemId.parse(text(context, "protectedItemId") or "")
    hint, origin = _code(essentials, context)
    message = text(essentials, "description")
    return FailedBackup(
        source=SOURCE,
        vault_id=str(vault).lower(),
        job_id=job_id,
        item_id=str(item).lower() if item else None,
        vm_id=_machine(context),
        code_hint=hint,
        code_origin=origin,
        message=redact(message)[:_LONGEST_MESSAGE] if message else None,
        occurred_at=moment(essentials, "firedDateTime"),
        alert_id=text(essentials, "alertId"),
        skip=None if _is_machine(item, context) else NOT_A_VIRTUAL_MACHINE,
    )


def _vault(essentials: object, context: object) -> VaultId | None:
    """The vault of the protected item, or the alert's target; None if both are there and disagree."""
    targets = [text(target) for target in rows(essentials, "alertTargetIDs")]
    named = [VaultId.parse(entry) for entry in (text(context, "protectedItemId"), *targets) if entry]
    vaults = [vault for vault in named if vault]
    agree = all(same(str(vault), str(vaults[0])) for vault in vaults)
    return vaults[0] if vaults and agree else None


def _is_machine(item: ItemId | None, context: object) -> bool:
    """Whether a whole VM failed; a workload in it has a source below the VM. Without an item the job will tell."""
    inside = "/backupprotecteditem/" in (text(context, "sourceId") or "").lower()
    return not inside and (item is None or item.is_virtual_machine)


def _machine(context: object) -> str | None:
    for name in ("linkedResourceId", "sourceId"):
        found = ResourceId.parse(text(context, name) or "")
        if found and found.type.lower() == "microsoft.compute/virtualmachines":
            return str(found)
    return None


def _code(essentials: object, context: object) -> tuple[str | None, str | None]:
    if link := _LINK.search(text(context, "extendedInfo", "recommendedActions") or ""):
        return link[1].lower(), "aka_link"
    if tail := _ORIGIN.match(text(essentials, "originAlertId") or ""):
        return tail[1].lower(), "origin_alert_id"
    return None, None


def _is(value: object, name: str, word: str) -> bool:
    return (text(value, name) or "").lower() == word.lower()
