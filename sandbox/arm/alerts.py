"""The alert that Azure Monitor sends for the failed job of a world.

Source: Azure Backup, "Use Azure Monitor alerts for Azure Backup" and Azure Monitor, "Common alert schema": a built-in
alert of the rule "Backup Failure", which names the job and hints at the code but does not carry it.
"""

import hashlib
import uuid
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from sandbox.arm.failures import UNKNOWN_NUMBER, Failure
from sandbox.arm.times import zulu
from sandbox.arm.world import Job, World

_FIRED_AFTER = timedelta(minutes=4)


def builtin_alert(world: World, job: Job | None = None) -> dict[str, Any]:
    """The body that an action group posts, for the VM or (``sql_item``) a database inside it.

    Args:
        world: the vault and its VMs.
        job: the failed job; null is that of the scenario, to which alone applies what it says of its alert.

    Raises:
        ValueError: there is no failed job.
    """
    job = job or world.failed_job
    if job is None or job.failure is None:
        raise ValueError("the world has no failed job to alert about")
    essentials = _essentials(world, job, job.failure)
    context = _sql_context(world, job, job.workload) if job.workload else _vm_context(world, job)
    data = {"essentials": essentials, "alertContext": {**context, "alertVersionNumber": "V2020_10"}}
    return {"schemaId": "azureMonitorCommonAlertSchema", "data": {**data, "customProperties": None}}


def _essentials(world: World, job: Job, failure: Failure) -> dict[str, Any]:
    spec = world.spec
    alert = f"/subscriptions/{spec.subscription}/providers/Microsoft.AlertsManagement/alerts/{_alert_guid(job)}"
    return {
        "region": spec.location,
        "alertId": alert,
        "severity": "Sev1",
        "alertRule": _rule(world, job),
        "signalType": "Log",
        "description": failure.text,
        "firedDateTime": zulu(job.ends + _FIRED_AFTER),
        "originAlertId": _origin(job, _hint(world, job, failure)),
        "alertTargetIDs": [world.vault_id.lower()],
        "monitorCondition": "Fired",
        "essentialsVersion": "1.0",
        "investigationLink": "https://portal.azure.com/#view/Microsoft_Azure_Monitoring_Alerts/Issue.ReactView/alertId/"
        + quote(alert, safe=""),
        "monitoringService": "Azure Backup",
        "configurationItems": [spec.vault.name],
        "targetResourceType": "microsoft.recoveryservices/vaults",
        "alertContextVersion": "1.0",
        "targetResourceGroup": spec.vault.group,
    }


def _rule(world: World, job: Job) -> str:
    chosen = world.spec.alert.rule if job is world.failed_job else None
    return chosen or ("Restore Failure" if "Restore" in job.operation else "Backup Failure")


def _alert_guid(job: Job) -> str:
    return str(uuid.uuid5(uuid.UUID(job.id), "alert"))


def _hint(world: World, job: Job, failure: Failure) -> str:
    """The code in lower case, which the alert hints at in two places; one without it hints at nothing."""
    hint = world.spec.alert.hint if job is world.failed_job else None
    return (failure.code if hint is None else hint).lower()


def _origin(job: Job, hint: str) -> str:
    digits = int(hashlib.sha256(job.id.encode()).hexdigest(), 16) % 10**38
    kind = "azureworkload" if job.workload else "azureiaasvm"
    return f"{2516110607326817559 + digits % UNKNOWN_NUMBER}_0_{digits:038d}{kind}{hint}"


def _extended(world: World, job: Job) -> dict[str, Any]:
    failure = job.failure
    advice = " ".join(failure.recommendations) if failure else ""
    hint = _hint(world, job, failure) if failure else ""
    link = f"For troubleshooting instructions, see https://aka.ms/AB-{hint}" if hint else ""
    return {
        "jobId": job.id,
        "possibleCauses": None,
        "occurrenceCount": 1,
        "recommendedActions": f"{advice} {link}".strip(),
    }


def _vm_context(world: World, job: Job) -> dict[str, Any]:
    machine, container = job.item.machine, job.item.container
    inner = f"protectionContainers/IaasVMContainer;{container}/protectedItems/VM;{container}"
    return {
        "category": "Jobs",
        "sourceId": machine.id,
        "sourceType": "VM",
        "extendedInfo": _extended(world, job),
        "affectedItems": machine.id,
        "sourceVersion": "IaasVMContainer",
        "protectedItemId": f"{world.vault_id}/backupFabrics/Azure/{inner}",
        "linkedResourceId": machine.id,
        "linkedResourceName": machine.name,
        "formattedSourceType": "AzureVM",
        "firstLevelContainerId": container,
        "secondLevelContainerId": None,
    }


def _sql_context(world: World, job: Job, database: str) -> dict[str, Any]:
    machine = job.item.machine
    container = f"Compute;{machine.group};{machine.name}"
    source = f"{machine.id}/providers/Microsoft.RecoveryServices/backupProtectedItem/{database}"
    inner = f"protectionContainers/VMAppContainer;{container}/protectedItems/{database}"
    return {
        "category": "Jobs",
        "sourceId": source,
        "sourceType": database.split(";", maxsplit=1)[0],
        "extendedInfo": _extended(world, job),
        "affectedItems": source,
        "sourceVersion": "VMAppContainer",
        "protectedItemId": f"{world.vault_id}/backupFabrics/Azure/{inner}",
        "linkedResourceId": machine.id,
        "linkedResourceName": machine.name,
        "formattedSourceType": "AzureVmSQL",
        "firstLevelContainerId": container,
        "secondLevelContainerId": None,
    }
