"""Restart the VM. Never starts one that was stopped, never restarts twice because an answer was lost."""

from playbooks.case import Case
from playbooks.fixes import Applied, Change, Plan, Progress
from playbooks.fixes import _shared as shared
from responder.guards import Refusal, may_operate
from responder.incident import Risk
from responder.language import say

NAME = "restart-vm"
RISKS = (Risk.DISRUPTIVE,)
IMPACT = "Everything in this VM is interrupted for some minutes: whoever uses it notices. Other VMs are not touched."


def plan(case: Case) -> Plan:
    """One restart of the VM.

    Source: Troubleshoot Azure VM backup failures, ``VMRestorePointInternalError`` and agent status; Virtual Machines -
    Restart (REST API).
    """
    summary = say("Restart {vm}: everything in it is interrupted for some minutes", vm=case.subject.vm_id)
    undo = say("Cannot be undone: whatever ran in the VM was interrupted.")
    return shared.plan_for_vm(case, NAME, summary, undo, lambda: may_operate(case.machine_if_there(), case.jobs()))


def apply(case: Case, change: Change) -> Applied:
    """Start it, if the VM still runs and nobody works on it."""
    refused = may_operate(case.machine_if_there(), case.jobs())
    return shared.refuse(refused) if refused else shared.send(case, lambda: case.gateway.restart(change.target))


def follow(case: Case, _change: Change, track: str | None) -> Applied:
    """Done when Compute says so and the VM runs."""
    found = shared.follow(case, track)
    if track is None and found.progress is Progress.FAILED:
        return shared.refuse(_unclear())
    if found.progress is not Progress.DONE or found.after["power"] == "running":
        return found
    if found.after["power"] in {"starting", "stopping"}:
        return Applied(progress=Progress.STARTED, track=track, after=found.after)
    why = say("The VM is {power} after the restart.", power=found.after["power"])
    return Applied(progress=Progress.FAILED, reason=why, after=found.after)


def _unclear() -> Refusal:
    text = say("Azure gave no clear answer to the restart, and it is not asked for a second time.")
    return Refusal(reason="UnclearAnswer", text=text)
