"""Alerts of log search rules, and the record that a diagnostic setting sends to an event hub.

Source: Azure Monitor, "Common alert schema" (payload samples of log alerts V2 and V1), "Webhook actions for log alert
rules" (the body of the time before), "Resource logs: common schema". V2 never holds the rows, only dimensions.
"""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sandbox.arm.alert_parts import columns, common, essentials, item_name, monitoring_id, reason, vault_number
from sandbox.arm.times import zulu
from sandbox.arm.world import Job, World

_RULE = "la-azurebackup-vm-job-failed"
_TABLE = "AddonAzureBackupJobs"
_ABOUT = "Azure VM backup job failed"
_WINDOW = timedelta(minutes=60)
_SEEN = timedelta(minutes=30)  # from a job's end to the evaluation that sees its row
_DIMENSIONS = (
    *("ResourceId", "JobUniqueId", "JobFailureCode", "BackupItemUniqueId", "AdHocOrScheduledJob", "JobStartDateTime"),
)
_QUERY = (
    f"{_TABLE}\n| where OperationName == 'Job' and BackupManagementType == 'IaaSVM' and JobOperation == 'Backup'"
    " and JobStatus == 'Failed'\n| summarize arg_max(TimeGenerated, *) by JobUniqueId"
)


def log_v2(world: World, jobs: Sequence[Job]) -> dict[str, Any]:
    """A rule of today, which splits by dimensions: one job."""
    job = jobs[0]
    row, workspace = columns(world, job), _workspace(world)
    essential = essentials(world, job, "Log", "Log Alerts V2", _RULE) | {
        "targetResourceType": "microsoft.operationalinsights/workspaces",
        "alertRuleID": monitoring_id(world, "microsoft.insights/scheduledqueryrules", _RULE),
        "targetResourceGroup": workspace.split("/")[4],
        "alertTargetIDs": [workspace.lower()],
        "configurationItems": [world.vault_id.lower()],
        "description": f"{_ABOUT} ({_TABLE})",
    }
    until = job.ends + _SEEN
    condition = {
        "windowSize": "PT1H",
        "allOf": [_condition([{"name": name, "value": row[name]} for name in _DIMENSIONS])],
        "windowStartTime": zulu(until - _WINDOW),
        "windowEndTime": zulu(until),
    }
    context = {"properties": None, "conditionType": "LogQueryCriteria", "condition": condition}
    return common(essential, context, customProperties=None)


def _condition(dimensions: list[dict[str, str]]) -> dict[str, Any]:
    api, portal = "https://api.loganalytics.io/v1/workspaces/law/query", "https://portal.azure.com#blade"
    return {
        "searchQuery": _QUERY,
        "metricMeasureColumn": None,
        "targetResourceTypes": "['Microsoft.OperationalInsights/workspaces']",
        "operator": "GreaterThan",
        "threshold": "0",
        "timeAggregation": "Count",
        "dimensions": dimensions,
        "metricValue": 1.0,
        "failingPeriods": {"numberOfEvaluationPeriods": 1, "minFailingPeriodsToAlert": 1},
        "linkToSearchResultsUI": portal,
        "linkToFilteredSearchResultsUI": portal,
        "linkToSearchResultsAPI": api,
        "linkToFilteredSearchResultsAPI": api,
    }


def log_v1(world: World, jobs: Sequence[Job]) -> dict[str, Any]:
    """A rule of the API before, in the common schema: all rows are inside."""
    essential = essentials(world, jobs[0], "Log", "Log Analytics", f"{_RULE}-v1") | {
        "alertTargetIDs": [_workspace(world).lower()],
        "alertContextVersion": "1.1",
        "description": _ABOUT,
    }
    start, end = _span(jobs)
    context = {
        "SearchQuery": _QUERY,
        "SearchIntervalStartTimeUtc": start,
        "SearchIntervalEndtimeUtc": end,
        "ResultCount": len(jobs),
        **_links(),
        "SeverityDescription": "Error",
        "WorkspaceId": _workspace_guid(world),
        "SearchIntervalDurationMin": "60",
        "AffectedConfigurationItems": [world.spec.vault.name],
        "AlertType": "Number of results",
        "IncludeSearchResults": True,
        "SearchIntervalInMinutes": "60",
        "SearchResults": {**_table(world, jobs), "dataSources": [_source(world)]},
        "Threshold": 0,
        "Operator": "Greater Than",
        "IncludedSearchResults": "True",
    }
    return common(essential, context)


