"""Ad hoc backups that Azure does not let the app start: the retry says so, and does not stay as merely asked for."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import repeat
from typing import Any

import pytest

from handlers.entities import Grant
from handlers.hops import StepFailedError
from handlers.messages import Answer, StartBackup, Trouble
from handlers.outcome import Ended
from handlers.retries import Retries
from handlers.watch_entity import Place, WatchRequest
from handlers.watching import Seen
from playbooks.backup import JobReport, Start, Started
from responder.azure.model import Job
from responder.guards import Refusal
from responder.incident import Outcome
from responder.wire import record, typed
from tests.handlers.flows import START, FakeContext, Task, drive, hops, quiet
from tests.handlers.places import placed
from tests.handlers.test_runbook import BACKUP, SUBJECT, diagnosis

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    "kind, state",
    [("Forbidden", "refused"), ("Rejected", "refused"), ("Unavailable", "unclear"), ("Unexpected", "unclear")],
)
def test_a_backup_that_could_not_be_started_says_why(kind: str, state: str) -> None:
    def answer(task: Task) -> Any:
        if task.kind == "entity":
            return record(Grant())
        return record(Answer(trouble=Trouble(kind=kind, text="not today")))

    context = FakeContext()
    way = hops(context)
    with pytest.raises(StepFailedError):
        drive(context, Retries(way, quiet(way), diagnosis(BACKUP)).back_up(BACKUP, SUBJECT), answer)
    (retry,) = way.story.incident.retries
    assert (retry.state, retry.message) == (state, "not today")
    assert retry.ended_at == context.current_utc_datetime


ITEM = "/subscriptions/s/backupJobs/"
BEFORE = START - timedelta(minutes=5)
RUNNING = Job(id="job-9", vault_job_id=f"{ITEM}job-9", operation="Backup", status="InProgress", started_at=BEFORE)
WAIT = Place(generation=1)
STARTED = Started(start=Start.REQUESTED, operation="op")
DONE = JobReport(status="Completed", ended=True, success=True, job="job-2", started_at=START)


class Backup:
    """An ad hoc backup in a crowded vault: who was asked what, in order."""

    def __init__(self, told: list[Job] | None, *permits: Grant, started: Started = STARTED) -> None:
        self.context, self.asked, self.looks = FakeContext(), list[tuple[str, Any]](), list[WatchRequest]()
        self.context.raised = None if told is None else record(Seen(jobs=told))
        self._permits, self._started = iter(permits), started

    def run(self, places: Iterable[Place] | None = None) -> Ended:
        way = hops(self.context)
        flow = Retries(way, quiet(way), diagnosis(BACKUP)).back_up(BACKUP, SUBJECT)
        with pytest.raises(Ended) as ended:
            drive(self.context, placed(flow, repeat(WAIT) if places is None else places, self.looks), self._answer)
        return ended.value

    def _answer(self, task: Task) -> Any:
        if task.name == "governor.permit":
            return record(next(self._permits, Grant()))
        if task.kind == "entity":
            return record(Grant())
        self.asked.append((task.name, task.payload))
        return record(Answer(value=record(self._started if task.name == "start_backup" else DONE)))

    def known(self) -> list[Job] | None:
        (ask,) = [typed(payload, StartBackup) for name, payload in self.asked if name == "start_backup"]
        return ask.known


def paused(minutes: float) -> Grant:
    refusal = Refusal(reason="Paused", text="Switched off.")
    return Grant(refused=refusal, retry_at=START + timedelta(minutes=minutes))


def test_a_backup_is_asked_for_with_the_jobs_that_the_watcher_has_just_read() -> None:
    backup = Backup([RUNNING])
    assert backup.run().outcome is Outcome.RESOLVED
    assert backup.known() == [RUNNING]
    assert backup.looks[0].look is not None
    assert backup.looks[0].look.since <= START - timedelta(hours=72)  # the longest that a job runs


@pytest.mark.parametrize("minutes", [0.5, 1, 15])
def test_jobs_that_grew_old_while_the_switch_was_off_are_read_again(minutes: float) -> None:
    backup = Backup([RUNNING], paused(minutes))
    backup.run()
    before = [look for look in backup.looks if look.look and look.look.job is None and look.look.since < START - DAY]
    assert len(before) == 2
    assert before[-1].now >= START + timedelta(minutes=minutes)


def test_a_permit_that_is_given_at_once_lets_the_jobs_be_however_long_the_store_took() -> None:
    """Else an app whose store is slow would look for ever, and never back anything up."""
    backup = Backup([RUNNING])
    backup.run()
    before = [look for look in backup.looks if look.look and look.look.job is None and look.look.since < START - DAY]
    assert len(before) == 1


def test_who_reads_by_himself_reads_when_he_asks_and_not_before() -> None:
    backup = Backup(None, paused(15))
    assert backup.run(repeat(Place(direct=True))).outcome is Outcome.RESOLVED
    assert backup.known() is None
    assert len(backup.looks) == 2  # one before the backup, one for how it stands


def own(status: str = "Completed", *, minutes: float = 0) -> Job:
    at = START + timedelta(minutes=minutes)
    return Job(id="job-5", vault_job_id=f"{ITEM}job-5", operation="Backup", status=status, started_at=at)


def test_a_job_that_the_watcher_shows_is_not_read_again() -> None:
    backup = Backup([own()])
    end = backup.run()
    assert end.outcome is Outcome.RESOLVED
    assert "job-5" in end.summary
    assert [name for name, _ in backup.asked] == ["start_backup"]


@pytest.mark.parametrize("told", [[], [own(minutes=-5)]], ids=["not there yet", "one that began before"])
def test_a_job_that_the_watcher_does_not_show_is_read(told: list[Job]) -> None:
    backup = Backup(told)
    assert "job-2" in backup.run().summary
    assert [name for name, _ in backup.asked] == ["start_backup", "follow_backup"]


def test_of_several_jobs_the_one_that_is_followed_counts() -> None:
    found = Started(start=Start.FOUND, job="job-5")
    other = Job(id="job-4", vault_job_id=f"{ITEM}job-4", operation="Backup", status="Failed", started_at=START)
    backup = Backup([other, own()], started=found)
    assert "job-5" in backup.run().summary
    assert backup.looks[-1].look is not None
    assert backup.looks[-1].look.job == "job-5"
