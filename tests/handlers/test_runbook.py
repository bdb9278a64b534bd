"""The walk through a runbook where Azure, time or the playbook's own data leave no way on."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from handlers.entities import Grant
from handlers.messages import Answer
from handlers.outcome import Ended
from handlers.runbook import Runbook
from playbooks.backup import JobReport, Start, Started
from playbooks.case import Subject
from playbooks.diagnosis import Diagnosis, Limits, View
from playbooks.fixes import Applied, Change, Plan, Progress
from playbooks.model import BackupStep, FixStep, Step, WaitStep
from responder.guards import Refusal
from responder.ids import ItemId, VaultId
from responder.incident import Finding, Mode, Outcome, PlaybookRef, Risk, Verdict
from responder.notify.webhook import Delivery, DeliveryState
from responder.wire import record
from tests.handlers.flows import FAILURE, START, FakeContext, Task, drive, hops, quiet

SUBJECT = Subject(
    item=ItemId(vault=VaultId(subscription="s", group="g", name="v"), container="c", item="i"),
    vm_id="/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm",
    failed_job="job-1",
    failed_at=START - timedelta(hours=1),
)
FULL = Finding(cause="full", check="c", verdict=Verdict.CONFIRMED, summary="full", at=START)
BACKUP = BackupStep(purpose="again", expect=["Expected"])
FIX = FixStep(fix="delete-restore-point-collection", cures=["full"])
CHANGE = Change(target="/collection", risk=Risk.SAFE, summary="Delete it")


def diagnosis(*runbook: Step, code: str = "SomeCode", **more: Any) -> Diagnosis:
    facts: dict[str, Any] = {"mode": Mode.AUTONOMOUS, "findings": [FULL]} | more
    return Diagnosis(
        subject=SUBJECT,
        playbook=PlaybookRef(code=code, title="t", url="u", section="s"),
        runbook=list(runbook),
        limits=Limits(attempts=9, window_hours=24, destructive_per_hour=9, approval_hours=1),
        **facts,
    )


def failed(code: str, **more: Any) -> JobReport:
    return JobReport(status="Failed", ended=True, job="job-2", code=code, started_at=START, **more)


def walk(context: FakeContext, answers: dict[str, Any]) -> Ended:
    """Follow the runbook; each activity's answer is a value, or an iterator of values."""

    def answer(task: Task) -> Any:
        if task.kind == "entity":
            return record(Grant())
        value = answers[task.name]
        return record(Answer(value=record(next(value) if isinstance(value, Iterator) else value)))

    with pytest.raises(Ended) as ended:
        drive(context, Runbook(way := hops(context), quiet(way)).follow(FAILURE), answer)
    return ended.value


def test_after_three_playbooks_a_person_is_asked() -> None:
    diagnoses = iter([diagnosis(BACKUP, code=code) for code in ("One", "Two", "Three")])
    end = walk(
        FakeContext(),
        {
            "diagnose": diagnoses,
            "start_backup": Started(start=Start.REQUESTED, operation="op"),
            "follow_backup": failed("Other"),
        },
    )
    assert (end.outcome, end.reason) == (Outcome.NEEDS_HUMAN, "TooManyPlaybooks")


def test_a_runbook_that_is_used_up_asks_a_person() -> None:
    wait = WaitStep(name="resting", why="so", looks=["30m"])
    context = FakeContext()
    end = walk(context, {"diagnose": diagnosis(wait)})
    assert end.reason == "RunbookExhausted"
    assert context.current_utc_datetime == START + timedelta(minutes=30)


def test_a_job_that_never_ends_is_no_success() -> None:
    context = FakeContext()
    running = JobReport(status="InProgress", job="job-2", started_at=START)
    end = walk(
        context,
        {
            "diagnose": diagnosis(BACKUP),
            "start_backup": Started(start=Start.REQUESTED, operation="op"),
            "follow_backup": running,
        },
    )
    assert (end.outcome, end.reason) == (Outcome.NEEDS_HUMAN, "JobNotEnded")
    assert context.current_utc_datetime >= START + timedelta(hours=72)


def test_a_request_that_ends_without_a_job_is_a_failure() -> None:
    end = walk(
        FakeContext(),
        {
            "diagnose": diagnosis(BACKUP),
            "start_backup": Started(start=Start.REQUESTED, operation="op"),
            "follow_backup": JobReport(status="Failed", ended=True, code="CloudDosAbsoluteLimitReached", message="no"),
        },
    )
    assert (end.outcome, end.reason) == (Outcome.FAILED, "BackupNotStarted")
    assert "CloudDosAbsoluteLimitReached" in end.summary


