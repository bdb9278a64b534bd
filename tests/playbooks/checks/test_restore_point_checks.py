"""Checks of restore points: how many, how often, in which collections, under which locks."""

from typing import Any

import pytest

from responder.incident import Verdict
from tests.playbooks.checks.looking import CANNOT_TELL, CONFIRMED, RULED_OUT, case, look, verdict
from tests.playbooks.conftest import MakeLab


@pytest.mark.parametrize(
    "check, world, expected",
    [
        ("restore-points-full", {}, CONFIRMED),
        ("restore-points-full", {"points": {"count": 17}}, RULED_OUT),
        ("other-collections", {}, RULED_OUT),
        ("backups-per-day", {}, RULED_OUT),
        ("backups-per-day", {"past_jobs": [{"hours_ago": 8}]}, CONFIRMED),
        ("restore-point-locks", {}, RULED_OUT),
        ("restore-point-locks", {"locks": [{"at": "group"}]}, CONFIRMED),
        ("restore-point-locks", {"locks": [{"at": "subscription"}]}, CONFIRMED),
        ("restore-point-locks", {"locks": [{"at": "vm-group"}]}, RULED_OUT),
    ],
)
def test_restore_points(lab: MakeLab, check: str, world: dict[str, Any], expected: Verdict) -> None:
    assert verdict(lab(**world), check) is expected


def test_a_lock_says_why_it_may_not_be_removed(lab: MakeLab) -> None:
    found = look(
        lab(locks=[{"at": "group", "name": "own"}, {"at": "subscription", "name": "all"}]), "restore-point-locks"
    )
    facts = {entry.what: entry.value for entry in found.evidence}
    assert facts["lock own"]["mayBeRemoved"] is True
    assert (facts["lock all"]["mayBeRemoved"], facts["lock all"]["reason"]) == (False, "InheritedLock")


def test_without_a_collection_locks_cannot_be_judged(lab: MakeLab) -> None:
    here = lab(locks=[{"at": "group"}])
    here.cloud.world.collections.clear()
    assert verdict(here, "restore-point-locks") is CANNOT_TELL
    assert case(here).collections() == []
