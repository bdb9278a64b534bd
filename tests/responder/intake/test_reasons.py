"""What opens no incident, and what opens one for a person: each with its named reason."""

from typing import Any

import pytest

from responder.incident import FailedBackup
from responder.intake import failures, incident_id
from tests.responder.alerts import JOB, SUBSCRIPTION, VAULT, cloud_event, event_grid, vm_alert
from tests.responder.intake import shapes


def _resource_event(kind: str) -> dict[str, Any]:
    data = {"resourceUri": VAULT, "operationName": "Microsoft.RecoveryServices/vaults/write", "status": "Failed"}
    return {**event_grid(data)[0], "eventType": f"Microsoft.Resources.{kind}"}


def _report() -> dict[str, Any]:
    return {"type": "backup.incident.resolved", "timestamp": "2026-11-02T02:00:00Z", "data": {"id": "inc-1"}}


IGNORED: list[tuple[object, str]] = [
    (shapes.log_v2(monitorCondition="Resolved"), "Resolved"),
    (shapes.log_v1(monitorCondition="Resolved"), "Resolved"),
    (shapes.metric(monitorCondition="Resolved"), "Resolved"),
    ({**shapes.activity_log_legacy(), "data": {"status": "Deactivated"}}, "Resolved"),
    (shapes.metric("Healthy"), "Healthy"),
    (shapes.metric(" heal thy"), "Healthy"),
    (shapes.job(status="Completed"), "JobNotFailed"),
    (shapes.job(status="InProgress"), "JobNotFailed"),
    (shapes.job_row(status="CompletedWithWarnings"), "JobNotFailed"),
    (shapes.record(JobStatus="InProgress", JobFailureCode=""), "JobNotFailed"),
    (shapes.record(JobStatus="Completed", JobFailureCode="Success"), "JobNotFailed"),
    (shapes.log_v2({"ResourceId": VAULT, "JobUniqueId": JOB, "JobFailureCode": "Success"}), "JobNotFailed"),
    (shapes.activity_log(status="Succeeded"), "JobNotFailed"),
    (shapes.job(operation="Restore"), "RestoreFailure"),
    (shapes.record(JobOperation="CrossRegionRestore"), "RestoreFailure"),
    (shapes.job(operation="ItemLevelRecovery"), "RestoreFailure"),
    (shapes.job(operation="ConfigureBackup"), "NotABackup"),
    (shapes.job(operation="DeleteBackupData"), "NotABackup"),
    ({**shapes.record(), "category": "AddonAzureBackupPolicy"}, "NotAJob"),
    ({**shapes.record(), "category": "CoreAzureBackup"}, "NotAJob"),
    ({**shapes.record(), "category": "AzureBackupReport", "operationName": "Vault"}, "NotAJob"),
    (_resource_event("ResourceActionFailure"), "ResourceEvent"),
    (cloud_event({}, type="Microsoft.Resources.ResourceActionSuccess"), "ResourceEvent"),
    (
        shapes.activity_log(operationName="Microsoft.RecoveryServices/vaults/backupFabrics/x/backup/action"),
        "ResourceEvent",
    ),
    (shapes.activity_log(operationName="Microsoft.RecoveryServices/recoveryServicesVault/Restore"), "RestoreFailure"),
    (_report(), "OwnReport"),
    (cloud_event({"id": "inc-1"}, type="backup.incident.failed"), "OwnReport"),
]


@pytest.mark.parametrize("body,reason", IGNORED)
def test_what_asks_for_nothing_is_ignored_with_its_reason(body: object, reason: str) -> None:
    intake = failures(body)
    assert (intake.accepted, [entry.reason for entry in intake.ignored]) == ([], [reason])


def test_the_metric_of_restores_is_no_backup() -> None:
    alert = shapes.metric()
    alert["data"]["alertContext"]["condition"]["allOf"][0]["metricName"] = "RestoreHealthEvent"
    assert [entry.reason for entry in failures(alert).ignored] == ["RestoreFailure"]


def test_a_failed_job_with_the_code_of_a_success_has_failed() -> None:
    (failure,) = failures(shapes.record(JobFailureCode="Success")).accepted
    assert (failure.job_id, failure.code_hint) == (JOB.lower(), None)


def _without_targets(alert: dict[str, Any]) -> dict[str, Any]:
    alert["data"]["essentials"] |= {"alertTargetIDs": [], "configurationItems": []}
    return alert


def _without_rows() -> dict[str, Any]:
    alert = shapes.log_v1()
    del alert["data"]["alertContext"]["SearchResults"]
    return alert


def _timeless(alert: dict[str, Any]) -> dict[str, Any]:
    del alert["data"]["alertContext"]["condition"]["windowEndTime"]
    del alert["data"]["essentials"]["firedDateTime"]
    return alert


