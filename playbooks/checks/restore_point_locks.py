"""Locks that keep the service from deleting old restore points, at every scope that covers the VM's collection."""

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.model import Cause
from responder.azure.model import Collection, Lock
from responder.guards import Refusal, may_remove_lock
from responder.ids import ResourceId, within
from responder.incident import Evidence, Verdict
from responder.language import say


def look(case: Case, _cause: Cause) -> Seen:
    """Confirmed if any lock on the subscription, the restore point group or the collection covers the points.

    Source: Lock your resources, "Considerations before applying your locks" (Azure Backup).
    """
    collections = case.service_collections()
    pairs = [(lock, entry) for entry in collections for lock in case.locks() if covers(lock, entry)]
    if not collections:
        summary = say("No restore point collection of this VM was found.")
        return Seen(verdict=Verdict.CANNOT_TELL, summary=summary)
    if not pairs:
        return Seen(
            verdict=Verdict.RULED_OUT,
            summary=say("No lock covers the VM's restore points."),
            evidence=[_where(entry) for entry in collections],
        )
    refusals = [removable(case, lock, entry) for lock, entry in pairs]
    names = ", ".join(sorted({lock.name for lock, _ in pairs}))
    return Seen(
        verdict=Verdict.CONFIRMED,
        summary=say("Locked: {locks} keeps the Backup service from deleting old restore points.", locks=names),
        evidence=[_evidence(lock, why) for (lock, _), why in zip(pairs, refusals, strict=True)],
        reasons=sorted({why.reason for why in refusals if why}),
    )


def covers(lock: Lock, collection: Collection) -> bool:
    """Whether a lock applies to the collection: it sits on it, below it, or above it."""
    return within(lock.scope, collection.id) or within(collection.id, lock.scope)


def removable(case: Case, lock: Lock, collection: Collection) -> Refusal | None:
    """Why the app may not remove the lock, on the case's facts; None if it may."""
    foreign = case.foreign(collection)
    if foreign:
        return foreign
    where = ResourceId.parse(collection.id)
    contents = case.group_resources(where.group) if where else []
    return may_remove_lock(lock, collection, contents, case.subject.policy)


def _where(collection: Collection) -> Evidence:
    what = say("restore point collection without a lock")
    return Evidence(what=what, value=collection.id, source=collection.id)


def _evidence(lock: Lock, why: Refusal | None) -> Evidence:
    value = {"level": lock.level, "scope": lock.scope, "notes": lock.notes, "mayBeRemoved": why is None}
    if why:
        value |= {"reason": why.reason, "because": why.text}
    return Evidence(what=say("lock {lock}", lock=lock.name), value=value, source=lock.id)
