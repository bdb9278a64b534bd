"""Bodies of our own in every shape that a failed backup arrives in, all about the same VM and job.

Keys are those that Azure documents (`responder.intake` names the sources module by module); all values are made up.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from responder.incident import FailedBackup
from tests.responder.alerts import ALERT, APP_GROUP, ITEM, JOB, NAMES, SUBSCRIPTION, VAULT, VM, event_grid, vm_alert

MONITORING = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-monitor-prod"
WORKSPACE = f"{MONITORING}/providers/microsoft.operationalinsights/workspaces/law-prod-weu"
UNIQUE_ID = f"westeurope;4711023958120046337;{NAMES}"
CODE = "UserErrorRpCollectionLimitReached"
TEXT = "The restore point collection max limit has reached."
STARTED, ENDED = datetime(2026, 11, 2, 0, 30, 7, tzinfo=UTC), datetime(2026, 11, 2, 1, 10, 9, tzinfo=UTC)
FIRED = datetime(2026, 11, 2, 1, 14, 9, tzinfo=UTC)
SEARCHED_FROM, SEARCHED_UNTIL = datetime(2026, 11, 2, 0, 50, tzinfo=UTC), datetime(2026, 11, 2, 1, 5, tzinfo=UTC)
QUERY = "AddonAzureBackupJobs | where JobStatus == 'Failed' | summarize arg_max(TimeGenerated, *) by JobUniqueId"


def common(service: str, context: dict[str, Any], **essentials: object) -> dict[str, Any]:
    """An alert in the common schema."""
    return {
        "schemaId": "azureMonitorCommonAlertSchema",
        "data": {
            "essentials": {
                "alertId": ALERT,
                "alertRule": "a-rule",
                "severity": "Sev2",
                "monitorCondition": "Fired",
                "monitoringService": service,
                "alertTargetIDs": [VAULT.lower()],
                "configurationItems": ["rsv-prod-weu-01"],
                "firedDateTime": "2026-11-02T01:14:09Z",
                "description": "What the rule is for",
                **essentials,
            },
            "alertContext": context,
            "customProperties": None,
        },
    }


def _dimensions(values: dict[str, object]) -> list[dict[str, object]]:
    return [{"name": name, "value": value} for name, value in values.items()]


def log_v2(dimensions: dict[str, object] | None = None, **essentials: object) -> dict[str, Any]:
    """A log search alert V2."""
    shown: dict[str, object] = {
        "ResourceId": VAULT.upper(),
        "JobUniqueId": JOB,
        "JobFailureCode": CODE,
        "BackupItemUniqueId": UNIQUE_ID,
        "AdHocOrScheduledJob": "Scheduled",
        "JobStartDateTime": "2026-11-02T00:30:07.0000000Z",
    }
    condition = {
        "searchQuery": QUERY,
        "dimensions": _dimensions(shown if dimensions is None else dimensions),
        "metricValue": 1.0,
        "linkToFilteredSearchResultsAPI": "https://api.loganalytics.io/v1/workspaces/w/query?query=x",
    }
    context = {
        "properties": {"team": "backup"},
        "conditionType": "LogQueryCriteria",
        "condition": {
            "windowSize": "PT15M",
            "allOf": [condition],
            "windowStartTime": "2026-11-02T00:50:00Z",
            "windowEndTime": "2026-11-02T01:05:00Z",
        },
    }
    return common("Log Alerts V2", context, **{"alertTargetIDs": [WORKSPACE], **essentials})


def log_v2_on_resource_graph() -> dict[str, Any]:
    """A log search alert V2 whose query asks Resource Graph: the VM's name is all that it tells of the VM."""
    dimensions: dict[str, object] = {"vaultId": VAULT, "jobId": JOB, "vm": "vm-app-01", "errorTitle": "VM agent"}
    return log_v2(dimensions, configurationItems=[VAULT])