@pytest.mark.parametrize(
    "started, code",
    [
        (Started(start=Start.BUSY, job="job-9"), "Other"),
        (Started(start=Start.REQUESTED, operation="op"), "UserErrorBackupOperationInProgress"),
    ],
)
def test_jobs_that_keep_running_are_waited_for_three_times(started: Started, code: str) -> None:
    end = walk(FakeContext(), {"diagnose": diagnosis(BACKUP), "start_backup": started, "follow_backup": failed(code)})
    assert (end.outcome, end.reason) == (Outcome.NEEDS_HUMAN, "BackupRunning")


@pytest.mark.parametrize("hours", [-2, None])
def test_a_completed_job_that_did_not_start_after_the_failure_resolves_nothing(hours: int | None) -> None:
    at = None if hours is None else START + timedelta(hours=hours)
    old = JobReport(status="Completed", ended=True, success=True, job="job-9", started_at=at)
    end = walk(
        FakeContext(),
        {
            "diagnose": diagnosis(BACKUP),
            "start_backup": Started(start=Start.BUSY, job="job-9"),
            "follow_backup": old,
        },
    )
    assert end.outcome is Outcome.NEEDS_HUMAN


@pytest.mark.parametrize("code, outcome", [("Same", None), ("Other", Outcome.RESOLVED_WITH_WARNINGS)])
def test_warnings_that_are_the_same_error_cure_nothing(code: str, outcome: Outcome | None) -> None:
    found = diagnosis(BACKUP, code="One")
    assert found.subject is not None
    found = replace(found, subject=found.subject.with_(failed_code="same"))
    warned = JobReport(
        status="CompletedWithWarnings", ended=True, success=True, job="job-2", code=code, started_at=START
    )
    end = walk(
        FakeContext(),
        {
            "diagnose": iter([found, found]),
            "start_backup": Started(start=Start.REQUESTED, operation="op"),
            "follow_backup": warned,
        },
    )
    assert (end.outcome, end.reason) == ((outcome, None) if outcome else (Outcome.NEEDS_HUMAN, "RepeatedFailure"))


def test_a_job_in_progress_that_says_success_too_early_is_not_believed() -> None:
    lying = JobReport(status="InProgress", ended=False, success=False, job="job-2", started_at=START)
    done = JobReport(status="Completed", ended=True, success=True, job="job-2", started_at=START)
    context = FakeContext()
    end = walk(
        context,
        {
            "diagnose": diagnosis(BACKUP),
            "start_backup": Started(start=Start.REQUESTED, operation="op"),
            "follow_backup": iter([lying, lying, done]),
        },
    )
    assert end.outcome is Outcome.RESOLVED
    assert context.current_utc_datetime == START + timedelta(minutes=2 + 10 + 20)


def test_a_fix_with_nothing_to_change_is_passed_over() -> None:
    end = walk(FakeContext(), {"diagnose": diagnosis(FIX), "examine": View(plans=[Plan(fix=FIX.fix)])})
    assert end.reason == "RunbookExhausted"


def test_a_cause_that_was_ruled_out_is_not_cured() -> None:
    ruled_out = [Finding(cause="full", check="c", verdict=Verdict.RULED_OUT, summary="room", at=START)]
    assert walk(FakeContext(), {"diagnose": diagnosis(FIX, findings=ruled_out)}).reason == "RunbookExhausted"


def test_a_fix_that_only_people_may_do_is_never_done() -> None:
    manual = Plan(fix=FIX.fix, changes=[Change(target="/nsg", risk=Risk.MANUAL, summary="Open the firewall")])
    end = walk(FakeContext(), {"diagnose": diagnosis(FIX), "examine": View(plans=[manual])})
    assert (end.outcome, end.reason) == (Outcome.NEEDS_HUMAN, "ModeForbids")


def test_jobs_in_the_way_of_a_plan_are_waited_for_three_times() -> None:
    busy = View(plans=[Plan(fix=FIX.fix, busy_job="job-9")])
    end = walk(FakeContext(), {"diagnose": diagnosis(FIX), "examine": busy, "follow_backup": failed("Other")})
    assert (end.outcome, end.reason) == (Outcome.NEEDS_HUMAN, "BackupRunning")


