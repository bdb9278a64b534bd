import base64
import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from responder.incident import FailedBackup
from responder.intake import Intake, failures, incident_id
from responder.intake.unknown import KEPT_BYTES
from tests.responder.alerts import ALERT, ITEM, JOB, VAULT, VM, cloud_event, event_grid, sql_alert, vm_alert
from tests.responder.intake import shapes


def only(intake: Intake) -> FailedBackup:
    (failure,) = intake.accepted
    assert intake.ignored == []
    return failure


def test_vm_alert_becomes_a_failed_backup() -> None:
    failure = only(failures(vm_alert()))
    assert failure == FailedBackup(
        source="builtin-alert",
        vault_id=VAULT.lower(),
        job_id=JOB.lower(),
        item_id=ITEM.lower(),
        vm_id=VM,
        code_hint="usererrorrpcollectionlimitreached",
        code_origin="aka_link",
        message="The restore point collection max limit has reached.",
        occurred_at=datetime(2026, 11, 2, 1, 14, 9, 730551, UTC),
        alert_id=ALERT,
        severity="Sev1",
    )


def test_words_of_the_alert_may_have_any_case() -> None:
    alert = vm_alert(monitoringService="AZURE BACKUP", alertRule="backup failure", monitorCondition="fired")
    assert only(failures(alert)).source == "builtin-alert"


def test_code_hint_from_the_origin_id_where_no_link_is() -> None:
    alert = vm_alert()
    alert["data"]["alertContext"]["extendedInfo"]["recommendedActions"] = None
    failure = only(failures(alert))
    assert (failure.code_hint, failure.code_origin) == ("usererrorrpcollectionlimitreached", "origin_alert_id")
    alert["data"]["essentials"]["originAlertId"] = "something else"
    assert only(failures(alert)).code_hint is None


def test_a_workload_in_the_vm_is_accepted_and_skipped() -> None:
    failure = only(failures(sql_alert()))
    assert (failure.source, failure.skip, failure.vm_id) == ("builtin-alert", "NotAVirtualMachine", VM)
    assert failure.job_id == JOB.lower()


def test_a_vm_item_whose_source_lies_below_the_vm_is_no_vm() -> None:
    alert = vm_alert()
    alert["data"]["alertContext"]["sourceId"] += "/providers/Microsoft.RecoveryServices/backupProtectedItem/x"
    assert only(failures(alert)).skip == "NotAVirtualMachine"


def test_a_file_share_is_no_vm() -> None:
    alert = vm_alert()
    share = "StorageContainer;Storage;rg-app-prod-weu;stapp/protectedItems/AzureFileShare;docs"
    alert["data"]["alertContext"]["protectedItemId"] = f"{VAULT}/backupFabrics/Azure/protectionContainers/{share}"
    assert only(failures(alert)).skip == "NotAVirtualMachine"


def _security(alert: dict[str, Any]) -> None:
    alert["data"]["essentials"]["alertRule"] = "Delete Backup Data"
    alert["data"]["alertContext"]["category"] = "Security"


def _set(name: str, value: str) -> Callable[[dict[str, Any]], None]:
    def change(alert: dict[str, Any]) -> None:
        alert["data"]["essentials"][name] = value

    return change


@pytest.mark.parametrize(
    "change,reason",
    [
        (_set("monitorCondition", "Resolved"), "Resolved"),
        (_set("alertRule", "Restore Failure"), "RestoreFailure"),
        (_security, "SecurityAlert"),
    ],
)
def test_what_asks_for_nothing_is_ignored_with_its_reason(
    change: Callable[[dict[str, Any]], None], reason: str
) -> None:
    alert = vm_alert()
    change(alert)
    intake = failures(alert)
    assert (intake.accepted, [entry.reason for entry in intake.ignored]) == ([], [reason])


@pytest.mark.parametrize(
    "wrapped",
    [
        vm_alert(),
        [vm_alert()],
        event_grid(vm_alert()),
        event_grid(json.dumps(vm_alert())),
        cloud_event(vm_alert()),
        cloud_event([vm_alert()]),
        [cloud_event(vm_alert())],
        cloud_event(None, data_base64=base64.b64encode(json.dumps(vm_alert()).encode()).decode()),
        event_grid(cloud_event(vm_alert())),
    ],
)
def test_one_alert_is_one_incident_whatever_wraps_it(wrapped: object) -> None:
    assert only(failures(wrapped)) == only(failures(vm_alert()))


def test_every_alert_of_a_batch_counts() -> None:
    database = sql_alert()
    database["data"]["alertContext"]["extendedInfo"]["jobId"] = "7c0e5d19-2b6f-4a83-9d47-f1a8c3e6b052"
    resolved = vm_alert(monitorCondition="Resolved")
    intake = failures([vm_alert(), {"hello": "world"}, resolved, cloud_event(database, type="Bridge.Alert")])
    assert [failure.source for failure in intake.accepted] == ["builtin-alert", "unknown", "builtin-alert"]
    assert [failure.payload for failure in intake.accepted] == [None, {"hello": "world"}, None]
    assert [entry.reason for entry in intake.ignored] == ["Resolved"]


