"""The item before the first step, and what an incident asks with: who may begin, from which jobs, under which name."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import repeat
from typing import Any

import pytest
from msgspec.structs import replace

from handlers.entities import Grant, Request
from handlers.keys import item_key
from handlers.messages import Answer, ApplyChange, Diagnose
from handlers.outcome import Ended
from handlers.runbook import Runbook
from handlers.watch_entity import Place, WatchRequest
from handlers.watching import Seen
from playbooks.diagnosis import Diagnosis, Stop, View
from playbooks.fixes import Applied, Plan, Progress
from playbooks.model import Conclusion
from responder.azure.model import Job
from responder.guards import Refusal
from responder.incident import FailedBackup, Mode, Outcome
from responder.wire import record, typed
from tests.handlers.flows import FAILURE, START, FakeContext, Task, drive, hops, quiet
from tests.handlers.places import placed
from tests.handlers.test_runbook import BACKUP, CHANGE, FIX, SUBJECT, diagnosis


class Holding:
    """An incident that wants the item, which answers so; what was asked for, in order."""

    def __init__(self, *holds: Grant, failure: FailedBackup = FAILURE) -> None:
        self.context, self.failure = FakeContext(), failure
        self.way = hops(self.context, failure=failure)
        self.holds, self.diagnoses, self.applied = list[Request](), list[Diagnose](), list[ApplyChange]()
        self.looks: list[WatchRequest] = []
        self._grants = iter(holds)

    def follow(self, answers: dict[str, Any], place: Place = Place(direct=True)) -> Ended:  # noqa: B008  it is frozen
        def answer(task: Task) -> Any:
            if task.name == "item.hold":
                self.holds.append(typed(task.payload, Request))
                return record(next(self._grants, Grant()))
            if task.kind == "entity":
                return record(Grant())
            self._note(task)
            value = answers[task.name]
            value = next(value) if isinstance(value, Iterator) else value
            return record(value if isinstance(value, Answer) else Answer(value=record(value)))

        flow = Runbook(self.way, quiet(self.way)).follow(self.failure)
        with pytest.raises(Ended) as ended:
            drive(self.context, placed(flow, repeat(place), self.looks), answer)
        return ended.value

    def _note(self, task: Task) -> None:
        if task.name == "diagnose":
            self.diagnoses.append(typed(task.payload, Diagnose))
        elif task.name == "apply_change":
            self.applied.append(typed(task.payload, ApplyChange))


def refusal(reason: str, hours: float | None = None) -> Grant:
    retry_at = None if hours is None else START + timedelta(hours=hours)
    return Grant(refused=Refusal(reason=reason, text="Not now."), retry_at=retry_at)


@pytest.mark.parametrize(
    "reason, outcome", [("DuplicateInProgress", Outcome.SKIPPED), ("RecentlyRemediated", Outcome.NEEDS_HUMAN)]
)
def test_an_item_that_is_refused_for_good_ends_the_incident_with_its_diagnosis(reason: str, outcome: Outcome) -> None:
    one = Holding(refusal(reason))
    end = one.follow({"diagnose": diagnosis(BACKUP)})
    assert (end.outcome, end.reason, end.summary) == (outcome, reason, "Not now.")
    assert [finding.cause for finding in one.way.story.incident.findings] == ["full"]
    assert (one.way.held_item, one.way.refusals) == (None, [reason])


def test_an_item_that_rests_is_waited_for_and_then_everything_is_looked_at_anew() -> None:
    one = Holding(refusal("BackingOff", 1), refusal("BackingOff", 3))
    cured = Stop(outcome=Outcome.SKIPPED, reason="JobNotFailed", text="It went well meanwhile.")
    end = one.follow({"diagnose": iter([diagnosis(BACKUP), Diagnosis(stop=cured)])})
    assert end.reason == "JobNotFailed"
    assert [ask.now for ask in one.holds] == [START + timedelta(hours=hours) for hours in (0, 1, 3)]
    assert [ask.now for ask in one.diagnoses] == [START, START + timedelta(hours=3)]
    assert [(wait.name, wait.why) for wait in one.way.story.incident.waits] == [
        ("backing-off", "BackingOff: Not now.")
    ] * len(one.way.story.incident.waits)
    assert one.way.held_item == item_key(str(SUBJECT.item))  # to be let go of
    assert one.way.refusals == ["BackingOff"]


def test_an_item_that_is_free_is_taken_with_the_limits_of_the_diagnosis() -> None:
    one, found = Holding(), diagnosis(findings=[])
    one.follow({"diagnose": replace(found, limits=replace(found.limits, backoff_minutes=30, pause_hours=7))})
    (ask,) = one.holds
    assert (ask.incident, ask.backoff_minutes, ask.pause_hours, ask.asked) == ("inc-1", 30, 7, False)
    assert len(one.diagnoses) == 1


def test_a_rerun_was_asked_for_by_a_person() -> None:
    one = Holding(failure=replace(FAILURE, run=1))
    one.follow({"diagnose": diagnosis(findings=[])})
    assert [ask.asked for ask in one.holds] == [True]


@pytest.mark.parametrize(
    "more",
    [
        {"mode": Mode.READ_ONLY},
        {"forbidden": "no right"},
        {"conclusion": Conclusion(outcome=Outcome.SKIPPED, reason="RestoreOnly", text="t")},
        {"stop": Stop(outcome=Outcome.SKIPPED, reason="JobNotFailed", text="t")},
    ],
)
def test_an_incident_that_does_nothing_takes_nothing(more: dict[str, Any]) -> None:
    one = Holding(refusal("DuplicateInProgress"))
    assert one.follow({"diagnose": diagnosis(BACKUP, **more)}).reason != "DuplicateInProgress"
    assert (one.holds, one.way.held_item) == ([], None)


def _job(name: str) -> Job:
    return Job(id=name, vault_job_id=f"/subscriptions/s/backupJobs/{name}", operation="Backup", status="Failed")


@pytest.mark.parametrize("told, known", [([_job("job-0"), _job("job-1")], "job-1"), ([_job("job-0")], None)])
def test_in_a_crowd_the_diagnosis_is_made_from_the_job_that_the_watcher_has_read(
    told: list[Job], known: str | None
) -> None:
    one = Holding()
    one.context.raised = record(Seen(jobs=told))
    one.follow({"diagnose": diagnosis(findings=[])}, Place(generation=1))
    (ask,) = one.diagnoses
    assert (ask.job.id if ask.job else None, ask.frugal) == (known, True)
    assert one.looks[0].look is not None
    assert (one.looks[0].look.job, one.looks[0].look.details) == ("job-1", True)


def test_alone_the_diagnosis_reads_for_itself() -> None:
    one = Holding()
    one.follow({"diagnose": diagnosis(findings=[])})
    assert (one.diagnoses[0].job, one.diagnoses[0].frugal) == (None, False)


def test_every_try_of_a_change_has_a_name_which_it_keeps_while_azure_lets_it_wait() -> None:
    failing = Applied(progress=Progress.FAILED, reason="timed out")
    later = Answer(again_after=60, why="Throttled")
    tries = iter([later, failing, failing, later, later, Applied(progress=Progress.DONE)])
    one = Holding()
    plan = View(plans=[Plan(fix=FIX.fix, changes=[CHANGE])])
    one.follow({"diagnose": diagnosis(FIX), "examine": plan, "apply_change": tries})
    names = [f"inc-1-{FIX.fix}-0-{number}" for number in (1, 1, 2, 3, 3, 3)]
    assert [ask.attempt for ask in one.applied] == names
    assert len({(ask.attempt, ask.now) for ask in one.applied}) == len(names)
