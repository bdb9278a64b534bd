"""Remove the locks on the service's own restore point group, or on the VM's collection in it."""

import json
import shlex

from playbooks.case import Case
from playbooks.checks.restore_point_locks import covers, removable
from playbooks.fixes import Applied, Change, Plan, Progress
from responder.azure.model import Collection, Lock
from responder.guards import Refusal
from responder.ids import same
from responder.incident import Risk
from responder.wire import plain

NAME = "remove-restore-point-locks"
_GONE = {"exists": False}


def plan(case: Case) -> Plan:
    """Every lock that covers the VM's restore points; one that may not go forbids the whole plan."""
    collections = case.service_collections()
    found = {lock.id.lower(): (lock, entry) for entry in collections for lock in case.locks() if covers(lock, entry)}
    return Plan(fix=NAME, changes=[_change(case, lock, entry) for lock, entry in found.values()])


def apply(case: Case, change: Change) -> Applied:
    """Delete one lock, if it still stands as it was planned."""
    lock = next((entry for entry in case.locks() if same(entry.id, change.target)), None)
    if lock is None:
        return Applied(progress=Progress.DONE, after=_GONE, reason="The lock is gone.")
    refused = _refused_now(case, lock, change)
    if refused:
        return Applied(progress=Progress.REFUSED, reason=f"{refused.reason}: {refused.text}")
    case.gateway.delete_lock(lock.id)
    return Applied(progress=Progress.DONE, after=_GONE)


def follow(_case: Case, _change: Change, _track: str | None) -> Applied:
    """Deleting a lock is synchronous: there is nothing to follow."""
    return Applied(progress=Progress.DONE)


def _change(case: Case, lock: Lock, collection: Collection) -> Change:
    return Change(
        target=lock.id,
        risk=Risk.SAFE,
        summary=f"Remove the {lock.level} lock {lock.name} from {lock.scope}",
        before=plain(lock),
        undo=_undo(lock),
        because_of=collection.id,
        refused=removable(case, lock, collection),
    )


def _refused_now(case: Case, lock: Lock, change: Change) -> Refusal | None:
    if plain(lock) != change.before:
        return Refusal(reason="ChangedMeanwhile", text=f"Lock {lock.name} is not as it was when the plan was made.")
    collection = case.gateway.collection(change.because_of or "")
    if collection is None or not covers(lock, collection):
        return Refusal(reason="NothingLocked", text=f"Lock {lock.name} covers no restore point of this VM.")
    return removable(case, lock, collection)


def _undo(lock: Lock) -> str:
    """One call that puts the lock back as it was; quoted, because notes are free text."""
    body = json.dumps(lock.raw, separators=(",", ":"))
    return shlex.join(["az", "rest", "--method", "put", "--url", f"{lock.id}?api-version=2020-05-01", "--body", body])
