"""What several fixes share: how they refuse, what they record of a VM, and one request to Compute and its end."""

from collections.abc import Callable
from typing import Any

from playbooks.case import Case
from playbooks.fixes import Applied, Change, Plan, Progress
from responder.azure.model import Machine
from responder.errors import Conflict, Unavailable
from responder.guards import Refusal, is_running
from responder.incident import Risk
from responder.language import say
from responder.wire import plain


def refuse(refused: Refusal) -> Applied:
    """The change is not made; the name of the reason comes first."""
    return Applied(progress=Progress.REFUSED, reason=f"{refused.reason}: {refused.text}")


def running_job(case: Case) -> str | None:
    """The backup job of the VM that has to end before anything about the VM may be planned."""
    return next((job.id for job in case.jobs() if is_running(job)), None)


def plan_for_vm(case: Case, fix: str, summary: str, undo: str, refused: Callable[[], Refusal | None]) -> Plan:
    """One disruptive change of the VM itself, once no backup job runs; ``refused`` asks its law."""
    running = running_job(case)
    if running:
        return Plan(fix=fix, busy_job=running)
    machine = case.machine_if_there()
    change = Change(
        target=case.subject.vm_id,
        risk=Risk.DISRUPTIVE,
        summary=summary,
        before=condition(machine) if machine else None,
        undo=undo,
        refused=refused(),
    )
    return Plan(fix=fix, changes=[change])


def condition(machine: Machine) -> dict[str, Any]:
    """What an incident keeps of a VM before and after a change: power, provisioning state, agent."""
    agent = plain(machine.agent) if machine.agent else None
    return {"power": machine.power, "state": machine.state, "agent": agent}


def send(case: Case, request: Callable[[], str | None]) -> Applied:
    """Make one request to Compute about the VM. One without a clear answer is never sent again blindly: see `follow`.

    Nor is one that was about to be sent when the app was stopped.

    Raises:
        ArmError: it was refused, or is to be sent again later because it had no effect.
    """
    if case.begun_before:
        return refuse(_stopped())
    try:
        track = request()
    except Conflict as busy:
        return refuse(Refusal(reason="VmBusy", text=busy.message))
    except Unavailable as unclear:
        reason = say("Azure gave no clear answer: {told}", told=unclear)
        return Applied(progress=Progress.STARTED, reason=reason)
    if track is None:
        return Applied(progress=Progress.DONE, after=condition(now(case)))
    return Applied(progress=Progress.STARTED, track=track)


def _stopped() -> Refusal:
    text = say("The app was stopped when it made this request, which may have arrived. It is not made a second time.")
    return Refusal(reason="UnclearAnswer", text=text)


def follow(case: Case, track: str | None) -> Applied:
    """How a request stands. Without ``track`` its answer was lost: once Compute rests, nobody knows what came of it."""
    machine = now(case)
    if track is None:
        resting = (machine.state or "").lower() in {"succeeded", "failed", "canceled"}
        text = say("Azure gave no clear answer to the request, and works on nothing now.")
        return Applied(progress=Progress.FAILED if resting else Progress.STARTED, reason=text, after=condition(machine))
    operation = case.gateway.operation(track)
    if operation.running:
        return Applied(progress=Progress.STARTED, track=track)
    if operation.status == "Succeeded":
        return Applied(progress=Progress.DONE, after=condition(machine))
    why = f"{operation.code}: {operation.message}"
    return Applied(progress=Progress.FAILED, reason=why, after=condition(machine))


def now(case: Case) -> Machine:
    """The VM at this moment, not as the case has read it before."""
    return case.gateway.machine(case.subject.vm_id)
