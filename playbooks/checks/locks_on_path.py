"""Locks on the vault, on the VM or on its group, inherited ones too."""

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts import options
from playbooks.facts.verdicts import confirmed, ruled_out
from playbooks.model import Cause
from responder.azure.model import Lock
from responder.ids import within
from responder.incident import Evidence
from responder.language import say

_LEVELS = ("ReadOnly", "CanNotDelete")


def look(case: Case, cause: Cause) -> Seen:
    """Confirmed if a lock of one of ``using.levels`` (both) covers the vault, the VM or something in one of them.

    Source: Microsoft Learn, "Lock your Azure resources to protect your infrastructure", lock inheritance: a ReadOnly
    lock stops actions that are sent as POST, too.
    """
    path = {say("VM"): case.subject.vm_id, say("vault"): str(case.subject.item.vault)}
    levels = options.words(cause, "levels", _LEVELS)
    wanted = [lock for lock in case.locks() if options.among(lock.level, levels)]
    found = [(what, lock) for lock in wanted for what, where in path.items() if _covers(lock, where)]
    if not found:
        evidence = [
            Evidence(what=say("{what} without a lock", what=what), value=where, source=where)
            for what, where in path.items()
        ]
        return ruled_out(say("No lock covers the VM or the vault."), evidence)
    told = "; ".join(_told(lock, what) for what, lock in found)
    return confirmed(
        say("Locks stand in the way: {locks}.", locks=told), [_evidence(lock, what) for what, lock in found]
    )


def _covers(lock: Lock, where: str) -> bool:
    return within(lock.scope, where) or within(where, lock.scope)


def _told(lock: Lock, what: str) -> str:
    return say(
        "{lock} ({level}) covers the {what}, from {scope}",
        lock=lock.name,
        level=lock.level,
        what=what,
        scope=lock.scope,
    )


def _evidence(lock: Lock, what: str) -> Evidence:
    value = {"level": lock.level, "scope": lock.scope, "notes": lock.notes, "owners": lock.owners}
    return Evidence(what=say("lock {lock} over the {what}", lock=lock.name, what=what), value=value, source=lock.id)