def log_legacy(world: World, jobs: Sequence[Job]) -> dict[str, Any]:
    """A rule of the API before, without the common schema."""
    start, end = _span(jobs)
    return {
        "SubscriptionId": world.spec.subscription,
        "AlertRuleName": f"{_RULE}-v1",
        "SearchQuery": _QUERY,
        "SearchIntervalStartTimeUtc": start,
        "SearchIntervalEndtimeUtc": end,
        "AlertThresholdOperator": "Greater Than",
        "AlertThresholdValue": 0,
        "ResultCount": len(jobs),
        "SearchIntervalInSeconds": int(_WINDOW.total_seconds()),
        **_links(),
        "Description": _ABOUT,
        "Severity": "Warning",
        "AffectedConfigurationItems": [world.spec.vault.name],
        "SearchResult": _table(world, jobs),
        "WorkspaceId": _workspace_guid(world),
        "AlertType": "Number of results",
    }


def records(world: World, jobs: Sequence[Job]) -> dict[str, Any]:
    """What arrives at an event hub; the nesting of ``properties`` is inferred."""
    return {"records": [_record(world, job) for job in jobs]}


def _record(world: World, job: Job) -> dict[str, Any]:
    vault, item = world.vault_id.upper(), item_name(world, job)
    empty = ("BackupManagementServerUniqueId", "JobOperationSubType", "RecoveryJobDestination")
    properties: dict[str, Any] = {
        "ResourceId": vault,
        "OperationName": "Job",
        "Category": _TABLE,
        "BackupManagementType": "IaaSVM",
        **{name: value for name, value in columns(world, job).items() if name != "TimeGenerated"},
        "DataTransferredInMB": 0.0,
        "JobDurationInSecs": (job.ends - job.started).total_seconds(),
        "JobFailureCode": reason(job).code,
        "ProtectedContainerUniqueId": item,
        "RecoveryJobRPDateTime": None,
        "RecoveryJobRPLocation": "",
        "RecoveryLocationType": "",
        "SchemaVersion": "V2",
        "State": "Active",
        "VaultUniqueId": vault_number(world),
        "SourceSystem": "Azure",
        **dict.fromkeys(empty, ""),
    }
    at = zulu(job.ends + timedelta(minutes=3))
    return {"time": at, "resourceId": vault, "operationName": "Job", "category": _TABLE, "properties": properties}


def _table(world: World, jobs: Sequence[Job]) -> dict[str, Any]:
    rows = [columns(world, job) for job in jobs]
    kinds = [{"name": name, "type": "datetime" if "Time" in name else "string"} for name in rows[0]]
    return {"tables": [{"name": "PrimaryResult", "columns": kinds, "rows": [list(row.values()) for row in rows]}]}


def _span(jobs: Sequence[Job]) -> tuple[str, str]:
    until = max(job.ends for job in jobs) + _SEEN
    return zulu(until - _WINDOW), zulu(until)


def _links() -> dict[str, str]:
    portal = "https://portal.azure.com/#Analyticsblade/search/index"
    api = "https://api.loganalytics.io/v1/workspaces/law/query"
    return {
        "LinkToSearchResults": portal,
        "LinkToFilteredSearchResultsUI": portal,
        "LinkToSearchResultsAPI": api,
        "LinkToFilteredSearchResultsAPI": api,
    }


def _source(world: World) -> dict[str, Any]:
    return {"resourceId": _workspace(world).lower(), "region": world.spec.location, "tables": [_TABLE]}


def _workspace(world: World) -> str:
    return monitoring_id(world, "Microsoft.OperationalInsights/workspaces", "law-prod-weu")


def _workspace_guid(world: World) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, _workspace(world).lower()))
