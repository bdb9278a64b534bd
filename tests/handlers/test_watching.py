"""How an incident looks at its vault: by itself, or through the watcher, who is called and waited for with patience."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import repeat
from typing import Any

import pytest

from handlers.hops import Hops, StepFailedError
from handlers.messages import Answer, CallWatcher, FollowBackup, Trouble
from handlers.watch_entity import Place, WatchRequest
from handlers.watching import Seen, Watching
from playbooks.backup import JobReport
from responder.azure.model import Job
from responder.wire import record, typed
from tests.handlers.flows import START, FakeContext, Task, drive, hops
from tests.handlers.places import placed
from tests.handlers.test_runbook import SUBJECT

VAULT = "/subscriptions/s/vaults/v"
WAIT = Place(generation=3)
CALL = Place(call=True, generation=4)
JOB = Job(id="job-1", vault_job_id=f"{VAULT}/backupJobs/job-1", operation="Backup", status="Failed")


class Looking:
    """One incident that looks; what it asked for, in order."""

    def __init__(self, told: object = None) -> None:
        self.context = FakeContext()
        self.context.raised = told
        self.hops: Hops = hops(self.context)
        self.watching = Watching(self.hops, VAULT, 60)
        self.looks: list[WatchRequest] = []
        self.activities: list[Task] = []

    def jobs(self, places: Iterable[Place], **more: Any) -> list[Job] | None:
        flow = self.watching.jobs(SUBJECT.item, since=START, **more)
        return drive(self.context, placed(flow, places, self.looks), self._answer)

    def follow(self) -> JobReport:
        """An activity that reads a job."""
        ask = FollowBackup(subject=SUBJECT, now=START, job="job-1")
        return drive(self.context, self.hops.ask("follow_backup", ask, JobReport), self._answer)

    def _answer(self, task: Task) -> Any:
        self.activities.append(task)
        return record(Answer(value=record(JobReport(status="InProgress")), job_reads=1))


def test_in_a_quiet_vault_the_incident_reads_by_itself() -> None:
    one = Looking()
    assert one.jobs([Place(direct=True)]) is None
    assert (one.hops.frugal, one.activities) == (False, [])


def test_a_read_that_was_counted_when_it_was_allowed_is_not_counted_again() -> None:
    one = Looking()
    one.jobs([Place(direct=True, prepaid=1)], job="job-1")
    one.follow()
    one.jobs([Place(direct=True)])
    one.follow()
    one.jobs([Place(direct=True)])
    assert [look.spent for look in one.looks] == [0, 0, 1]


def test_what_the_watcher_tells_is_the_answer() -> None:
    one = Looking(record(Seen(jobs=[JOB])))
    assert one.jobs([WAIT], job="job-1", details=True) == [JOB]
    assert one.hops.frugal
    assert one.activities == []
    (asked,) = one.looks
    assert asked.look is not None
    assert (asked.look.incident, asked.look.event, asked.look.job) == ("inc-1", "jobs-1", "job-1")
    assert (asked.look.details, asked.look.item, asked.reads_per_hour) == (True, SUBJECT.item, 60)


def test_a_watcher_that_sleeps_is_called_once_under_its_own_generation() -> None:
    one = Looking(record(Seen()))
    assert one.jobs([CALL]) == []
    (call,) = one.activities
    assert call.name == "call_watcher"
    assert typed(call.payload, CallWatcher) == CallWatcher(vault=VAULT, generation=4, reads_per_hour=60)


def test_what_stops_the_watcher_stops_who_waits() -> None:
    one = Looking(record(Seen(trouble=Trouble(kind="Forbidden", text="no right"))))
    with pytest.raises(StepFailedError, match="no right") as failed:
        one.jobs([WAIT])
    assert failed.value.trouble.kind == "Forbidden"


def test_after_three_silent_hours_the_incident_reads_by_itself() -> None:
    one = Looking(None)
    assert one.jobs([CALL, WAIT, CALL]) is None
    assert one.context.current_utc_datetime == START + timedelta(hours=3)
    assert [look.look.event for look in one.looks if look.look] == ["jobs-1", "jobs-2", "jobs-3"]
    assert len(one.activities) == 2
    assert not one.hops.frugal


def test_no_two_looks_of_an_incident_wait_under_one_name() -> None:
    one = Looking(record(Seen()))
    for _ in range(3):
        one.jobs(repeat(WAIT))
    assert [look.look.event for look in one.looks if look.look] == ["jobs-1", "jobs-2", "jobs-3"]
