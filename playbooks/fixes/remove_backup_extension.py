"""Remove the snapshot extension of Azure Backup where it is in a bad state: the next backup installs it again."""

from playbooks.case import Case
from playbooks.fixes import Applied, Change, Plan, Progress
from playbooks.fixes._shared import refuse, running_job
from responder.azure.model import Extension
from responder.errors import Conflict
from responder.guards import Refusal, is_backup_extension, may_remove_extension
from responder.ids import same
from responder.incident import Risk
from responder.language import say
from responder.wire import plain

NAME = "remove-backup-extension"
RISKS = (Risk.DISRUPTIVE,)
IMPACT = (
    "The backup extension is removed from this VM, and the next backup installs it again. The VM keeps running; "
    "its backups fail until then."
)
_GONE = {"exists": False}


def plan(case: Case) -> Plan:
    """The extension, if it is there and in a bad state.

    Source: Troubleshoot Azure VM backup failures, ``ExtensionStuckInDeletionState`` and "VM agent, extension".
    """
    running = running_job(case)
    if running:
        return Plan(fix=NAME, busy_job=running)
    bad = [entry for entry in case.extensions() if is_backup_extension(entry) and not _sound(entry)]
    return Plan(fix=NAME, changes=[_change(case, entry) for entry in bad])


def apply(case: Case, change: Change) -> Applied:
    """Start the removal, if the extension is still bad and nothing stands against it."""
    extension = _find(case.extensions(), change)
    if extension is None:
        return Applied(progress=Progress.DONE, reason=say("The extension is gone."), after=_GONE)
    if _sound(extension):
        reason = say("It is in good order again: not removed.")
        return Applied(progress=Progress.DONE, reason=reason, after=_state(extension))
    if _being_removed(extension, change):
        return Applied(progress=Progress.STARTED, reason=say("The extension is already being removed."))
    refused = _refusal(case, extension)
    if refused:
        return refuse(refused)
    try:
        track = case.gateway.delete_extension(case.subject.vm_id, extension.name)
    except Conflict as busy:  # maybe an earlier try of this change, whose answer was lost
        return Applied(progress=Progress.STARTED, reason=busy.message)
    return Applied(progress=Progress.STARTED, track=track)


def follow(case: Case, change: Change, track: str | None) -> Applied:
    """Done once the extension is not listed any more."""
    extension = _find(case.gateway.extensions(case.subject.vm_id), change)
    if extension is None:
        return Applied(progress=Progress.DONE, after=_GONE)
    operation = case.gateway.operation(track) if track else None
    if operation is None:
        going = _being_removed(extension, change)
        why = say("The extension is still there, {state}.", state=extension.state)
        return Applied(progress=Progress.STARTED if going else Progress.FAILED, reason=why, after=_state(extension))
    if operation.running or operation.status == "Succeeded":
        return Applied(progress=Progress.STARTED, track=track, after=_state(extension))
    why = f"{operation.code}: {operation.message}"
    return Applied(progress=Progress.FAILED, reason=why, after=_state(extension))


def _change(case: Case, extension: Extension) -> Change:
    return Change(
        target=extension.id,
        risk=Risk.DISRUPTIVE,
        summary=say(
            "Remove extension {name}, {state}; the next backup installs it again",
            name=extension.name,
            state=extension.state,
        ),
        before=plain(extension),
        undo=say("Nothing is to be done: the next backup installs the extension again."),
        refused=_refusal(case, extension),
    )


def _refusal(case: Case, extension: Extension) -> Refusal | None:
    return may_remove_extension(extension, case.extensions(), case.machine(), case.jobs())


def _find(extensions: list[Extension], change: Change) -> Extension | None:
    return next((entry for entry in extensions if same(entry.id, change.target)), None)


def _sound(extension: Extension) -> bool:
    return (extension.state or "").lower() == "succeeded"


def _being_removed(extension: Extension, change: Change) -> bool:
    """Whether a removal runs that had not begun when the plan was made; one that is stuck since then is no removal."""
    return extension.state == "Deleting" and change.before.get("state") != "Deleting"


def _state(extension: Extension) -> dict[str, str | None]:
    return {"state": extension.state}
