"""Steps with conditions: what blocks a backup, what a wait is for, the second fix, answers that ARM works on."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from handlers.messages import Examine
from handlers.outcome import Ended
from handlers.runbook import Runbook
from playbooks.backup import JobReport, Start, Started
from playbooks.diagnosis import View
from playbooks.fixes import Applied, Plan, Progress
from playbooks.model import BackupStep, Cause, Conclusion, FixStep, WaitStep
from responder.incident import Finding, Mode, Outcome, Verdict
from responder.wire import typed
from tests.handlers.flows import FAILURE, START, FakeContext, hops, quiet
from tests.handlers.test_runbook import BACKUP, CHANGE, FIX, diagnosis, failed, walk

AGENT = Cause(id="agent", text="The agent is silent.", check="vm-agent", blocks=True)
OTHER = Cause(id="other", text="Something else.", check="running-backup")
WAIT = WaitStep(
    name="waiting-for-the-agent", why="It may come back.", looks=["1h", "3h"], until=["agent"], when=["agent"]
)
DONE = JobReport(status="Completed", ended=True, success=True, job="job-2", started_at=START)
BACKED_UP: dict[str, Any] = {"start_backup": Started(start=Start.REQUESTED, operation="op"), "follow_backup": DONE}


def says(cause: str, verdict: Verdict = Verdict.CONFIRMED) -> Finding:
    return Finding(cause=cause, check="c", verdict=verdict, summary=f"{cause} {verdict}.", at=START)


SILENT, BACK = says("agent"), says("agent", Verdict.RULED_OUT)


def test_no_backup_is_started_while_a_cause_that_blocks_it_is_confirmed() -> None:
    end = walk(FakeContext(), {"diagnose": diagnosis(BACKUP, findings=[SILENT], causes=[AGENT])})
    assert (end.outcome, end.reason, end.summary) == (Outcome.NEEDS_HUMAN, "CauseRemains", "agent confirmed.")


@pytest.mark.parametrize("verdict", [Verdict.RULED_OUT, Verdict.CANNOT_TELL])
def test_a_cause_that_is_not_confirmed_blocks_nothing(verdict: Verdict) -> None:
    found = diagnosis(BACKUP, findings=[says("agent", verdict)], causes=[AGENT])
    assert walk(FakeContext(), {"diagnose": found} | BACKED_UP).outcome is Outcome.RESOLVED


def test_a_confirmed_cause_that_does_not_block_lets_the_backup_go() -> None:
    found = diagnosis(BACKUP, findings=[says("other")], causes=[OTHER])
    assert walk(FakeContext(), {"diagnose": found} | BACKED_UP).outcome is Outcome.RESOLVED


def test_a_wait_ends_when_its_causes_are_ruled_out() -> None:
    context = FakeContext()
    found = diagnosis(WAIT, BACKUP, findings=[SILENT], causes=[AGENT])
    looks = iter([View(findings=[SILENT]), View(findings=[BACK])])
    end = walk(context, {"diagnose": found, "examine": looks} | BACKED_UP)
    assert end.outcome is Outcome.RESOLVED
    assert context.current_utc_datetime >= START + timedelta(hours=3)


def test_what_still_blocks_after_a_wait_is_looked_at_once_more() -> None:
    looks = iter([View(findings=[SILENT])] * 3)
    found = diagnosis(WAIT, BACKUP, findings=[SILENT], causes=[AGENT])
    assert walk(FakeContext(), {"diagnose": found, "examine": looks}).reason == "CauseRemains"
    assert list(looks) == []


def test_a_wait_for_a_cause_that_is_not_confirmed_is_left_out() -> None:
    context = FakeContext()
    found = diagnosis(WAIT, BACKUP, findings=[BACK], causes=[AGENT])
    assert walk(context, {"diagnose": found} | BACKED_UP).outcome is Outcome.RESOLVED
    assert context.current_utc_datetime < START + timedelta(minutes=10)


def test_a_backup_with_a_condition_is_left_out() -> None:
    step = BackupStep(purpose="only for the agent", when=["agent"])
    found = diagnosis(step, findings=[BACK], causes=[AGENT])
    assert walk(FakeContext(), {"diagnose": found}).reason == "RunbookExhausted"


def test_a_runbook_without_steps_names_the_cause_that_remains() -> None:
    end = walk(FakeContext(), {"diagnose": diagnosis(findings=[SILENT, says("other")], causes=[AGENT, OTHER])})
    assert (end.reason, end.summary) == ("CauseRemains", "agent confirmed.")


def test_a_fix_cures_any_of_its_causes() -> None:
    fix = FixStep(fix=FIX.fix, cures=["agent", "other"])
    plan = View(plans=[Plan(fix=FIX.fix, changes=[CHANGE])])
    done = {"examine": plan, "apply_change": Applied(progress=Progress.DONE)}
    found = diagnosis(fix, BACKUP, findings=[BACK, says("other")], causes=[AGENT, OTHER])
    assert walk(FakeContext(), {"diagnose": found} | done | BACKED_UP).outcome is Outcome.RESOLVED


@pytest.mark.parametrize("fixed, outcome", [(True, Outcome.RESOLVED), (False, Outcome.NEEDS_HUMAN)])
def test_what_blocks_until_a_fix_blocks_no_more_after_one(fixed: bool, outcome: Outcome) -> None:
    recurring = Cause(id="recurring", text="It repeats.", check="repeated-failure", blocks="until-a-cure")
    plan = View(plans=[Plan(fix=FIX.fix, changes=[CHANGE] if fixed else [])])
    done = {"examine": iter([plan, View()]), "apply_change": Applied(progress=Progress.DONE)}
    found = diagnosis(FIX, BACKUP, findings=[says("full"), says("recurring")], causes=[recurring])
    assert walk(FakeContext(), {"diagnose": found} | done | BACKED_UP).outcome is outcome


def test_what_blocks_until_a_cure_blocks_no_more_when_another_cause_has_gone() -> None:
    recurring = Cause(id="recurring", text="It repeats.", check="repeated-failure", blocks="until-a-cure")
    found = diagnosis(WAIT, BACKUP, findings=[SILENT, says("recurring")], causes=[AGENT, recurring])
    end = walk(FakeContext(), {"diagnose": found, "examine": View(findings=[BACK])} | BACKED_UP)
    assert end.outcome is Outcome.RESOLVED


def test_when_a_fix_fails_the_other_one_is_tried() -> None:
    fix = FixStep(fix=FIX.fix, cures=["full"], otherwise="delete-restore-points")
    plans = iter([View(plans=[Plan(fix=name, changes=[CHANGE])]) for name in (FIX.fix, "delete-restore-points")])
    tries = iter([Applied(progress=Progress.FAILED, reason="timed out")] * 3 + [Applied(progress=Progress.DONE)])
    context = FakeContext()
    end = walk(context, {"diagnose": diagnosis(fix, BACKUP), "examine": plans, "apply_change": tries} | BACKED_UP)
    assert end.outcome is Outcome.RESOLVED
    assert list(tries) == []


def test_without_another_one_a_failed_fix_ends_the_incident() -> None:
    plan = View(plans=[Plan(fix=FIX.fix, changes=[CHANGE])])
    answers = {"examine": plan, "apply_change": Applied(progress=Progress.FAILED, reason="timed out")}
    end = walk(FakeContext(), {"diagnose": diagnosis(FIX, BACKUP)} | answers)
    assert (end.outcome, end.reason) == (Outcome.NEEDS_HUMAN, "ChangeFailed")


def test_a_conclusion_ends_the_incident_before_any_step_even_read_only() -> None:
    end = Conclusion(outcome=Outcome.SKIPPED, reason="RestoreOnly", text="Only restores have it.")
    for mode in Mode:
        found = walk(FakeContext(), {"diagnose": diagnosis(BACKUP, conclusion=end, mode=mode)})
        assert (found.outcome, found.reason) == (Outcome.SKIPPED, "RestoreOnly")


def test_not_being_allowed_to_look_is_a_failure_that_keeps_what_was_found() -> None:
    context = FakeContext()
    end = walk(context, {"diagnose": diagnosis(BACKUP, findings=[SILENT], causes=[AGENT], forbidden="no right")})
    assert (end.outcome, end.reason, end.summary) == (Outcome.FAILED, "Forbidden", "no right")


def test_not_being_allowed_to_look_again_is_a_failure() -> None:
    found = diagnosis(WAIT, BACKUP, findings=[SILENT], causes=[AGENT])
    end = walk(FakeContext(), {"diagnose": found, "examine": View(findings=[SILENT], forbidden="no right")})
    assert (end.outcome, end.reason) == (Outcome.FAILED, "Forbidden")


class Asking(Iterator[View]):
    """Answers of `examine`, and what was asked."""

    def __init__(self, *answers: View) -> None:
        self._answers = iter(answers)

    def __next__(self) -> View:
        return next(self._answers)


PENDING = says("agent", Verdict.CANNOT_TELL)


def test_an_answer_that_arm_works_on_is_asked_for_where_arm_said() -> None:
    url = {"security rules": "https://arm/one"}
    later = {"security rules": "https://arm/two"}
    found = diagnosis(BACKUP, findings=[says("other"), PENDING], causes=[AGENT, OTHER], pending=["agent"], asked=url)
    context, asked = FakeContext(), list[Examine]()

    def noting(name: str, payload: object) -> Any:
        if name == "examine":
            asked.append(typed(payload, Examine))
        return FakeContext.call_activity(context, name, payload)

    context.call_activity = noting  # type: ignore[method-assign]
    looks = Asking(View(findings=[PENDING], pending=["agent"], asked=later), View(findings=[BACK]))
    end = walk(context, {"diagnose": found, "examine": looks} | BACKED_UP)
    assert end.outcome is Outcome.RESOLVED
    assert [(ask.subject.asked, [cause.id for cause in ask.causes]) for ask in asked] == [
        (url, ["agent"]),
        (later, ["agent"]),
    ]


def test_an_answer_that_never_comes_cannot_be_told() -> None:
    found = diagnosis(BACKUP, findings=[PENDING], causes=[AGENT], pending=["agent"], asked={"x": "https://arm/one"})
    context = FakeContext()
    never = View(findings=[PENDING], pending=["agent"], asked={"x": "https://arm/one"})
    assert walk(context, {"diagnose": found, "examine": never} | BACKED_UP).outcome is Outcome.RESOLVED
    assert context.current_utc_datetime < START + timedelta(minutes=20)


@pytest.mark.parametrize("pending", [True, False])
def test_a_right_that_is_missing_for_the_later_answer_is_a_failure(pending: bool) -> None:
    found = diagnosis(BACKUP, findings=[PENDING], causes=[AGENT], pending=["agent"], asked={"x": "u"})
    answer = View(findings=[PENDING], pending=["agent"] if pending else [], asked={"x": "u"}, forbidden="no right")
    assert walk(FakeContext(), {"diagnose": found, "examine": answer}).reason == "Forbidden"


def test_a_request_that_azure_refuses_is_handed_to_the_playbook_of_its_code() -> None:
    context, asked = FakeContext(), list[Any]()

    def noting(name: str, payload: Any) -> Any:
        if name == "diagnose":
            asked.append((payload["failure"]["jobId"], payload["refusedWith"]))
        return FakeContext.call_activity(context, name, payload)

    context.call_activity = noting  # type: ignore[method-assign]
    diagnoses = iter([diagnosis(BACKUP, code="One"), diagnosis(code="ScopeLocked", findings=[SILENT], causes=[AGENT])])
    denied = Started(start=Start.DENIED, code="ScopeLocked", message="The vault is locked.")
    end = walk(context, {"diagnose": diagnoses, "start_backup": denied})
    assert end.reason == "CauseRemains"
    assert asked == [("job-1", None), ("job-1", "ScopeLocked")]


def test_an_operation_that_ends_without_a_job_is_handed_on_if_a_playbook_is_about_it() -> None:
    diagnoses = iter([diagnosis(BACKUP, code="One"), diagnosis(code="Two")])
    refused = JobReport(status="Failed", ended=True, code="CloudDosAbsoluteLimitReached", message="no", playbook=True)
    end = walk(
        FakeContext(),
        {
            "diagnose": diagnoses,
            "start_backup": Started(start=Start.REQUESTED, operation="op"),
            "follow_backup": refused,
        },
    )
    assert end.reason == "RunbookExhausted"


def test_the_story_of_a_refused_request_tells_it() -> None:
    flow = hops(FakeContext())
    denied = Started(start=Start.DENIED, code="ScopeLocked", message="The vault is locked.")
    diagnoses = iter([diagnosis(BACKUP, code="One"), diagnosis(code="Two")])
    with pytest.raises(Ended):
        _drive(flow, {"diagnose": diagnoses, "start_backup": denied})
    (retry,) = flow.story.incident.retries
    assert (retry.state, retry.code, retry.message) == ("refused", "ScopeLocked", "The vault is locked.")


def _drive(flow: Any, answers: dict[str, Any]) -> None:
    from handlers.entities import Grant
    from handlers.messages import Answer
    from responder.wire import record
    from tests.handlers.flows import Task, drive

    def answer(task: Task) -> Any:
        if task.kind == "entity":
            return record(Grant())
        value = answers[task.name]
        return record(Answer(value=record(next(value) if isinstance(value, Iterator) else value)))

    drive(flow._context, Runbook(flow, quiet(flow)).follow(FAILURE), answer)


def test_the_same_code_again_is_told_as_such() -> None:
    answers = {
        "diagnose": diagnosis(BACKUP),
        "start_backup": Started(start=Start.REQUESTED, operation="op"),
        "follow_backup": failed("SomeCode"),
    }
    assert walk(FakeContext(), answers).reason == "RepeatedFailure"
