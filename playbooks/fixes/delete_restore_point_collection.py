"""Delete the VM's restore point collection: the way out when the service's own clean-up did not come."""

from datetime import timedelta

from playbooks.case import Case
from playbooks.fixes import Applied, Change, Plan, Progress
from playbooks.fixes._shared import refuse, running_job
from responder.azure.model import Collection
from responder.guards import Refusal, deletion_risk, may_delete_collection
from responder.incident import Risk
from responder.language import say
from responder.wire import plain

NAME = "delete-restore-point-collection"
RISKS = (Risk.SAFE, Risk.DISRUPTIVE)
IMPACT = (
    "The instant restore points of this VM are gone for good: a restore from before comes from the vault tier, "
    "which is slower, and points that are not there yet are lost. The VM itself is not touched."
)


def plan(case: Case) -> Plan:
    """The one collection of this VM that the service made; safe only if each of its points is in the vault tier."""
    running = running_job(case)
    if running:
        return Plan(fix=NAME, busy_job=running)
    return Plan(fix=NAME, changes=[_change(case, entry) for entry in case.service_collections()])


def apply(case: Case, change: Change) -> Applied:
    """Start the deletion, if the collection may still be deleted at the planned risk."""
    now = case.gateway.collection(change.target)
    if now is None:
        return Applied(progress=Progress.DONE, reason=say("The collection is gone."), after={"points": 0})
    if now.state == "Deleting":
        return Applied(progress=Progress.STARTED, reason=say("The collection is already being deleted."))
    refused = refusal(case, now) or riskier(case, now, change)
    if refused:
        return refuse(refused)
    return Applied(progress=Progress.STARTED, track=case.gateway.delete_collection(now.id))


def follow(case: Case, change: Change, track: str | None) -> Applied:
    """Done once the collection is gone. A deletion of many points may time out and works when it is repeated.

    Source: Troubleshoot Azure VM backup failures, "Clean up restore point collection" (note on time-outs).
    """
    now = case.gateway.collection(change.target)
    if now is None:
        return Applied(progress=Progress.DONE, after={"points": 0})
    operation = case.gateway.operation(track) if track else None
    if operation is None or operation.running:
        running = now.state == "Deleting" or operation is not None
        return Applied(progress=Progress.STARTED if running else Progress.FAILED, track=track)
    left = {"points": len(now.points or [])}
    if operation.status == "Succeeded":
        return Applied(progress=Progress.STARTED, after=left, track=track)
    return Applied(progress=Progress.FAILED, after=left, reason=f"{operation.code}: {operation.message}")


def _change(case: Case, collection: Collection) -> Change:
    return Change(
        target=collection.id,
        risk=deletion_risk(collection.points or [], case.recovery_points()),
        summary=say(
            "Delete {collection} with {count} instant restore points",
            collection=collection.id,
            count=len(collection.points or []),
        ),
        before=plain(collection),
        undo=say("Cannot be undone: the instant restore points are gone. Recovery points in the vault tier remain."),
        refused=refusal(case, collection),
    )


def refusal(case: Case, collection: Collection) -> Refusal | None:
    """Why the collection and its points may not be deleted; None if they may."""
    return case.foreign(collection) or may_delete_collection(
        case.jobs(),
        cleanup_since=case.subject.cleanup_since,
        grace=timedelta(hours=case.settings.cleanup_hours),
        now=case.now,
    )


def riskier(case: Case, collection: Collection, change: Change) -> Refusal | None:
    """A refusal if the deletion was planned as safe and is not safe any more."""
    risk = deletion_risk(collection.points or [], case.recovery_points())
    if risk is Risk.DISRUPTIVE and change.risk is Risk.SAFE:
        text = say("A restore point that is not in the vault tier has appeared.")
        return Refusal(reason="ChangedMeanwhile", text=text)
    return None
