"""Removed locks come back as they were, one by one, and never twice."""

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from playbooks.fixes import Progress, fix
from playbooks.fixes.remove_restore_point_locks import NAME, put_back, removed
from responder.azure.gateway import Gateway
from responder.azure.model import Lock
from responder.incident import Action, ActionState
from tests.playbooks.conftest import Lab, MakeLab
from tests.playbooks.fixes.cases import case

LOCKS: dict[str, Any] = {
    "locks": [
        {"at": "group", "name": "keep", "notes": "ask first; sig=abcdefghijklmnop"},
        {"at": "collection", "name": "too", "level": "ReadOnly"},
    ],
    "lock_settle": 0,
}


def unlocked(here: Lab) -> list[Action]:
    """What an incident records of having removed every lock."""
    actions = []
    for change in fix(NAME).plan(case(here)).changes:
        assert fix(NAME).apply(case(here), change).progress is Progress.DONE
        actions.append(
            Action(
                fix=NAME,
                target=change.target,
                risk=change.risk,
                state=ActionState.DONE,
                summary=change.summary,
                before=change.before,
                started_at=here.clock.now(),
            )
        )
    assert case(here).locks() == []
    return actions


def test_they_come_back_whole_and_once(lab: MakeLab) -> None:
    here = lab(**LOCKS)
    gateway, before = Gateway(here.settings, changing=True), case(here).locks()
    actions = unlocked(here)
    assert [entry.state for entry in put_back(gateway, actions)] == ["put-back", "put-back"]
    assert [_low(lock) for lock in case(here).locks()] == [_low(lock) for lock in before]
    changes = len(here.cloud.mutations)
    assert [entry.state for entry in put_back(gateway, actions)] == ["exists", "exists"]
    assert len(here.cloud.mutations) == changes


def test_only_locks_that_were_removed_count_and_each_once(lab: MakeLab) -> None:
    here = lab(**LOCKS)
    actions = unlocked(here)
    refused = [replace(entry, state=ActionState.REFUSED) for entry in actions]
    other = [replace(entry, fix="delete-restore-point-collection") for entry in actions]
    assert removed([*refused, *other]) == []
    assert removed([*actions, *actions]) == actions


def test_what_stops_one_does_not_stop_the_others(lab: MakeLab) -> None:
    here = lab(**LOCKS)
    one, two = unlocked(here)
    here.cloud.world.locks.clear()
    foreign = replace(one, target=one.target + "x")
    garbled = replace(one, target=one.target + "y", before={"id": 7})
    told = put_back(Gateway(here.settings, changing=True), [foreign, garbled, two])
    assert [entry.state for entry in told] == ["failed", "failed", "put-back"]
    assert [(entry.reason or "").partition(":")[0] for entry in told[:2]] == ["RecordMismatch", "RecordMismatch"]


@pytest.mark.parametrize("action", ["write", "read"])
def test_a_missing_right_is_said_so(lab: MakeLab, action: str) -> None:
    here = lab(**LOCKS)
    actions = unlocked(here)
    here.cloud.world.spec = _without(here, f"Microsoft.Authorization/locks/{action}")
    told = put_back(Gateway(here.settings, changing=True), actions)
    assert [(entry.state, (entry.reason or "").partition(":")[0]) for entry in told] == [("failed", "Forbidden")] * 2


def _low(lock: Lock) -> str:
    """ARM writes the ids of a lock that was put back with other capitals."""
    return msgspec.json.encode(lock).decode().lower()


def _without(here: Lab, action: str) -> Any:
    spec = here.cloud.world.spec
    return replace(spec, rbac=replace(spec.rbac, deny=[action]))