UNRECOGNISED: list[tuple[object, str, str]] = [
    (shapes.log_v2({}), "log-alert-v2", "NoDimensions"),
    (shapes.log_v2({"Computer": "vm-app-01"}), "log-alert-v2", "NoVault"),
    (shapes.log_v2({"JobUniqueId": JOB}), "log-alert-v2", "NoVault"),
    (shapes.log_v2({"ResourceId": VAULT}), "log-alert-v2", "NoJob"),
    (_without_targets(shapes.metric(split=False)), "metric-alert", "NoVault"),
    (_timeless(shapes.metric()), "metric-alert", "NoTime"),
    (_without_rows(), "log-alert-v1", "NoSearchResults"),
    ({**shapes.record(), "resourceId": "", "properties": {"JobUniqueId": JOB}}, "diagnostics", "NoVault"),
    ({**shapes.job(), "id": None}, "backup-job", "NoVault"),
    ({**shapes.record(), "properties": {"JobStatus": "Failed"}}, "diagnostics", "NoJob"),
    (vm_alert(alertRule="Unsupported backup type"), "builtin-alert", "OtherAlert"),
    (vm_alert(monitorCondition="Suppressed"), "builtin-alert", "OtherAlert"),
    ({**shapes.projection(), "startTime": None, "endTime": None}, "resource-graph", "NoTime"),
]


@pytest.mark.parametrize("body,source,reason", UNRECOGNISED)
def test_what_names_too_little_is_kept_for_a_person_with_its_reason(body: object, source: str, reason: str) -> None:
    (failure,) = failures(body).accepted
    assert (failure.vault_id, failure.source, failure.skip) == (None, source, reason)
    assert failure.payload is not None


@pytest.mark.parametrize(
    "body",
    [
        {**shapes.metric(), "data": {"essentials": {"monitoringService": "Platform"}, "alertContext": {}}},
        shapes.common(
            "Log Alerts V2", {"conditionType": "LogQueryCriteria", "condition": {"allOf": [{"searchQuery": "Perf"}]}}
        ),
        shapes.common(
            "Activity Log - Administrative", shapes.event_log(operationName="Microsoft.Compute/virtualMachines/delete")
        ),
        {"records": [{"category": "AuditEvent", "resourceId": f"/subscriptions/{SUBSCRIPTION}", "properties": {}}]},
        shapes.common(
            "Log Analytics", {"SearchQuery": "Perf", "SearchResults": shapes.tables({"Computer": "vm-app-01"})}
        ),
        {"tables": [{"columns": [{"name": "Computer"}], "rows": [["vm-app-01"]]}]},
        {"id": VAULT, "type": "Microsoft.RecoveryServices/vaults", "properties": {}},
    ],
)
def test_what_is_about_something_else_is_unknown(body: object) -> None:
    intake = failures(body)
    (failure,) = intake.accepted
    assert (failure.source, failure.vault_id, failure.skip, intake.ignored) == ("unknown", None, None, [])


def test_a_body_of_strangers_is_one_incident() -> None:
    body = [{"n": number} for number in range(500)]
    (failure,) = failures(body).accepted
    assert failure.payload == body


def test_a_body_opens_few_incidents_for_what_nobody_understands() -> None:
    strangers = [{"n": number} for number in range(500)]
    *known, rest = failures([*strangers, shapes.job()]).accepted
    assert [failure.payload for failure in known[:10]] == strangers[:10]
    assert known[10].job_id == JOB.lower()
    assert (rest.skip, len(rest.payload) if isinstance(rest.payload, list) else 0) == ("TooManyUnknown", 490)


def test_rows_without_a_vault_are_counted_as_strangers() -> None:
    rows = [{**shapes.ROW, "ResourceId": "", "BackupItemUniqueId": f"x;{number}"} for number in range(40)]
    accepted = failures(shapes.log_v1(*rows)).accepted
    assert len(accepted) == 11
    assert accepted[-1].skip == "TooManyUnknown"


def test_signals_without_a_job_are_one_incident_if_they_tell_the_same() -> None:
    one, again = (failures(shapes.metric()).accepted[0] for _ in range(2))
    later = shapes.metric()
    later["data"]["alertContext"]["condition"]["windowEndTime"] = "2026-11-03T01:12:00Z"
    whole = failures(shapes.metric(split=False)).accepted[0]
    assert incident_id(one) == incident_id(again)
    assert len({incident_id(one), incident_id(failures(later).accepted[0]), incident_id(whole)}) == 3


def test_a_rerun_is_an_incident_of_its_own_and_asks_do_not_change_it() -> None:
    known = FailedBackup(source="rerun", vault_id=VAULT.lower(), job_id=JOB.lower())
    unknown = FailedBackup(source="unknown", payload={"a": 1})
    for failure in (known, unknown):
        fields = {name: getattr(failure, name) for name in ("source", "vault_id", "job_id", "payload")}
        again = FailedBackup(**fields, run=1, playbook="X", rerun_of="inc-1")
        third = FailedBackup(**fields, run=2, from_step=3)
        assert len({incident_id(failure), incident_id(again), incident_id(third)}) == 3
        assert incident_id(again) == incident_id(FailedBackup(**fields, run=1))