ROW: dict[str, object] = {
    "TimeGenerated": "2026-11-02T01:12:30Z",
    "ResourceId": VAULT.upper(),
    "JobUniqueId": JOB,
    "JobFailureCode": CODE,
    "JobStatus": "Failed",
    "JobOperation": "Backup",
    "BackupItemUniqueId": UNIQUE_ID,
    "AdHocOrScheduledJob": "AdHoc",
    "JobStartDateTime": "2026-11-02T00:30:07Z",
}


def tables(*rows: dict[str, object]) -> dict[str, Any]:
    """An answer of Log Analytics."""
    columns = [{"name": name, "type": "string"} for name in rows[0]]
    return {"tables": [{"name": "PrimaryResult", "columns": columns, "rows": [list(row.values()) for row in rows]}]}


def log_v1(*rows: dict[str, object], **essentials: object) -> dict[str, Any]:
    """A log search alert V1 in the common schema."""
    context = {"SearchQuery": QUERY, "SearchResults": tables(*(rows or (ROW,))), "IncludedSearchResults": "True"}
    return common("Log Analytics", context, **{"alertTargetIDs": [WORKSPACE], **essentials})


def log_legacy(*rows: dict[str, object]) -> dict[str, Any]:
    """A log search alert V1 as it was before the common schema."""
    return {
        "SubscriptionId": SUBSCRIPTION,
        "AlertRuleName": "a-rule",
        "SearchQuery": QUERY,
        "SearchIntervalEndtimeUtc": "2026-11-02T01:12:00Z",
        "SearchResult": tables(*(rows or (ROW,))),
    }


def metric(health: str | None = "PersistentDegraded", *, split: bool = True, **essentials: object) -> dict[str, Any]:
    """A metric alert on the health of backups."""
    dimensions: dict[str, object] = {
        "dataSourceURL": VM,
        "backupInstanceUrl": ITEM,
        "dataSourceType": "Microsoft.Compute/virtualMachines",
        "healthStatus": health,
        "backupInstanceName": f"{NAMES};vm-app-01",
    }
    condition = {
        "metricName": "BackupHealthEvent",
        "metricNamespace": "Microsoft.RecoveryServices/vaults",
        "dimensions": _dimensions(dimensions if split else {}),
        "metricValue": 1,
    }
    context = {
        "conditionType": "SingleResourceMultipleMetricCriteria",
        "condition": {
            "windowSize": "PT5M",
            "allOf": [condition],
            "windowStartTime": "2026-11-02T01:07:00.000Z",
            "windowEndTime": "2026-11-02T01:12:00.000Z",
        },
    }
    return common("Platform", context, **essentials)


def event_log(**members: object) -> dict[str, Any]:
    """An event of the activity log."""
    action = "Microsoft.RecoveryServices/recoveryServicesVault/Backup"
    return {
        "authorization": {"action": action, "scope": VAULT},
        "eventSource": "Administrative",
        "eventTimestamp": "2026-11-02T01:11:00.0000000+00:00",
        "eventDataId": "f7d4a1c2-93b0-4e58-8b1d-6a5c2e9f0d37",
        "operationName": action,
        "properties": {"Entity Name": "vm-app-01", "Job Id": JOB, "Start Time": "2026-11-02 00:30:07Z"},
        "status": "Failed",
        **members,
    }


def activity_log(**members: object) -> dict[str, Any]:
    """An activity log alert in the common schema."""
    return common("Activity Log - Administrative", event_log(**members))


def activity_log_legacy(**members: object) -> dict[str, Any]:
    """An activity log alert as it was before the common schema."""
    event = {**event_log(**members), "resourceId": VAULT, "subscriptionId": SUBSCRIPTION}
    return {
        "schemaId": "Microsoft.Insights/activityLogs",
        "data": {"status": "Activated", "context": {"activityLog": event}, "properties": {}},
    }


def record(**columns: object) -> dict[str, Any]:
    """A record of a diagnostic setting."""
    return {
        "time": "2026-11-02T01:12:30.0000000Z",
        "resourceId": VAULT.upper(),
        "operationName": "Job",
        "category": "AddonAzureBackupJobs",
        "properties": {
            **ROW,
            "BackupManagementType": "IaaSVM",
            "JobDurationInSecs": 2402.0,
            "ProtectedContainerUniqueId": UNIQUE_ID,
            "RecoveryJobRPDateTime": None,
            **columns,
        },
    }


