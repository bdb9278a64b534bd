"""Alerts that tell little: the metric of backup health, which names no job, and the activity log.

Source: Azure Backup, "Monitor the health of your backups using Azure Backup Metrics"; Azure Monitor, "Common alert
schema". The keys of ``properties`` in the activity log are those of an old article and unproved.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sandbox.arm.alert_parts import MONITORING, common, essentials, monitoring_id, reason, same_id
from sandbox.arm.times import offset, zulu
from sandbox.arm.world import Job, World

_METRIC = "ma-rsv-backup-health"
_OPERATION = "Microsoft.RecoveryServices/recoveryServicesVault/Backup"
_BEFORE, _AFTER = timedelta(minutes=1), timedelta(minutes=4)


def metric(world: World, jobs: Sequence[Job]) -> dict[str, Any]:
    """The metric alert of ``BackupHealthEvent``, split by VM."""
    job = jobs[0]
    reason(job)
    subscription = world.spec.subscription
    essential = essentials(world, job, "Metric", "Platform", _METRIC) | {
        "alertRuleID": monitoring_id(world, "Microsoft.Insights/metricAlerts", _METRIC),
        "originAlertId": f"{subscription}_{MONITORING}_Microsoft.Insights_metricAlerts_{_METRIC}_-1043377215",
        "targetResourceType": "microsoft.recoveryservices/vaults",
        "targetResourceGroup": world.spec.vault.group,
    }
    condition = {
        "windowSize": "PT5M",
        "allOf": [_criterion([{"name": name, "value": value} for name, value in _dimensions(world, job).items()])],
        "windowStartTime": zulu(job.ends - _BEFORE),
        "windowEndTime": zulu(job.ends + _AFTER),
        "staticThresholdFailingPeriods": {"numberOfEvaluationPeriods": 0, "minFailingPeriodsToAlert": 0},
    }
    context = {
        "properties": None,
        "conditionType": "SingleResourceMultipleMetricCriteria",
        "condition": condition,
    }
    return common(essential, context, customProperties=None)


def activity_log(world: World, jobs: Sequence[Job]) -> dict[str, Any]:
    """The activity log alert in the common schema."""
    job = jobs[0]
    service = "Activity Log - Administrative"
    essential = essentials(world, job, "Activity Log", service, "al-rsv-backup-failed") | {"severity": "Sev4"}
    return common(essential, {**_event(world, job), "Activity Log Event Description": ""})


def activity_log_legacy(world: World, jobs: Sequence[Job]) -> dict[str, Any]:
    """The activity log alert in its own schema."""
    event = _event(world, jobs[0]) | {
        "resourceId": world.vault_id,
        "resourceGroupName": world.spec.vault.group,
        "resourceProviderName": "Microsoft.RecoveryServices",
        "resourceType": "Microsoft.RecoveryServices/vaults",
        "subscriptionId": world.spec.subscription,
        "description": "",
    }
    data = {"status": "Activated", "context": {"activityLog": event}, "properties": {}}
    return {"schemaId": "Microsoft.Insights/activityLogs", "data": data}


def _criterion(dimensions: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "metricName": "BackupHealthEvent",
        "metricNamespace": "Microsoft.RecoveryServices/vaults",
        "operator": "GreaterThan",
        "threshold": "0",
        "timeAggregation": "Count",
        "dimensions": dimensions,
        "metricValue": 1,
        "webTestName": None,
    }


def _dimensions(world: World, job: Job) -> dict[str, str]:
    container, machine = job.item.container, job.item.machine
    inner = f"protectionContainers/IaasVMContainer;{container}/protectedItems/VM;{container}"
    return {
        "dataSourceURL": machine.id,
        "backupInstanceUrl": f"{world.vault_id}/backupFabrics/Azure/{inner}",
        "dataSourceType": "Microsoft.Compute/virtualMachines",
        "healthStatus": "PersistentDegraded",
        "backupInstanceName": f"{container};{machine.name}",
    }


def _event(world: World, job: Job) -> dict[str, Any]:
    reason(job)
    correlation = same_id(job, "correlation")
    return {
        "authorization": {"action": _OPERATION, "scope": world.vault_id},
        "channels": "Operation",
        "claims": "{}",
        "caller": "",
        "correlationId": correlation,
        "eventSource": "Administrative",
        "eventTimestamp": offset(job.ends),
        "eventDataId": same_id(job, "event"),
        "level": "Error",
        "operationName": _OPERATION,
        "operationId": correlation,
        "properties": {
            "Entity Name": job.item.machine.name,
            "Job Id": job.id,
            "Start Time": f"{job.started:%Y-%m-%d %H:%M:%SZ}",
        },
        "status": "Failed",
        "subStatus": "",
        "submissionTimestamp": offset(job.ends + timedelta(minutes=2)),
    }
