"""Jobs as the service lists and details them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.arm.build import build_world
from sandbox.arm.job_filter import parse
from sandbox.arm.times import duration, us_text, zulu
from tests.sandbox.arm.conftest import Make
from tests.sandbox.arm.support import CONTAINER, START, VAULT, Direct, code

_JOBS = f"{VAULT}/backupJobs"
_LISTED = {
    "jobType", "containerName", "duration", "actionsInfo", "virtualMachineVersion", "entityFriendlyName",
    "backupManagementType", "operation", "status", "startTime", "activityId",
}  # fmt: skip


_FIRST, _LAST = datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2030-01-01")


def _failed(cloud: Direct) -> str:
    job = cloud.cloud.world.failed_job
    assert job
    return job.id


def test_the_row_of_a_completed_job(cloud: Direct) -> None:
    row = cloud.rows(_JOBS, **{"$filter": "status eq 'Completed'"})[0]
    assert set(row) == {"id", "name", "type", "properties"}
    assert row["id"] == f"{_JOBS.replace('/subscriptions', '/Subscriptions')}/{row['name']}"
    assert row["type"] == "Microsoft.RecoveryServices/vaults/backupJobs"
    assert set(row["properties"]) == _LISTED | {"endTime"}
    assert (row["properties"]["duration"], row["properties"]["jobType"]) == ("PT1H11M0S", "AzureIaaSVMJob")


def test_a_failed_job_carries_its_errors_in_the_list_and_its_phases_only_in_the_details(cloud: Direct) -> None:
    row = cloud.rows(_JOBS, **{"$filter": "status eq 'Failed'"})[0]
    details = cloud.job(_failed(cloud))
    assert set(row["properties"]) == _LISTED | {"endTime", "errorDetails"}
    assert details == row["properties"] | {"extendedInfo": details["extendedInfo"]}
    error = details["errorDetails"][0]
    assert set(error) == {"errorCode", "errorTitle", "errorString", "recommendations"}
    assert (error["errorCode"], error["errorTitle"]) == (499001, "UserErrorRpCollectionLimitReached")
    assert details["containerName"] == CONTAINER
    tasks = details["extendedInfo"]["tasksList"]
    assert [(task["taskId"], task["status"]) for task in tasks] == [
        ("Take Snapshot", "Failed"),
        ("Transfer data to vault", "NotStarted"),
    ]
    assert details["extendedInfo"]["propertyBag"] == {"VM Name": "vm-app-01", "Backup Size": "0 MB"}


def test_a_running_job_has_no_end_and_grows(make: Make) -> None:
    cloud = make(running_job={"minutes_ago": 30, "ends_after_minutes": 60})
    row = cloud.rows(_JOBS, **{"$filter": "status eq 'InProgress'"})[0]["properties"]
    assert set(row) == _LISTED
    assert row["duration"] == "PT30M0S"
    cloud.wait(minutes=10)
    assert cloud.rows(_JOBS, **{"$filter": "status eq 'InProgress'"})[0]["properties"]["duration"] == "PT40M0S"
    cloud.wait(minutes=20)
    assert cloud.rows(_JOBS, **{"$filter": "status eq 'InProgress'"}) == []


@pytest.mark.parametrize("version, expected", [("2017-07-01", [1]), ("2026-10-01", ["Cancellable"])])
def test_both_forms_of_actions(cloud: Direct, version: str, expected: list[object]) -> None:
    assert cloud.job(_failed(cloud), **{"api-version": version})["actionsInfo"] == expected


def test_the_running_job_ends_as_the_scenario_says(make: Make) -> None:
    cloud = make(
        running_job={"minutes_ago": 5, "ends_after_minutes": 15, "as": "Failed", "code": "BackUpOperationFailed"}
    )
    cloud.wait(minutes=10)
    ended = cloud.rows(_JOBS)[0]["properties"]
    assert (ended["status"], ended["errorDetails"][0]["errorCode"]) == ("Failed", 400002)


def test_numbers_may_be_set(make: Make) -> None:
    cloud = make(failed_job={"code": "SomethingNew"}, numbers={"SomethingNew": 7})
    assert cloud.job(_failed(cloud))["errorDetails"][0]["errorCode"] == 7


def test_a_job_that_is_not_there(cloud: Direct) -> None:
    assert cloud.ask("GET", f"{_JOBS}/00000000-0000-0000-0000-000000000000").status == 404


def test_the_filter_of_the_app(cloud: Direct) -> None:
    since, until = START - timedelta(hours=2), START
    text = (
        f"startTime eq '{since:%Y-%m-%d %I:%M:%S %p}' and endTime eq '{until:%Y-%m-%d %I:%M:%S %p}' "
        "and operation eq 'Backup' and backupManagementType eq 'AzureIaasVM'"
    )
    assert [row["name"] for row in cloud.rows(_JOBS, **{"$filter": text})] == [_failed(cloud)]
    assert cloud.rows(_JOBS, **{"$filter": "operation eq 'Restore'"}) == []
    assert cloud.rows(_JOBS, **{"$filter": "backupManagementType eq 'AzureStorage'"}) == []


@pytest.mark.parametrize(
    "text",
    [
        "status",
        "status ne 'Failed'",
        "colour eq 'red'",
        "startTime eq '2026-11-02T10:00:00Z'",
        "endTime eq '2026-13-02 10:00:00 AM'",
    ],
)
def test_a_filter_that_the_service_does_not_know(cloud: Direct, text: str) -> None:
    answer = cloud.ask("GET", _JOBS, **{"$filter": text})
    assert (answer.status, code(answer)) == (400, "BMSUserErrorInvalidInput")


@given(st.datetimes(min_value=_FIRST, max_value=_LAST, timezones=st.just(UTC)))
def test_times_of_the_filter_are_on_the_12_hour_clock(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    job = build_world({}, moment + timedelta(hours=1.5)).jobs[0]
    assert job.started == moment
    clock = f"{moment:%Y-%m-%d %I:%M:%S %p}"
    assert parse(f"startTime eq '{clock}' and endTime eq '{clock}'")(job, moment)
    later = moment + timedelta(seconds=1)
    assert not parse(f"startTime eq '{later:%Y-%m-%d %I:%M:%S %p}'")(job, moment)


def test_midnight_as_the_documentation_writes_it(cloud: Direct) -> None:
    assert cloud.rows(_JOBS, **{"$filter": "startTime eq '2016-01-01 00:00:00 AM'"})
    assert cloud.rows(_JOBS, **{"$filter": "startTime eq '2099-01-01 00:00:00 AM'"}) == []


def test_cancel_works_while_the_snapshot_is_taken(make: Make) -> None:
    cloud = make(
        running_job={"minutes_ago": 1},
        rbac={"also": ["Microsoft.RecoveryServices/*"]},
    )
    job = next(job for job in cloud.cloud.world.jobs if job.running(START))
    answer = cloud.ask("POST", f"{_JOBS}/{job.id}/cancel")
    assert (answer.status, answer.body) == (202, None)
    assert cloud.job(job.id)["status"] == "Cancelling"
    result = answer.headers["Location"].removeprefix("https://localhost:1").split("?")[0]
    assert cloud.ask("GET", result).status == 202
    cloud.wait(minutes=1)
    assert cloud.ask("GET", result).status == 204
    assert cloud.job(job.id)["status"] == "Cancelled"
    assert cloud.ask("POST", f"{_JOBS}/{job.id}/cancel").status == 400


def test_cancel_works_while_the_snapshot_hangs(make: Make) -> None:
    hanging = {"minutes_ago": 600, "ends_after_minutes": 2880, "as": "Failed"}
    cloud = make(running_job=hanging, rbac={"also": ["Microsoft.RecoveryServices/*"]})
    job = next(job for job in cloud.cloud.world.jobs if job.running(START))
    assert cloud.ask("POST", f"{_JOBS}/{job.id}/cancel").status == 202
    cloud.wait(minutes=1)
    assert cloud.job(job.id)["status"] == "Cancelled"


def test_cancel_comes_too_late_during_the_transfer(make: Make) -> None:
    cloud = make(running_job={"minutes_ago": 30}, rbac={"also": ["Microsoft.RecoveryServices/*"]})
    job = next(job for job in cloud.cloud.world.jobs if job.running(START))
    assert cloud.ask("POST", f"{_JOBS}/{job.id}/cancel").status == 202
    cloud.wait(minutes=40)
    assert cloud.job(job.id)["status"] == "Completed"


def test_a_job_of_sql_in_the_vm(make: Make) -> None:
    cloud = make(sql_item=True)
    job = cloud.job(_failed(cloud))
    assert (job["jobType"], job["backupManagementType"]) == ("AzureWorkloadJob", "AzureWorkload")
    assert job["errorDetails"][0]["errorTitle"] == "UserErrorParentFullBackupMissingLog"


@pytest.mark.parametrize(
    "span, text",
    [
        (timedelta(hours=1, minutes=21, seconds=13, microseconds=235800), "PT1H21M13.2358S"),
        (timedelta(seconds=2), "PT2S"),
        (timedelta(0), "PT0S"),
        (timedelta(minutes=12), "PT12M0S"),
    ],
)
def test_durations(span: timedelta, text: str) -> None:
    assert duration(span) == text


def test_times() -> None:
    assert zulu(START) == "2026-11-02T14:30:05.2500000Z"
    assert zulu(START.replace(microsecond=0)) == "2026-11-02T14:30:05Z"
    assert us_text(datetime(2026, 8, 2, 0, 0, tzinfo=UTC)) == "8/2/2026 12:00:00 AM"
    assert us_text(datetime(2026, 12, 17, 13, 5, 9, tzinfo=UTC)) == "12/17/2026 1:05:09 PM"
