"""What the bodies of alerts have in common: essentials, and a failed job as Log Analytics tells of it.

Source: Azure Monitor, "Common alert schema"; the table ``AddonAzureBackupJobs`` of Azure Backup's diagnostic settings,
which writes ids of vaults in capitals and names an item ``region;vault number;container``.
"""

import hashlib
import uuid
from datetime import timedelta
from typing import Any

from sandbox.arm.failures import Failure
from sandbox.arm.times import zulu
from sandbox.arm.world import Job, World

MONITORING = "rg-monitor-prod-weu"
_INGESTED = timedelta(minutes=24)  # Azure Monitor, "Log data ingestion time": 20 to 30 minutes
_FIRED = {"Log": _INGESTED + timedelta(minutes=7), "Metric": timedelta(minutes=6), "Activity Log": timedelta(minutes=4)}


def reason(job: Job) -> Failure:
    """Why a job failed.

    Raises:
        ValueError: it did not fail.
    """
    if job.failure is None:
        message = f"job {job.id} has not failed, there is nothing to alert about"
        raise ValueError(message)
    return job.failure


def same_id(job: Job, what: str) -> str:
    """A GUID that stays the same for a job and a purpose."""
    return str(uuid.uuid5(uuid.UUID(job.id), what))


def monitoring_id(world: World, kind: str, name: str) -> str:
    """The ARM id of something in the resource group of the monitoring."""
    return world.resource_id(MONITORING, kind, name)


def essentials(world: World, job: Job, signal: str, service: str, rule: str) -> dict[str, Any]:
    """The keys that every alert in the common schema has; severity, targets and rule's id are the rule's own."""
    alert = f"{world.subscription_id}/providers/Microsoft.AlertsManagement/alerts/{same_id(job, service)}"
    return {
        "alertId": alert,
        "alertRule": rule,
        "severity": "Sev1",
        "signalType": signal,
        "monitorCondition": "Fired",
        "monitoringService": service,
        "alertTargetIDs": [world.vault_id.lower()],
        "configurationItems": [world.spec.vault.name],
        "originAlertId": same_id(job, f"origin of {service}"),
        "firedDateTime": zulu(job.ends + _FIRED[signal]),
        "description": "",
        "essentialsVersion": "1.0",
        "alertContextVersion": "1.0",
    }


def common(essential: dict[str, Any], context: dict[str, Any], **more: None) -> dict[str, Any]:
    """An alert in the common schema; ``customProperties=None`` where the kind of alert has that key."""
    data = {"essentials": essential, "alertContext": context, **more}
    return {"schemaId": "azureMonitorCommonAlertSchema", "data": data}


def columns(world: World, job: Job) -> dict[str, str]:
    """A failed job as the table has it; all columns that a rule needs."""
    return {
        "TimeGenerated": zulu(job.ends + _INGESTED),
        "ResourceId": world.vault_id.upper(),
        "JobUniqueId": job.id,
        "JobFailureCode": reason(job).code,
        "JobStatus": job.final,
        "JobOperation": job.operation,
        "BackupItemUniqueId": item_name(world, job),
        "AdHocOrScheduledJob": "AdHoc" if job.expires else "Scheduled",
        "JobStartDateTime": zulu(job.started),
    }


def item_name(world: World, job: Job) -> str:
    """``westeurope;4711...;iaasvmcontainerv2;group;vm``."""
    return f"{world.spec.location};{vault_number(world)};{job.item.container}"


def vault_number(world: World) -> str:
    """Nineteen digits that stay the same for a vault."""
    return str(10**18 + int(hashlib.sha256(world.vault_id.lower().encode()).hexdigest(), 16) % (9 * 10**18))
