"""The walk of a rerun: the steps before the one at which the earlier run ended are not done again."""

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from handlers.entities import Grant
from handlers.messages import Answer
from handlers.outcome import Ended
from handlers.runbook import Runbook
from playbooks.backup import JobReport, Start, Started
from playbooks.diagnosis import View
from playbooks.fixes import Applied, Plan, Progress
from playbooks.model import BackupStep, Cause, FixStep, WaitStep
from responder.incident import FailedBackup, Finding, Incident, Outcome, Verdict
from responder.wire import record
from tests.handlers.flows import FAILURE, START, FakeContext, Task, drive, hops, quiet
from tests.handlers.test_runbook import CHANGE, diagnosis

UNLOCK = FixStep(fix="remove-restore-point-locks", cures=["locked"])
FIRST = BackupStep(purpose="start the clean-up", expect=["Full"])
WAIT = WaitStep(name="waiting-for-clean-up", why="It takes hours.", looks=["24h"], until=["full"])
DELETE = FixStep(fix="delete-restore-point-collection", cures=["full"])
LAST = BackupStep(purpose="again")
STEPS = (UNLOCK, FIRST, WAIT, DELETE, LAST)
CAUSES = [Cause(id=name, text=name, check="c") for name in ("locked", "full")]
DONE = JobReport(status="Completed", ended=True, success=True, job="job-2", started_at=START)
AGAIN = replace(FAILURE, rerun_of="inc-0", run=1, from_step=3, from_playbook="SomeCode", cleanup_since=START)


def says(cause: str, verdict: Verdict = Verdict.CONFIRMED) -> Finding:
    return Finding(cause=cause, check="c", verdict=verdict, summary=cause, at=START)


FULL, LOCKED = says("full"), says("locked")


class Walked:
    """What a walk asked for, and how it ended."""

    def __init__(self, failure: FailedBackup, *findings: Finding, **changes: Any) -> None:
        context, self.asked = FakeContext(), list[Task]()
        plan = View(plans=[Plan(fix="x", changes=[CHANGE])])
        answers: dict[str, Any] = {
            "diagnose": diagnosis(*STEPS, findings=list(findings), causes=CAUSES),
            "examine": plan,
            "apply_change": Applied(progress=Progress.DONE),
            "start_backup": Started(start=Start.REQUESTED, operation="op"),
            "follow_backup": DONE,
        } | changes

        def answer(task: Task) -> Any:
            self.asked.append(task)
            if task.kind == "entity":
                return record(Grant())
            value = answers[task.name]
            return record(Answer(value=record(next(value) if isinstance(value, Iterator) else value)))

        way = hops(context, failure=failure)
        with pytest.raises(Ended) as ended:
            drive(context, Runbook(way, quiet(way)).follow(failure), answer)
        self.end, self.passed = ended.value, context.current_utc_datetime - START
        self.incident: Incident = way.story.incident

    def applied(self) -> list[str]:
        return [task.payload["fix"] for task in self.asked if task.name == "apply_change"]

    def backups(self) -> list[str]:
        return [retry.purpose for retry in self.incident.retries]


def test_a_rerun_goes_on_at_its_step() -> None:
    walked = Walked(AGAIN, FULL)
    assert walked.end.outcome is Outcome.RESOLVED
    assert walked.applied() == [DELETE.fix]
    assert walked.backups() == [LAST.purpose]
    assert walked.passed.total_seconds() < 3600
    plan = next(task for task in walked.asked if task.name == "examine" and task.payload["fixes"])
    assert plan.payload["subject"]["cleanupSince"] == record(AGAIN)["cleanupSince"]


@pytest.mark.parametrize(
    "change", [{"from_step": 0}, {"from_playbook": "Other"}, {"from_playbook": None}, {"from_step": 9}]
)
def test_without_a_step_of_the_same_playbook_it_begins_at_the_first(change: dict[str, Any]) -> None:
    walked = Walked(replace(AGAIN, **change), FULL)
    assert walked.backups()[0] == FIRST.purpose


def test_a_cause_that_is_there_again_is_cured_again() -> None:
    assert Walked(AGAIN, FULL, LOCKED).applied() == [UNLOCK.fix, DELETE.fix]


def test_a_cause_that_a_later_step_cures_is_left_to_it() -> None:
    steps = (DELETE, LAST, replace(DELETE, fix="delete-restore-points"), LAST)
    found = diagnosis(*steps, findings=[FULL], causes=CAUSES)
    assert Walked(replace(AGAIN, from_step=2), diagnose=found).applied() == ["delete-restore-points"]


def test_steps_of_the_next_playbook_are_all_done() -> None:
    other = diagnosis(FIRST, LAST, findings=[], causes=[], code="Other")
    diagnoses = iter([diagnosis(*STEPS, findings=[FULL], causes=CAUSES), other])
    failed = JobReport(status="Failed", ended=True, job="job-3", code="Foreign", started_at=START)
    walked = Walked(AGAIN, diagnose=diagnoses, follow_backup=iter([failed, DONE]))
    assert walked.backups() == [LAST.purpose, FIRST.purpose]
    (first, second) = [task.payload["failure"] for task in walked.asked if task.name == "diagnose"]
    assert (first["fromStep"], second["fromStep"], second["fromPlaybook"]) == (3, 0, None)


def test_what_a_person_asked_for_is_about_the_first_playbook_but_the_mode_stays() -> None:
    diagnoses = iter([diagnosis(LAST, findings=[]), diagnosis(LAST, findings=[], code="Other")])
    failed = JobReport(status="Failed", ended=True, job="job-3", code="Foreign", started_at=START)
    asked = replace(FAILURE, playbook="SomeCode", mode="review")
    walked = Walked(asked, diagnose=diagnoses, follow_backup=iter([failed, DONE]))
    (first, second) = [task.payload["failure"] for task in walked.asked if task.name == "diagnose"]
    assert (first["playbook"], first["mode"]) == ("SomeCode", "review")
    assert (second["playbook"], second["mode"]) == (None, "review")


def test_the_incident_tells_the_step_at_which_it_ended() -> None:
    failing = Applied(progress=Progress.FAILED, reason="timed out")
    walked = Walked(AGAIN, FULL, apply_change=failing)
    assert (walked.end.reason, walked.incident.step) == ("ChangeFailed", 3)


def test_an_incident_that_used_its_runbook_up_is_at_no_step() -> None:
    walked = Walked(FAILURE, diagnose=diagnosis(WAIT, findings=[], causes=CAUSES))
    assert (walked.end.reason, walked.incident.step) == ("RunbookExhausted", None)