def test_a_change_that_never_ends_is_tried_three_times_and_then_given_up() -> None:
    context = FakeContext()
    end = walk(
        context,
        {
            "diagnose": diagnosis(FIX),
            "examine": View(plans=[Plan(fix=FIX.fix, changes=[CHANGE])]),
            "apply_change": Applied(progress=Progress.STARTED, track="op"),
            "follow_change": Applied(progress=Progress.STARTED, track="op"),
        },
    )
    assert (end.outcome, end.reason) == (Outcome.NEEDS_HUMAN, "ChangeFailed")
    assert context.current_utc_datetime >= START + timedelta(hours=18)


RISKY = Plan(fix=FIX.fix, changes=[Change(target="/collection", risk=Risk.DISRUPTIVE, summary="Delete it")])


@pytest.mark.parametrize(
    "decision, outcome, reason",
    [
        (None, Outcome.EXPIRED, "NotDecided"),
        ({"approve": False, "fingerprint": RISKY.fingerprint, "by": "a person"}, Outcome.DECLINED, "Declined"),
        ({"approve": True, "fingerprint": "of another plan", "by": "a person"}, Outcome.DECLINED, "Declined"),
        ({"approve": True}, Outcome.DECLINED, "Declined"),
        (["approve"], Outcome.DECLINED, "Declined"),
        ({"approve": True, "fingerprint": RISKY.fingerprint}, Outcome.NEEDS_HUMAN, "RunbookExhausted"),
        (
            json.dumps({"approve": True, "fingerprint": RISKY.fingerprint}),  # the SDK hands events over as text
            Outcome.NEEDS_HUMAN,
            "RunbookExhausted",
        ),
    ],
)
def test_only_an_approval_of_this_very_plan_lets_it_go_on(decision: object, outcome: Outcome, reason: str) -> None:
    context = FakeContext()
    context.raised = decision
    end = walk(
        context,
        {
            "diagnose": diagnosis(FIX),
            "examine": View(plans=[RISKY]),
            "deliver": Delivery(state=DeliveryState.DELIVERED, detail="told"),
            "apply_change": Applied(progress=Progress.DONE),
        },
    )
    assert (end.outcome, end.reason) == (outcome, reason)


def _switched(context: FakeContext, answers: dict[str, Any], refuse_permits: list[bool]) -> Ended:
    """Follow the runbook; the governor refuses those of the permits that the list says."""
    permits = iter(refuse_permits)

    def answer(task: Task) -> Any:
        if task.kind == "entity":
            paused = task.name == "governor.permit" and next(permits, False)
            return record(Grant(refused=Refusal(reason="Paused", text="Switched off.")) if paused else Grant())
        value = answers[task.name]
        return record(Answer(value=record(next(value) if isinstance(value, Iterator) else value)))

    with pytest.raises(Ended) as ended:
        drive(context, Runbook(way := hops(context), quiet(way)).follow(FAILURE), answer)
    return ended.value


def test_the_switch_stops_also_the_later_tries_of_a_change() -> None:
    context = FakeContext()
    tried: list[str] = []

    def noting(name: str, payload: object) -> Any:
        tried.append(name)
        return FakeContext.call_activity(context, name, payload)

    context.call_activity = noting  # type: ignore[method-assign]
    answers = {
        "diagnose": diagnosis(FIX),
        "examine": View(plans=[Plan(fix=FIX.fix, changes=[CHANGE])]),
        "apply_change": Applied(progress=Progress.FAILED, reason="timed out"),
    }
    end = _switched(context, answers, [False, False] + [True] * 1000)
    assert (end.outcome, end.reason) == (Outcome.NEEDS_HUMAN, "Paused")
    assert tried.count("apply_change") == 1
    assert context.current_utc_datetime >= START + timedelta(hours=24)


def test_a_backup_that_met_another_job_counts_for_the_quota_of_the_next_one() -> None:
    context, ours = FakeContext(), list[list[str]]()

    def noting(name: str, payload: Any) -> Any:
        if name == "start_backup":
            ours.append(payload["ours"])
        return FakeContext.call_activity(context, name, payload)

    context.call_activity = noting  # type: ignore[method-assign]
    answers = {
        "diagnose": diagnosis(BACKUP),
        "start_backup": Started(start=Start.REQUESTED, operation="op"),
        "follow_backup": failed("UserErrorBackupOperationInProgress"),
    }
    walk(context, answers)
    assert ours == [[], ["job-2"], ["job-2", "job-2"]]
