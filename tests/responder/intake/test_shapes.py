"""Every shape in every wrapping has one normal form."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from responder.incident import FailedBackup
from responder.intake import failures, incident_id
from tests.responder.alerts import ALERT, ITEM, JOB, NAMES, VAULT, VM, cloud_event, event_grid
from tests.responder.intake import shapes
from tests.responder.intake.shapes import ENDED, FIRED, SHAPES, STARTED, Shape

each_shape = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)


def only(payload: object) -> FailedBackup:
    intake = failures(payload)
    (failure,) = intake.accepted
    assert intake.ignored == []
    return failure


def _event(data: object) -> dict[str, Any]:
    return {**event_grid(data)[0], "eventType": "Bridge.Alert"}


def _dead_letter(data: object) -> list[dict[str, Any]]:
    told = {"deadLetterReason": "MaxDeliveryAttemptsExceeded", "deliveryAttempts": 30, "publishTime": "2026-11-02"}
    return [{**_event(data), **told}]


def _base64(data: object) -> dict[str, Any]:
    return cloud_event(None, type="Bridge.Alert", data_base64=base64.b64encode(json.dumps(data).encode()).decode())


def _cloud_event(data: object) -> dict[str, Any]:
    return cloud_event(data, type="Bridge.Alert")


WRAPPINGS: dict[str, Callable[[Any], object]] = {
    "bare": lambda body: body,
    "list": lambda body: [body],
    "records": lambda body: {"records": [body]},
    "rest-list": lambda body: {"value": [body], "nextLink": None},
    "graph-answer": lambda body: {"totalRecords": 1, "count": 1, "resultTruncated": "false", "data": [body]},
    "event-grid": lambda body: [_event(body)],
    "event-grid-text": lambda body: _event(json.dumps(body)),
    "cloud-event": _cloud_event,
    "cloud-event-base64": _base64,
    "cloud-event-batch": lambda body: [_cloud_event([body])],
    "event-in-event": lambda body: _event(_cloud_event(body)),
    "dead-letter": _dead_letter,
    "text": json.dumps,
    "messages": lambda body: [json.dumps({"records": [body]})],
    "told-twice": lambda body: [body, {"records": [_cloud_event(body)]}],
}


@each_shape
@pytest.mark.parametrize("wrap", WRAPPINGS.values(), ids=WRAPPINGS)
def test_every_shape_has_its_normal_form_in_every_wrapping(shape: Shape, wrap: Callable[[Any], object]) -> None:
    assert only(wrap(shape.body)) == shape.normal


@each_shape
def test_every_shape_that_names_the_job_is_the_same_incident(shape: Shape) -> None:
    named = incident_id(SHAPES["builtin"].normal)
    assert (incident_id(only(shape.body)) == named) == (shape.normal.job_id is not None)


def test_the_same_job_over_all_routes_in_one_body_is_one_failure_that_knows_most() -> None:
    (failure,) = failures([shape.body for shape in SHAPES.values() if shape.normal.job_id]).accepted
    assert (failure.vault_id, failure.job_id) == (VAULT.lower(), JOB.lower())
    assert (failure.item_id, failure.vm_id, failure.alert_id) == (ITEM.lower(), VM, ALERT)
    assert failure.code_hint
    assert failure.user_triggered is not None


def _cased(value: Any, case: Callable[[str], str]) -> Any:
    if isinstance(value, list):
        return [_cased(entry, case) for entry in value]
    if isinstance(value, dict):
        return {case(name): _cased(member, case) for name, member in value.items()}
    return value


@each_shape
@pytest.mark.parametrize("case", [str.lower, str.upper, str.title])
def test_the_case_of_keys_does_not_count(shape: Shape, case: Callable[[str], str]) -> None:
    assert only(_cased(shape.body, case)) == shape.normal


@pytest.mark.parametrize("suffixed", [True, False])
def test_columns_of_the_older_table_have_suffixes(suffixed: bool) -> None:
    suffixes = {"JobUniqueId": "_g", "JobFailureCode": "_s", "JobStatus": "_s", "BackupItemUniqueId": "_s"}
    row = {name + (suffixes.get(name, "") if suffixed else ""): value for name, value in shapes.ROW.items()}
    assert only(shapes.log_v1(row)) == SHAPES["log-v1"].normal


def test_a_table_of_resource_graph_is_read_by_its_columns() -> None:
    row = shapes.job_row()
    table = {"columns": [{"name": name, "type": "string"} for name in row], "rows": [list(row.values())]}
    assert only({"count": 1, "data": table}) == SHAPES["job-row"].normal
    row["properties"] = json.dumps(row["properties"])
    assert only({"data": [row]}) == SHAPES["job-row"].normal


def test_an_alert_may_hold_several_jobs() -> None:
    other = {**shapes.ROW, "JobUniqueId": shapes.OTHER_JOB, "BackupItemUniqueId": shapes.UNIQUE_ID[:-1] + "2"}
    done = {**shapes.ROW, "JobStatus": "Completed", "JobFailureCode": "Success"}
    for body in (
        shapes.log_v1(shapes.ROW, other, shapes.ROW, done),
        shapes.log_legacy(shapes.ROW, other, shapes.ROW, done),
        shapes.tables(shapes.ROW, other, shapes.ROW, done),
    ):
        intake = failures(body)
        assert [failure.job_id for failure in intake.accepted] == [JOB.lower(), shapes.OTHER_JOB]
        assert [failure.vm_id for failure in intake.accepted] == [VM, shapes.OTHER_VM]
        assert [entry.reason for entry in intake.ignored] == ["JobNotFailed"]


def test_a_metric_without_dimensions_points_at_its_vault() -> None:
    failure = only(shapes.metric(split=False))
    assert (failure.vault_id, failure.item_id, failure.vm_id, failure.skip) == (VAULT.lower(), None, None, None)
    assert failure.not_after == datetime(2026, 11, 2, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("health", ["Transient Unhealthy", "persistent degraded", "TransientDegraded", "odd", None])
def test_any_health_but_good_is_a_signal(health: str | None) -> None:
    assert only(shapes.metric(health)).item_id == ITEM.lower()


def test_a_metric_without_a_window_looks_back_from_when_it_fired() -> None:
    alert = shapes.metric()
    del alert["data"]["alertContext"]["condition"]["windowStartTime"]
    del alert["data"]["alertContext"]["condition"]["windowEndTime"]
    failure = only(alert)
    assert (failure.not_before, failure.not_after) == (FIRED - shapes.A_DAY, FIRED)


@pytest.mark.parametrize("make", [shapes.activity_log, shapes.activity_log_legacy])
def test_an_event_without_a_job_has_a_day_in_which_it_failed(make: Callable[..., dict[str, Any]]) -> None:
    failure = only(make(properties={"Entity Name": "vm-app-01", "Start Time": "2026-11-02 00:30:07"}))
    happened = datetime(2026, 11, 2, 1, 11, tzinfo=UTC)
    assert (failure.job_id, failure.vm_name) == (None, "vm-app-01")
    assert (failure.not_before, failure.not_after) == (happened - shapes.A_DAY, happened)


def test_a_log_alert_that_names_the_item_alone_has_a_span() -> None:
    failure = only(shapes.log_v2({"ResourceId": VAULT, "BackupItemUniqueId": shapes.UNIQUE_ID}))
    assert (failure.job_id, failure.item_id) == (None, ITEM.lower())
    assert (failure.not_before, failure.not_after) == (shapes.SEARCHED_FROM - shapes.A_DAY, shapes.SEARCHED_UNTIL)


def test_a_projection_with_a_start_alone_has_a_span_of_a_second() -> None:
    row = shapes.projection()
    del row["endTime"]
    failure = only(row)
    assert (failure.not_before, failure.not_after) == (STARTED, STARTED + timedelta(seconds=1))


def test_a_span_that_runs_backwards_becomes_the_day_before_its_end() -> None:
    failure = only({**shapes.projection(), "startTime": "2026-11-05T00:00:00Z"})
    assert (failure.not_before, failure.not_after) == (ENDED - shapes.A_DAY, ENDED)


def test_times_at_the_ends_of_the_calendar_do_not_break_the_span() -> None:
    first = {**shapes.projection(), "startTime": None, "endTime": "0001-01-01T03:00:00Z"}
    last = {**shapes.projection(), "startTime": "9999-12-31T23:59:59.9999999Z", "endTime": None}
    for body in (
        first,
        last,
        shapes.record(JobStartDateTime="9999-12-31T23:59:59Z"),
        shapes.record(JobDurationInSecs=1e300),
    ):
        assert only(body).vault_id == VAULT.lower()


def test_a_job_in_the_vault_that_an_alert_targets() -> None:
    failure = only(shapes.log_v2({"JobUniqueId": JOB}, configurationItems=[VAULT]))
    assert (failure.vault_id, failure.job_id) == (VAULT.lower(), JOB.lower())


def test_a_title_that_is_no_code_is_no_hint_and_a_number_neither() -> None:
    assert [only(shapes.job(title)).code_hint for title in ("VM agent", "", "400103", "Agent")] == [None] * 4
    assert only(shapes.job(shapes.CODE)).code_origin == "error_title"
    assert only(shapes.log_v2({"ResourceId": VAULT, "JobUniqueId": JOB, "JobFailureCode": "400103"})).code_hint is None


@pytest.mark.parametrize("kind", ["AzureWorkload", "AzureStorage", "MAB", "DPM"])
def test_jobs_of_other_workloads_are_recorded_and_skipped(kind: str) -> None:
    for body in (shapes.job(backupManagementType=kind), shapes.record(BackupManagementType=kind)):
        failure = only(body)
        assert (failure.skip, failure.job_id) == ("NotAVirtualMachine", JOB.lower())


def test_a_database_in_a_vm_is_known_by_its_unique_id() -> None:
    database = "westeurope;4711023958120046337;VMAppContainer;Compute;rg-app-prod-weu;vm-app-01;SQLDataBase;stock"
    failure = only(shapes.log_v2({"ResourceId": VAULT, "JobUniqueId": JOB, "BackupItemUniqueId": database}))
    assert (failure.skip, failure.item_id) == ("NotAVirtualMachine", None)


def test_the_name_of_a_database_is_not_the_name_of_a_vm() -> None:
    for container in (None, "VMAppContainer;Compute;rg-app-prod-weu;vm-app-01"):
        body = shapes.job(backupManagementType="AzureWorkload", entityFriendlyName="stock", containerName=container)
        failure = only(body)
        assert (failure.skip, failure.vm_name) == ("NotAVirtualMachine", None)


def test_a_url_in_a_text_loses_its_signature() -> None:
    error = {"errorTitle": "", "errorString": "see https://x.example/?sig=abcdef"}
    assert only(shapes.job(errorDetails=[error])).message == "see https://x.example/?sig=***"


def test_vault_and_names_of_an_item_without_its_id() -> None:
    assert only(shapes.job(containerName=f"IaasVMContainer;{NAMES}")).item_id == ITEM.lower()


def test_a_job_is_known_by_its_type_or_by_its_id() -> None:
    without_type = shapes.job()
    del without_type["type"]
    assert only(without_type) == SHAPES["job"].normal
    assert only({**shapes.job(), "id": VAULT}) == SHAPES["job"].normal


def test_an_alert_of_the_management_api_has_one_more_level() -> None:
    row = shapes.alert_row()
    row["properties"]["context"] = {"context": row["properties"]["context"]}
    assert only(row) == SHAPES["builtin-row"].normal


def test_a_member_that_looks_like_a_batch_does_not_hide_the_alert() -> None:
    alert = SHAPES["builtin"].body
    assert only({**alert, "records": [1], "value": ["x"]}) == SHAPES["builtin"].normal


def test_a_name_of_any_length_is_no_column() -> None:
    assert only({"job" + "-" * 100 + "id": JOB, "vaultId": VAULT}).source == "unknown"


def test_the_older_log_alert_is_known_without_its_results() -> None:
    alert = shapes.log_legacy()
    del alert["SearchResult"]
    assert only(alert).skip == "NoSearchResults"
    assert only({"SearchResult": shapes.tables(shapes.ROW), "SearchQuery": None}).job_id == JOB.lower()


def test_text_that_is_nested_too_deep_is_kept_as_text() -> None:
    deep = "[" * 50_000 + "]" * 50_000
    assert only(_event(deep)).source == "unknown"
    assert only(deep).source == "unknown"
