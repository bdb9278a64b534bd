"""Fixes look again right before they change anything: what changed is refused, what is done is not repeated."""

import json
import shlex
from datetime import datetime, timedelta
from typing import Any

import pytest

from playbooks.fixes import Plan, Progress, fix
from responder.errors import Forbidden, ScopeLocked
from responder.incident import Risk
from sandbox.arm.world import Lock, Point, RecoveryPoint
from tests.playbooks.conftest import Lab, MakeLab

UNLOCK = "remove-restore-point-locks"
DELETE = "delete-restore-point-collection"
WHY = 'don\'t; $(touch this) `or` "that"'
LOCKED: dict[str, Any] = {"locks": [{"at": "group", "name": "keep", "notes": WHY}]}


def plan(lab: Lab, name: str, since: datetime | None = None) -> Plan:
    return fix(name).plan(lab.case(cleanup_since=since))


def a_day_ago(lab: Lab) -> datetime:
    return lab.clock.now() - timedelta(hours=25)


class TestLocks:
    def test_the_lock_is_recorded_whole_and_can_be_put_back_by_one_call(self, lab: MakeLab) -> None:
        here = lab(**LOCKED)
        (change,) = plan(here, UNLOCK).changes
        assert (change.risk, change.refused) == (Risk.SAFE, None)
        assert change.before["notes"] == WHY
        words = shlex.split(change.undo or "")
        assert words[:5] == ["az", "rest", "--method", "put", "--url"]
        assert words[5].startswith("/subscriptions/")
        assert json.loads(words[7])["properties"] == {"level": "CanNotDelete", "notes": WHY}

    def test_a_lock_is_removed_once(self, lab: MakeLab) -> None:
        here = lab(**LOCKED, lock_settle=0)
        (change,) = plan(here, UNLOCK).changes
        done = fix(UNLOCK).apply(here.case(), change)
        assert (done.progress, done.after) == (Progress.DONE, {"exists": False})
        assert fix(UNLOCK).apply(here.case(), change).reason == "The lock is gone."
        assert fix(UNLOCK).follow(here.case(), change, None).progress is Progress.DONE
        assert [entry["status"] for entry in here.cloud.mutations] == [200]

    def test_a_lock_that_was_changed_since_the_plan_stays(self, lab: MakeLab) -> None:
        here = lab(**LOCKED)
        (change,) = plan(here, UNLOCK).changes
        here.cloud.world.locks[0].notes = "still needed, ask first"
        self._refused(here, change, "ChangedMeanwhile")

    def test_a_lock_whose_group_got_another_resource_stays(self, lab: MakeLab) -> None:
        here = lab(**LOCKED)
        (change,) = plan(here, UNLOCK).changes
        where = here.cloud.world.subject.collection_id.replace("/restorePointCollections/", "/disks/")
        here.cloud.world.collections[-1].id = where
        self._refused(here, change, "GroupHoldsOthers")

    def test_a_lock_whose_collection_now_belongs_to_another_vm_stays(self, lab: MakeLab) -> None:
        here = lab(**LOCKED)
        (change,) = plan(here, UNLOCK).changes
        mine = here.cloud.world.collection(here.cloud.world.subject.collection_id)
        assert mine is not None
        mine.machine = here.cloud.world.items[-1].machine
        self._refused(here, change, "OtherVm")

    def test_a_lock_whose_collection_is_gone_stays(self, lab: MakeLab) -> None:
        here = lab(**LOCKED)
        (change,) = plan(here, UNLOCK).changes
        here.cloud.world.collections.clear()
        self._refused(here, change, "NothingLocked")

    def test_a_missing_right_is_said_so(self, lab: MakeLab) -> None:
        here = lab(**LOCKED, rbac={"deny": ["Microsoft.Authorization/locks/delete"]})
        (change,) = plan(here, UNLOCK).changes
        with pytest.raises(Forbidden) as missing:
            fix(UNLOCK).apply(here.case(), change)
        assert missing.value.action == "Microsoft.Authorization/locks/delete"

    def _refused(self, here: Lab, change: Any, reason: str) -> None:
        applied = fix(UNLOCK).apply(here.case(), change)
        assert applied.progress is Progress.REFUSED
        assert (applied.reason or "").startswith(f"{reason}: ")
        assert here.cloud.mutations == []


