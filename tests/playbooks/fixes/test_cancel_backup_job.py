"""A job is cancelled only while its snapshot is taken, and only one of this VM."""

import pytest

from playbooks.fixes import Progress, fix
from responder.incident import Risk
from sandbox.arm.world import Job
from tests.playbooks.conftest import Lab, MakeLab
from tests.playbooks.fixes.cases import ask_of, case, only, reasons, refused

NAME = "cancel-backup-job"
EARLY = {"running_job": {"minutes_ago": 2, "ends_after_minutes": 90}}


def running(lab: Lab) -> Job:
    return next(job for job in lab.cloud.world.jobs if job.running(lab.clock.now()))


def test_without_a_running_job_there_is_nothing_to_do(lab: MakeLab) -> None:
    assert fix(NAME).plan(case(lab())).changes == []


def test_the_running_job_is_planned_and_recorded(lab: MakeLab) -> None:
    here = lab(**EARLY)
    change = only(here, NAME)
    assert change.risk is Risk.DISRUPTIVE
    assert change.target.endswith(f"/backupJobs/{running(here).id}")
    assert change.before["phases"][0]["name"] == "Take Snapshot"


def test_it_is_cancelled_once_and_followed_to_its_end(lab: MakeLab) -> None:
    here = lab(**EARLY)
    change = only(here, NAME)
    assert fix(NAME).apply(case(here), change).progress is Progress.STARTED
    assert fix(NAME).apply(case(here), change).reason == "The job is already being cancelled."
    assert fix(NAME).follow(case(here), change, None).progress is Progress.STARTED
    here.later(minutes=5)
    done = fix(NAME).follow(case(here), change, None)
    assert (done.progress, done.after) == (Progress.DONE, {"status": "Cancelled"})
    assert fix(NAME).apply(case(here), change).reason == "The job is Cancelled."
    assert ask_of(here) == [("POST", "cancel")]


def test_a_job_that_transfers_its_data_is_left_alone(lab: MakeLab) -> None:
    assert reasons(lab(running_job={"minutes_ago": 50, "ends_after_minutes": 90}), NAME) == ["NotCancellable"]


def test_a_job_that_went_on_to_its_transfer_since_the_plan_is_left_alone(lab: MakeLab) -> None:
    here = lab(**EARLY)
    change = only(here, NAME)
    assert refused(here, NAME, change, lambda: here.later(minutes=45)) == "NotCancellable"


def test_a_job_of_another_vm_is_left_alone(lab: MakeLab) -> None:
    here = lab(**EARLY)
    change, job = only(here, NAME), running(here)
    other = here.cloud.world.items[-1]
    assert refused(here, NAME, change, lambda: setattr(job, "item", other)) == "ForeignJob"


def test_a_cancellation_that_azure_refuses_is_no_success(lab: MakeLab) -> None:
    late = {"match": "POST */cancel", "status": 400, "times": 1, "body": "code:BMSUserErrorInvalidInput"}
    here = lab(**EARLY, faults=[late])
    failed = fix(NAME).apply(case(here), only(here, NAME))
    assert (failed.progress, (failed.reason or "").partition(":")[0]) == (Progress.FAILED, "BMSUserErrorInvalidInput")


@pytest.mark.parametrize("ends_as", ["Completed", "Failed"])
def test_a_job_that_ended_by_itself_is_out_of_the_way(lab: MakeLab, ends_as: str) -> None:
    here = lab(running_job={"minutes_ago": 2, "ends_after_minutes": 90, "as": ends_as})
    change = only(here, NAME)
    here.later(hours=2)
    done = fix(NAME).apply(case(here), change)
    assert (done.progress, done.after) == (Progress.DONE, {"status": ends_as})
    assert here.cloud.mutations == []