def flat_record() -> dict[str, Any]:
    """The same without nesting, in capitals."""
    nested = record()
    return {name.upper(): value for name, value in (nested.pop("properties") | nested).items()}


def job(title: str = "VM agent", **properties: object) -> dict[str, Any]:
    """The body of a job as the REST API gives it."""
    return {
        "id": f"{VAULT}/backupJobs/{JOB}",
        "name": JOB,
        "type": "Microsoft.RecoveryServices/vaults/backupJobs",
        "properties": {
            "jobType": "AzureIaaSVMJob",
            "backupManagementType": "AzureIaasVM",
            "operation": "Backup",
            "status": "Failed",
            "isUserTriggered": False,
            "entityFriendlyName": "vm-app-01",
            "containerName": NAMES,
            "startTime": "2026-11-02T00:30:07Z",
            "endTime": "2026-11-02T01:10:09Z",
            "errorDetails": [{"errorCode": 400103, "errorTitle": title, "errorString": TEXT, "recommendations": []}],
            **properties,
        },
    }


def job_row(**properties: object) -> dict[str, Any]:
    """A job as a row of Resource Graph."""
    added = {"backupInstanceId": ITEM, "isUserTriggered": "true", "containerName": f"IaasVMContainer;{NAMES}"}
    return {**job(CODE, **{**added, **properties}), "subscriptionId": SUBSCRIPTION, "tenantId": "t", "tags": None}


def projection() -> dict[str, Any]:
    """The row of Microsoft's published query for retries: it names no job."""
    return {
        "vaultSub": SUBSCRIPTION,
        "vaultId": VAULT,
        "protectedItemName": f"VM;{NAMES}",
        "startTime": "2026-11-02T00:30:07Z",
        "endTime": "2026-11-02T01:10:09Z",
        "jobStatus": "Failed",
        "operation": "backup",
    }


def job_projection() -> dict[str, Any]:
    """A row of a query of one's own."""
    return {
        "jobArmId": f"{VAULT}/backupJobs/{JOB}",
        "jobId": JOB,
        "vaultId": VAULT,
        "vm": "vm-app-01",
        "containerName": NAMES,
        "isUserTriggered": "false",
        "endTime": "2026-11-02T01:10:09Z",
        "errorTitle": CODE,
        "errorString": TEXT,
    }


def alert_row() -> dict[str, Any]:
    """A built-in alert as a row of Resource Graph."""
    data = vm_alert()["data"]
    essentials = data["essentials"]
    renamed = {
        "monitorService": essentials["monitoringService"],
        "alertRule": essentials["alertRule"],
        "monitorCondition": essentials["monitorCondition"],
        "targetResource": VAULT.lower(),
        "sourceCreatedId": essentials["originAlertId"],
        "startDateTime": "2026-11-02T01:14:09Z",
        "description": TEXT,
    }
    return {
        "id": ALERT,
        "name": "Backup Failure",
        "type": "microsoft.alertsmanagement/alerts",
        "properties": {"essentials": renamed, "context": data["alertContext"], "customProperties": None},
    }


class Shape(NamedTuple):
    """A body and the normal form that it must have."""

    body: Any
    normal: FailedBackup


def normal(source: str, **members: Any) -> FailedBackup:
    """The normal form of our job; ``members`` are what differs by shape."""
    known: dict[str, Any] = {"vault_id": VAULT.lower(), "job_id": JOB.lower(), "item_id": ITEM.lower(), "vm_id": VM}
    return FailedBackup(source=source, **{**known, **members})


