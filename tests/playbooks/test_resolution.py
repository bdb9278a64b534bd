"""Which trace of the error code decides, and what does not count as one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from playbooks.loader import Library
from playbooks.resolution import Resolved, Traces, resolve
from responder.azure.model import Health, Job, JobError, ProtectedItem
from responder.incident import CodeOrigin

START = datetime(2026, 10, 6, 1, 0, tzinfo=UTC)
KPI = [Health(number=400196, title="UserErrorGuestAgentStatusUnavailable")]
GREEN = [Health(number=400239, title="IaasVmHealthGreenDefault")]


def job(*errors: JobError, status: str = "Failed", **more: Any) -> Job:
    times: dict[str, Any] = {"started_at": START, "ended_at": START + timedelta(minutes=12)}
    return Job(id="j", vault_job_id="/j", operation="Backup", status=status, errors=list(errors), **(times | more))


def item(**more: Any) -> ProtectedItem:
    facts: dict[str, Any] = {"last_status": "Failed", "last_backup_at": START, "kpi": KPI, "health": GREEN} | more
    return ProtectedItem(id="/item", **facts)


def found(failed: Job, **traces: Any) -> tuple[str, CodeOrigin]:
    resolved: Resolved = resolve(Library(), Traces(job=failed, **traces))
    return resolved.playbook.code, resolved.origin


def test_the_title_goes_before_everything_else() -> None:
    failed = job(JobError(title="UserErrorUnsupportedDiskSize", number=400196, text="no network connectivity"))
    assert found(failed, item=item(), hint="BackUpOperationFailed") == (
        "UserErrorUnsupportedDiskSize",
        CodeOrigin.ERROR_TITLE,
    )


def test_of_several_errors_the_first_known_one_decides() -> None:
    failed = job(JobError(title="SomethingNew"), JobError(title="ExtentionOperationFailedForManagedDisks"))
    assert found(failed) == ("ExtensionOperationFailedForManagedDisks", CodeOrigin.ERROR_TITLE)


def test_a_code_printed_with_a_blank_is_a_code() -> None:
    title = "UserErrorMigrationFromTrustedLaunchVM ToNonTrustedVMNotAllowed"
    code = "UserErrorMigrationFromTrustedLaunchVMToNonTrustedVMNotAllowed"
    assert found(job(JobError(title=title))) == (code, CodeOrigin.ERROR_TITLE)


@pytest.mark.parametrize("title", [None, "", "Die Sicherung ist fehlgeschlagen.", "백업 실패"])
@pytest.mark.parametrize("flag", [0, 0x40000000])
def test_a_number_decides_where_the_title_is_none(title: str | None, flag: int) -> None:
    assert found(job(JobError(title=title, number=400039 | flag))) == (
        "GuestAgentSnapshotTaskStatusError",
        CodeOrigin.ERROR_NUMBER,
    )


def test_the_items_kpi_decides_where_the_job_has_no_code() -> None:
    origin = ("UserErrorGuestAgentStatusUnavailable", CodeOrigin.ITEM_HEALTH)
    assert found(job(), item=item()) == origin
    assert found(job(JobError(title="", number=999)), item=item(kpi=[], health=KPI)) == origin


@pytest.mark.parametrize(
    "more",
    [
        {"kpi": [], "health": GREEN},  # green although the last backup failed
        {"last_status": "Completed"},
        {"last_backup_at": START - timedelta(days=1)},  # it speaks of another job
        {"last_backup_at": START + timedelta(hours=3)},
        {"last_backup_at": None},
        {"kpi": [Health(number=0, title="Success")]},
    ],
)
def test_health_that_speaks_of_something_else_decides_nothing(more: dict[str, Any]) -> None:
    assert found(job(), item=item(**more)) == ("Unknown", CodeOrigin.NONE)


def test_the_alerts_hint_decides_before_any_text() -> None:
    failed = job(JobError(text="The Restore Point collection max limit has reached."))
    assert found(failed, hint="usererrorunsupporteddisksize") == (
        "UserErrorUnsupportedDiskSize",
        CodeOrigin.ALERT_HINT,
    )


def test_an_english_text_is_the_last_resort() -> None:
    text = "VM agent is unable to communicate with the Azure Backup Service. Some more words."
    assert found(job(JobError(text=text))) == ("UserErrorGuestAgentStatusUnavailable", CodeOrigin.MESSAGE_TEXT)


@pytest.mark.parametrize(
    "text",
    ["Die maximale Anzahl der Wiederherstellungspunkte ist erreicht.", "복원 지점 컬렉션 최대 한도에 도달함", ""],
)
def test_a_localised_text_alone_stays_unknown(text: str) -> None:
    assert found(job(JobError(text=text))) == ("Unknown", CodeOrigin.NONE)


def test_a_title_that_nobody_knows_is_not_overridden_by_health_hint_or_text() -> None:
    failed = job(JobError(title="UserErrorSomethingNew", text="Restore Point collection max limit has reached"))
    resolved = resolve(Library(), Traces(job=failed, item=item(), hint="BackUpOperationFailed"))
    assert (resolved.playbook.code, resolved.code) == ("Unknown", "UserErrorSomethingNew")


def test_a_cancelled_job_was_stopped_by_a_person() -> None:
    assert found(job(status="Cancelled")) == ("UserErrorJobSuccessfullyCancelled", CodeOrigin.JOB_STATUS)


def test_a_refused_request_goes_before_the_job() -> None:
    failed = job(JobError(title="BackUpOperationFailed"))
    assert found(failed, refused_with="ScopeLocked") == ("ScopeLocked", CodeOrigin.REFUSED_REQUEST)
    assert found(failed, refused_with="NeverHeardOf")[0] == "BackUpOperationFailed"


@pytest.mark.parametrize(
    "text, code",
    [
        ("VSS Writers in bad state", "ExtensionFailedVssWriterInBadState"),
        ("A COM+ error was hit", "ExtensionSnapshotFailedCOM"),
        ("no network connectivity on the virtual machine", "ExtensionSnapshotFailedNoNetwork"),
        ("Restore points cannot exceed 18", "UserErrorRpCollectionLimitReached"),
        ("nothing that is known", "UserErrorCrpReportedUserError"),
    ],
)
def test_an_error_of_compute_is_looked_up_by_what_stands_inside(text: str, code: str) -> None:
    for failed in (
        job(JobError(title="UserErrorCrpReportedUserError", text=text)),
        job(JobError(number=400349), details={"dynamicErrorMessage": text}),
        job(JobError(title="UserErrorCrpReportedUserError", recommendations=[text])),
    ):
        inner = code != "UserErrorCrpReportedUserError"
        assert found(failed)[0] == code
        assert (found(failed)[1] is CodeOrigin.INNER_ERROR) is inner
