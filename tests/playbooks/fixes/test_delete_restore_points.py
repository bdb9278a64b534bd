"""Restore points one by one: the laws of their collection's deletion, on every look."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from playbooks.fixes import Change, Progress, fix
from responder.errors import ScopeLocked
from responder.incident import Risk
from sandbox.arm.world import Collection, Lock, Point, RecoveryPoint
from tests.playbooks.conftest import Lab, MakeLab
from tests.playbooks.fixes.cases import case, only, reasons, refused

NAME = "delete-restore-points"


def a_day_ago(lab: Lab) -> datetime:
    return lab.clock.now() - timedelta(hours=25)


def plan(lab: Lab) -> tuple[datetime, Change]:
    since = a_day_ago(lab)
    return since, only(lab, NAME, cleanup_since=since)


def mine(lab: Lab) -> Collection:
    found = lab.cloud.world.collection(lab.cloud.world.subject.collection_id)
    assert found is not None
    return found


def test_the_points_of_the_vms_collection_are_one_change(lab: MakeLab) -> None:
    here = lab()
    _, change = plan(here)
    assert (change.target, change.risk) == (here.cloud.world.subject.collection_id, Risk.SAFE)
    assert len(change.before["points"]) == 18


def test_points_outside_of_the_vault_need_an_approval(lab: MakeLab) -> None:
    here = lab(points={"tier": "mixed"})
    assert plan(here)[1].risk is Risk.DISRUPTIVE


def test_before_the_services_own_time_is_over_the_plan_is_refused(lab: MakeLab) -> None:
    here = lab()
    assert reasons(here, NAME) == ["CleanupNotDue"]
    assert reasons(here, NAME, cleanup_since=here.clock.now() - timedelta(hours=23)) == ["CleanupNotDue"]


def test_a_collection_that_is_not_the_services_is_refused(lab: MakeLab) -> None:
    here = lab(foreign_group=True)
    assert reasons(here, NAME, cleanup_since=a_day_ago(here)) == ["ForeignGroup"]


def test_a_running_job_makes_the_plan_wait(lab: MakeLab) -> None:
    here = lab(running_job={"minutes_ago": 5})
    found = fix(NAME).plan(case(here, cleanup_since=a_day_ago(here)))
    assert found.busy_job is not None
    assert found.changes == []


def test_without_points_there_is_nothing_to_do(lab: MakeLab) -> None:
    here = lab(points={"count": 0})
    assert fix(NAME).plan(case(here, cleanup_since=a_day_ago(here))).changes == []


def test_every_point_is_deleted_once_and_followed_until_none_is_left(lab: MakeLab) -> None:
    here = lab()
    since, change = plan(here)
    started = fix(NAME).apply(case(here, cleanup_since=since), change)
    assert started.progress is Progress.STARTED
    assert fix(NAME).apply(case(here, cleanup_since=since), change).progress is Progress.STARTED
    assert fix(NAME).follow(case(here), change, started.track).progress is Progress.STARTED
    here.later(minutes=10)
    done = fix(NAME).follow(case(here), change, started.track)
    assert (done.progress, done.after) == (Progress.DONE, {"points": 0})
    assert fix(NAME).apply(case(here, cleanup_since=since), change).after == {"points": 0}
    assert len(here.cloud.mutations) == 18
    assert {entry["method"] for entry in here.cloud.mutations} == {"DELETE"}


def test_points_that_are_left_while_none_is_going_are_a_failure(lab: MakeLab) -> None:
    here = lab()
    since, change = plan(here)
    started = fix(NAME).apply(case(here, cleanup_since=since), change)
    here.later(minutes=10)
    late = here.clock.now()
    mine(here).points.append(Point(late, late))
    failed = fix(NAME).follow(case(here), change, started.track)
    assert (failed.progress, failed.after) == (Progress.FAILED, {"points": 1})


def test_what_changed_since_the_plan_is_refused(lab: MakeLab, subtests: pytest.Subtests) -> None:
    here = lab()
    since, change = plan(here)
    now, world, points = here.clock.now(), here.cloud.world, mine(here).points
    job, vm = world.failed_job, mine(here).machine
    assert job is not None
    ended = job.ends

    def point() -> None:
        points.append(Point(now, now))
        world.subject.recovery_points.append(RecoveryPoint("9", now))

    cases: list[tuple[str, Callable[[], object], Callable[[], object]]] = [
        (
            "BackupRunning",
            lambda: setattr(job, "ends", now + timedelta(hours=1)),
            lambda: setattr(job, "ends", ended),
        ),
        (
            "OtherVm",
            lambda: setattr(mine(here), "machine", world.items[-1].machine),
            lambda: setattr(mine(here), "machine", vm),
        ),
        (
            "PointInProgress",
            lambda: setattr(points[0], "state", "Creating"),
            lambda: setattr(points[0], "state", "Succeeded"),
        ),
        ("ChangedMeanwhile", point, lambda: None),
    ]
    known = case(here).subject.vm_id
    for reason, spoil, mend in cases:
        with subtests.test(reason):
            assert refused(here, NAME, change, spoil, cleanup_since=since, vm_id=known) == reason
        mend()


def test_a_lock_that_came_meanwhile_stops_it(lab: MakeLab) -> None:
    here = lab()
    since, change = plan(here)
    here.cloud.world.locks.append(Lock(change.target, "new", "CanNotDelete"))
    with pytest.raises(ScopeLocked):
        fix(NAME).apply(case(here, cleanup_since=since), change)


def test_a_point_that_somebody_holds_does_not_keep_the_others(lab: MakeLab) -> None:
    held = {
        "match": "DELETE */restorePoints/*",
        "status": 409,
        "times": 1,
        "body": "code:DiskRestorePointUsedByCustomer",
    }
    here = lab(points={"count": 3}, faults=[held])
    since, change = plan(here)
    started = fix(NAME).apply(case(here, cleanup_since=since), change)
    assert (started.progress, started.track is not None) == (Progress.STARTED, True)
    assert "DiskRestorePointUsedByCustomer" in (started.reason or "")
    here.later(minutes=10)
    left = fix(NAME).follow(case(here), change, started.track)
    assert (left.progress, left.after) == (Progress.FAILED, {"points": 1})


def test_points_of_which_none_can_go_now_are_a_failure_with_azures_word(lab: MakeLab) -> None:
    held = {
        "match": "DELETE */restorePoints/*",
        "status": 409,
        "times": 9,
        "body": "code:DiskRestorePointUsedByCustomer",
    }
    here = lab(points={"count": 3}, faults=[held])
    since, change = plan(here)
    found = fix(NAME).apply(case(here, cleanup_since=since), change)
    assert found.progress is Progress.FAILED
    assert "DiskRestorePointUsedByCustomer" in (found.reason or "")