class TestDeletion:
    def test_the_vms_collection_alone_is_planned_and_safe_when_all_is_in_the_vault(self, lab: MakeLab) -> None:
        here = lab()
        (change,) = plan(here, DELETE, a_day_ago(here)).changes
        assert change.target == here.cloud.world.subject.collection_id
        assert (change.risk, change.refused) == (Risk.SAFE, None)

    def test_points_outside_of_the_vault_need_an_approval(self, lab: MakeLab) -> None:
        here = lab(points={"tier": "mixed"})
        assert plan(here, DELETE, a_day_ago(here)).risk is Risk.DISRUPTIVE

    def test_before_the_services_own_time_is_over_the_plan_is_refused(self, lab: MakeLab) -> None:
        here = lab()
        assert [why.reason for why in plan(here, DELETE).refusals] == ["CleanupNotDue"]
        since = here.clock.now() - timedelta(hours=23)
        assert [why.reason for why in plan(here, DELETE, since).refusals] == ["CleanupNotDue"]

    def test_a_running_job_makes_the_plan_wait(self, lab: MakeLab) -> None:
        here = lab(running_job={"minutes_ago": 5})
        found = plan(here, DELETE, a_day_ago(here))
        assert found.busy_job is not None
        assert found.changes == []

    def test_it_is_started_once_and_followed_to_its_end(self, lab: MakeLab) -> None:
        here = lab()
        since = a_day_ago(here)
        (change,) = plan(here, DELETE, since).changes
        started = fix(DELETE).apply(here.case(cleanup_since=since), change)
        assert started.progress is Progress.STARTED
        again = fix(DELETE).apply(here.case(cleanup_since=since), change)
        assert (again.progress, again.track) == (Progress.STARTED, None)
        assert fix(DELETE).follow(here.case(), change, started.track).progress is Progress.STARTED
        assert fix(DELETE).follow(here.case(), change, None).progress is Progress.STARTED
        here.later(minutes=3)
        assert fix(DELETE).follow(here.case(), change, started.track).after == {"points": 0}
        assert fix(DELETE).apply(here.case(cleanup_since=since), change).reason == "The collection is gone."
        assert [entry["status"] for entry in here.cloud.mutations] == [202]

    def test_a_deletion_that_timed_out_has_failed(self, lab: MakeLab) -> None:
        here = lab(collection_delete={"times_out": 1})
        since = a_day_ago(here)
        (change,) = plan(here, DELETE, since).changes
        started = fix(DELETE).apply(here.case(cleanup_since=since), change)
        here.later(hours=1)
        failed = fix(DELETE).follow(here.case(), change, started.track)
        assert failed.progress is Progress.FAILED
        assert 0 < failed.after["points"] < 18
        assert fix(DELETE).follow(here.case(), change, None).progress is Progress.FAILED

    @pytest.mark.parametrize(
        "spoil, reason",
        [
            ("job", "BackupRunning"),
            ("point", "ChangedMeanwhile"),
            ("source", "OtherVm"),
        ],
    )
    def test_what_changed_since_the_plan_is_refused(self, lab: MakeLab, spoil: str, reason: str) -> None:
        here = lab()
        since = a_day_ago(here)
        (change,) = plan(here, DELETE, since).changes
        case = here.case(cleanup_since=since)
        _spoil(here, spoil)
        applied = fix(DELETE).apply(case, change)
        assert applied.progress is Progress.REFUSED
        assert (applied.reason or "").startswith(f"{reason}: ")
        assert here.cloud.mutations == []

    def test_a_lock_that_came_meanwhile_stops_it(self, lab: MakeLab) -> None:
        here = lab()
        since = a_day_ago(here)
        (change,) = plan(here, DELETE, since).changes
        here.cloud.world.locks.append(Lock(change.target, "new", "CanNotDelete"))
        with pytest.raises(ScopeLocked):
            fix(DELETE).apply(here.case(cleanup_since=since), change)


def _spoil(here: Lab, what: str) -> None:
    world = here.cloud.world
    mine = world.collection(world.subject.collection_id)
    assert mine is not None
    now = here.clock.now()
    if what == "job":
        assert world.failed_job is not None
        world.failed_job.ends = now + timedelta(hours=1)
    elif what == "point":
        mine.points.append(Point(now, now))
        world.subject.recovery_points.append(RecoveryPoint("9", now))
    else:
        mine.machine = world.items[-1].machine


def test_the_fingerprint_is_of_the_exact_plan(lab: MakeLab) -> None:
    here = lab(**LOCKED)
    first = plan(here, UNLOCK)
    assert plan(here, UNLOCK).fingerprint == first.fingerprint
    here.cloud.world.locks[0].notes = "changed"
    assert plan(here, UNLOCK).fingerprint != first.fingerprint
