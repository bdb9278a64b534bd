"""Reapply the VM: Compute pushes the VM's model to the host again, which mends a failed provisioning state."""

from playbooks.case import Case
from playbooks.fixes import Applied, Change, Plan
from playbooks.fixes import _shared as shared
from responder.guards import may_operate
from responder.incident import Risk
from responder.language import say

NAME = "reapply-vm"
RISKS = (Risk.DISRUPTIVE,)
IMPACT = (
    "Compute applies the VM's own configuration again. The VM keeps running as a rule; where its state is bad, "
    "Compute may restart it."
)


def plan(case: Case) -> Plan:
    """One reapply of the VM.

    Source: Understand the states of Azure virtual machines, "Failed"; Virtual Machines - Reapply (REST API). As a cure
    for a failed backup it is an inference.
    """
    summary = say("Reapply {vm}: its model is pushed again, extensions run again", vm=case.subject.vm_id)
    undo = say("There is nothing to undo: the VM keeps its model.")
    return shared.plan_for_vm(case, NAME, summary, undo, lambda: may_operate(case.machine_if_there(), case.jobs()))


def apply(case: Case, change: Change) -> Applied:
    """Start it, if the VM still runs and nobody works on it."""
    refused = may_operate(case.machine_if_there(), case.jobs())
    return shared.refuse(refused) if refused else shared.send(case, lambda: case.gateway.reapply(change.target))


def follow(case: Case, _change: Change, track: str | None) -> Applied:
    """Done when Compute says so. A lost answer is asked for anew: a second reapply does no harm."""
    return shared.follow(case, track)