@pytest.mark.parametrize("shape", [event_grid, lambda data: [cloud_event(data)]])
def test_handshake_is_ignored(shape: Callable[[object], list[dict[str, Any]]]) -> None:
    (event,) = shape({"validationCode": "512d"})
    event["type" if "specversion" in event else "eventType"] = "Microsoft.EventGrid.SubscriptionValidationEvent"
    intake = failures([event])
    assert (intake.accepted, [entry.reason for entry in intake.ignored]) == ([], ["SubscriptionValidation"])


@pytest.mark.parametrize(
    "payload",
    [None, True, 0, 1.5, "text", [], {}, {"data": None}, {"schemaId": "azureMonitorCommonAlertSchema"}, {"id": 1}],
)
def test_any_json_is_accepted_at_worst_as_unknown(payload: object) -> None:
    failure = only(failures(payload))
    assert (failure.source, failure.payload, failure.vault_id) == ("unknown", payload, None)


def test_an_event_with_unknown_data_keeps_its_envelope() -> None:
    event = {**event_grid({"state": "odd"})[0], "eventType": "Bridge.Alert"}
    assert only(failures([event])).payload == event
    assert only(failures([{**event, "data": "no json"}])).payload == {**event, "data": "no json"}
    odd = cloud_event(None, data_base64="%%%")
    assert only(failures(odd)).payload == odd


@pytest.mark.parametrize("data", [None, "no json", {"state": "odd"}, vm_alert(alertRule="x", monitoringService="y")])
def test_our_own_event_needs_no_data(data: object) -> None:
    failure = only(failures(event_grid(data)))
    assert (failure.source, failure.vault_id, failure.job_id) == ("own-event", VAULT.lower(), JOB.lower())


@pytest.mark.parametrize("subject", [None, "", VAULT, f"{VAULT}/backupJobs/42", "x"])
def test_our_own_event_whose_subject_names_no_job_is_its_data(subject: object) -> None:
    assert only(failures([{**event_grid(vm_alert())[0], "subject": subject}])) == only(failures(vm_alert()))
    assert only(failures([{**event_grid(None)[0], "subject": subject}])).source == "unknown"


def test_the_subject_of_our_own_event_names_the_job_of_a_metric() -> None:
    failure = only(failures(event_grid(shapes.metric())))
    assert (failure.source, failure.job_id, failure.not_after) == ("metric-alert", JOB.lower(), None)


@pytest.mark.parametrize("job", [None, "", "42", ["b1f0c7d2"], "../../backupPolicies/x"])
def test_without_a_job_it_is_looked_for_at_the_item(job: object) -> None:
    alert = vm_alert()
    alert["data"]["alertContext"]["extendedInfo"]["jobId"] = job
    failure = only(failures(alert))
    assert (failure.job_id, failure.item_id) == (None, ITEM.lower())
    assert failure.not_after == failure.occurred_at


def test_without_job_and_item_there_is_nothing_to_look_up() -> None:
    alert = vm_alert()
    alert["data"]["alertContext"] = {"category": "Jobs"}
    failure = only(failures(alert))
    assert (failure.vault_id, failure.skip) == (None, "NoJob")


def test_vault_from_the_target_where_the_item_is_missing() -> None:
    alert = vm_alert()
    alert["data"]["alertContext"] |= {"protectedItemId": None, "linkedResourceId": None}
    failure = only(failures(alert))
    assert (failure.vault_id, failure.item_id, failure.vm_id, failure.skip) == (VAULT.lower(), None, VM, None)


def test_a_large_payload_is_cut_and_still_has_its_own_identity() -> None:
    one, other = ({"rows": ["x" * 40_000], "n": n} for n in (1, 2))
    first, second = only(failures(one)), only(failures(other))
    assert len(json.dumps(first.payload)) <= KEPT_BYTES
    assert incident_id(first) != incident_id(second)
    assert incident_id(first) == incident_id(only(failures(copy.deepcopy(one))))


def test_payload_is_kept_without_secrets() -> None:
    failure = only(failures({"link": "https://x.example/hook?sig=abc123", "password": "hunter2", "n": [1]}))
    assert failure.payload == {"link": "https://x.example/hook?sig=***", "password": "***", "n": [1]}


def test_identity_is_vault_and_job_in_any_case() -> None:
    failure = only(failures(vm_alert()))
    shouted = FailedBackup(source="sweep", vault_id=VAULT.upper(), job_id=JOB.upper())
    assert incident_id(failure) == incident_id(shouted)
    assert incident_id(failure) != incident_id(FailedBackup(source="sweep", vault_id=VAULT, job_id=JOB[:-1] + "6"))
    name, _, digits = incident_id(failure).partition("-")
    assert (name, len(digits)) == ("inc", 32)
    assert int(digits, 16)


def test_identity_of_the_unknown_does_not_depend_on_the_order_of_members() -> None:
    one, other = only(failures({"a": 1, "b": 2})), only(failures({"b": 2, "a": 1}))
    assert incident_id(one) == incident_id(other) != incident_id(only(failures({"a": 1})))
