"""Delete the VM's restore points one by one, where the deletion of their whole collection did not come to an end."""

from playbooks.case import Case
from playbooks.fixes import Applied, Change, Plan, Progress
from playbooks.fixes._shared import refuse, running_job
from playbooks.fixes.delete_restore_point_collection import refusal, riskier
from responder.azure.model import Collection, Point
from responder.errors import Conflict
from responder.guards import Refusal, deletion_risk, may_delete_point
from responder.incident import Risk
from responder.language import say
from responder.wire import plain

NAME = "delete-restore-points"
RISKS = (Risk.SAFE, Risk.DISRUPTIVE)
IMPACT = (
    "The instant restore points of this VM are gone for good: a restore from before comes from the vault tier, "
    "which is slower, and points that are not there yet are lost. The VM itself is not touched."
)


def plan(case: Case) -> Plan:
    """All points of the one collection of this VM that the service made, under the laws of the collection's deletion.

    Compute takes 1000 deletions of points in 30 minutes; a collection holds at most some hundreds. Source: Troubleshoot
    Azure VM backup failures, "Clean up restore point collection"; recorded rate limits of Compute.
    """
    running = running_job(case)
    if running:
        return Plan(fix=NAME, busy_job=running)
    return Plan(fix=NAME, changes=[_change(case, entry) for entry in case.service_collections() if entry.points])


def apply(case: Case, change: Change) -> Applied:
    """Start the deletion of every point that is not on its way out yet, so that a second try only adds what is left."""
    now = case.gateway.collection(change.target)
    if now is None or not now.points:
        return _gone()
    refused = _refusal(case, now) or riskier(case, now, change)
    if refused:
        return refuse(refused)
    return _delete(case, [point for point in now.points if not _is_going(point)])


def _delete(case: Case, points: list[Point]) -> Applied:
    """Ask for the deletion of each point; one that cannot go now (an open export holds it) does not keep the others."""
    track, held = None, ""
    for point in points:
        try:
            track = case.gateway.delete_point(point.id) or track
        except Conflict as conflict:
            held = f"{conflict.code}: {conflict.message}"
    if held and track is None:
        return Applied(progress=Progress.FAILED, reason=held, after={"points": len(points)})
    return Applied(progress=Progress.STARTED, track=track, reason=held or None)


def follow(case: Case, change: Change, track: str | None) -> Applied:
    """Done once no point is left; ``track`` is the deletion that was asked for last."""
    now = case.gateway.collection(change.target)
    if now is None or not now.points:
        return _gone()
    going = any(_is_going(point) for point in now.points) or (track and case.gateway.operation(track).running)
    left = {"points": len(now.points)}
    if going:
        return Applied(progress=Progress.STARTED, after=left, track=track)
    reason = say("{count} restore points are left.", count=len(now.points))
    return Applied(progress=Progress.FAILED, after=left, reason=reason)


def _change(case: Case, collection: Collection) -> Change:
    points = collection.points or []
    return Change(
        target=collection.id,
        risk=deletion_risk(points, case.recovery_points()),
        summary=say(
            "Delete the {count} instant restore points of {collection} one by one",
            count=len(points),
            collection=collection.id,
        ),
        before=plain(collection),
        undo=say("Cannot be undone: the instant restore points are gone. Recovery points in the vault tier remain."),
        refused=_refusal(case, collection),
    )


def _refusal(case: Case, collection: Collection) -> Refusal | None:
    points = (may_delete_point(point, collection) for point in collection.points or [])
    return refusal(case, collection) or next((why for why in points if why), None)


def _is_going(point: Point) -> bool:
    return (point.state or "").lower() == "deleting"


def _gone() -> Applied:
    return Applied(progress=Progress.DONE, after={"points": 0})
