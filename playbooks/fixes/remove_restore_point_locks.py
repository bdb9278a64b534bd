"""Remove the locks on the service's own restore point group, or on the VM's collection in it."""

import json
import shlex
from collections.abc import Iterable

from msgspec import ValidationError

from playbooks.case import Case
from playbooks.checks.restore_point_locks import covers, removable
from playbooks.fixes import Applied, Change, Plan, Progress
from playbooks.fixes._shared import refuse
from responder.azure.gateway import Gateway
from responder.azure.model import Collection, Lock
from responder.errors import ArmError, Forbidden
from responder.guards import Refusal, may_put_back
from responder.ids import same
from responder.incident import Action, ActionState, Risk
from responder.language import say
from responder.missing import right
from responder.notify.redact import redact
from responder.wire import Wire, plain, typed

NAME = "remove-restore-point-locks"
RISKS = (Risk.SAFE,)
IMPACT = (
    "Locks on the restore point group of the Backup service are removed. Until they are put back, its restore "
    "points can be deleted by whoever has the right to."
)
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
        return Applied(progress=Progress.DONE, after=_GONE, reason=say("The lock is gone."))
    refused = _refused_now(case, lock, change)
    if refused:
        return refuse(refused)
    case.gateway.delete_lock(lock.id)
    return Applied(progress=Progress.DONE, after=_GONE)


def follow(_case: Case, _change: Change, _track: str | None) -> Applied:
    """Deleting a lock is synchronous: there is nothing to follow."""
    return Applied(progress=Progress.DONE)


class PutBack(Wire):
    """What became of one removed lock: ``put-back``, ``exists``, or ``failed`` with the reason."""

    id: str
    state: str
    reason: str | None = None


def removed(actions: Iterable[Action]) -> list[Action]:
    """The actions by which locks were removed, the last one of each lock."""
    done = [entry for entry in actions if entry.fix == NAME and entry.state is ActionState.DONE and entry.before]
    return list({entry.target.lower(): entry for entry in done}.values())


def put_back(gateway: Gateway, actions: Iterable[Action]) -> list[PutBack]:
    """Put every removed lock back as it was recorded; those that exist are left as they are. Never ends half-way."""
    return [_put_back(gateway, entry) for entry in removed(actions)]


def _put_back(gateway: Gateway, action: Action) -> PutBack:
    try:
        lock = typed(action.before, Lock)
    except ValidationError as error:
        return _failed(action, f"RecordMismatch: {error}")
    refused = may_put_back(lock, action.target)
    if refused:
        return _failed(action, f"{refused.reason}: {refused.text}")
    try:
        if any(same(entry.id, lock.id) for entry in gateway.locks(lock.scope.split("/")[2])):
            return PutBack(id=lock.id, state="exists")
        gateway.put_lock(lock)
    except Forbidden as missing:
        return _failed(action, f"Forbidden: {right(missing)}")
    except ArmError as error:
        return _failed(action, f"{type(error).__name__}: {error}")
    return PutBack(id=lock.id, state="put-back")


def _failed(action: Action, reason: str) -> PutBack:
    return PutBack(id=action.target, state="failed", reason=redact(reason))


def _change(case: Case, lock: Lock, collection: Collection) -> Change:
    return Change(
        target=lock.id,
        risk=Risk.SAFE,
        summary=say("Remove the {level} lock {lock} from {scope}", level=lock.level, lock=lock.name, scope=lock.scope),
        before=plain(lock),
        undo=_undo(lock),
        because_of=collection.id,
        refused=removable(case, lock, collection),
    )


def _refused_now(case: Case, lock: Lock, change: Change) -> Refusal | None:
    if plain(lock) != change.before:
        text = say("Lock {lock} is not as it was when the plan was made.", lock=lock.name)
        return Refusal(reason="ChangedMeanwhile", text=text)
    collection = case.gateway.collection(change.because_of or "")
    if collection is None or not covers(lock, collection):
        text = say("Lock {lock} covers no restore point of this VM.", lock=lock.name)
        return Refusal(reason="NothingLocked", text=text)
    return removable(case, lock, collection)


def _undo(lock: Lock) -> str:
    """One call that puts the lock back as it was; quoted, because notes are free text."""
    body = json.dumps(lock.raw, separators=(",", ":"))
    return shlex.join(["az", "rest", "--method", "put", "--url", f"{lock.id}?api-version=2020-05-01", "--body", body])