_LINK = {"code_hint": CODE.lower(), "code_origin": "aka_link", "message": TEXT, "alert_id": ALERT}
_COLUMN = {"code_hint": CODE, "code_origin": "failure_code_column"}
_TITLE = {"code_hint": CODE, "code_origin": "error_title", "message": TEXT}
_NAME_ALONE: dict[str, Any] = {"item_id": None, "vm_id": None, "vm_name": "vm-app-01"}
_LOGGED = datetime(2026, 11, 2, 1, 12, 30, tzinfo=UTC)
_HAPPENED = datetime(2026, 11, 2, 1, 11, tzinfo=UTC)

SHAPES: dict[str, Shape] = {
    "builtin": Shape(
        vm_alert(),
        normal("builtin-alert", severity="Sev1", occurred_at=datetime(2026, 11, 2, 1, 14, 9, 730551, UTC), **_LINK),
    ),
    "builtin-row": Shape(alert_row(), normal("resource-graph", occurred_at=FIRED, **_LINK)),
    "log-v2": Shape(
        log_v2(),
        normal("log-alert-v2", occurred_at=FIRED, alert_id=ALERT, severity="Sev2", user_triggered=False, **_COLUMN),
    ),
    "log-v2-graph": Shape(
        log_v2_on_resource_graph(),
        normal("log-alert-v2", occurred_at=FIRED, alert_id=ALERT, severity="Sev2", **_NAME_ALONE),
    ),
    "log-v1": Shape(
        log_v1(),
        normal("log-alert-v1", occurred_at=_LOGGED, alert_id=ALERT, severity="Sev2", user_triggered=True, **_COLUMN),
    ),
    "log-legacy": Shape(log_legacy(), normal("log-alert-v1", occurred_at=_LOGGED, user_triggered=True, **_COLUMN)),
    "log-answer": Shape(tables(ROW), normal("log-analytics", occurred_at=_LOGGED, user_triggered=True, **_COLUMN)),
    "metric": Shape(
        metric(),
        normal(
            "metric-alert",
            job_id=None,
            occurred_at=FIRED,
            alert_id=ALERT,
            severity="Sev2",
            not_before=datetime(2026, 11, 2, 0, 7, tzinfo=UTC),
            not_after=datetime(2026, 11, 2, 1, 12, tzinfo=UTC),
        ),
    ),
    "activity-log": Shape(
        activity_log(), normal("activity-log", occurred_at=_HAPPENED, alert_id=ALERT, severity="Sev2", **_NAME_ALONE)
    ),
    "activity-log-legacy": Shape(
        activity_log_legacy(),
        normal(
            "activity-log",
            occurred_at=_HAPPENED,
            alert_id="f7d4a1c2-93b0-4e58-8b1d-6a5c2e9f0d37",
            **_NAME_ALONE,
        ),
    ),
    "record": Shape(record(), normal("diagnostics", occurred_at=ENDED, user_triggered=True, **_COLUMN)),
    "flat-record": Shape(flat_record(), normal("diagnostics", occurred_at=ENDED, user_triggered=True, **_COLUMN)),
    "job": Shape(job(), normal("backup-job", occurred_at=ENDED, user_triggered=False, message=TEXT)),
    "job-row": Shape(job_row(), normal("resource-graph", occurred_at=ENDED, user_triggered=True, **_TITLE)),
    "projection": Shape(
        projection(),
        normal("resource-graph", job_id=None, occurred_at=ENDED, not_before=STARTED, not_after=ENDED),
    ),
    "job-projection": Shape(
        job_projection(), normal("resource-graph", occurred_at=ENDED, user_triggered=False, **_TITLE)
    ),
    "own-event": Shape(
        event_grid(None)[0],
        normal("own-event", item_id=None, vm_id=None, occurred_at=FIRED),
    ),
}
"""Every shape about the one VM and its one failed job."""

OTHER_VAULT = VAULT.replace("rsv-prod-weu-01", "rsv-other")
OTHER_VM = f"{APP_GROUP}/providers/Microsoft.Compute/virtualMachines/vm-app-02"
OTHER_JOB = "7c0e5d19-2b6f-4a83-9d47-f1a8c3e6b052"
A_DAY = timedelta(hours=24)
