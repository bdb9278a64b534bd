"""Whether the VM is gone, and whether one of its name lives elsewhere."""

from typing import Any

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts.verdicts import confirmed, ruled_out
from playbooks.model import Cause
from responder import dig
from responder.azure.graph import quoted
from responder.errors import Forbidden, Rejected
from responder.incident import Evidence
from responder.language import say

_GRAPH = "/providers/Microsoft.ResourceGraph/resources"


def look(case: Case, _cause: Cause) -> Seen:
    """Confirmed if ARM does not find the VM under the id that the vault has.

    Source: Troubleshoot Azure Backup failure: Issues with the agent or extension, the VM was deleted or moved.
    """
    vm = case.subject.vm
    if case.machine_if_there():
        there = Evidence(what=say("VM"), value="there", source=case.subject.vm_id)
        return ruled_out(say("The VM {vm} is there.", vm=vm.name), [there])
    gone = Evidence(what=say("VM"), value="not found", source=case.subject.vm_id)
    try:
        rows = case.gateway.query(vm.subscription, query(vm.name))
    except (Forbidden, Rejected) as refused:  # that the VM is gone is known; where it went is extra
        unknown = Evidence(what=say("VMs of that name"), value=refused.message, source=_GRAPH)
        text = say("The VM {vm} is not there; whether it was moved could not be looked up.", vm=vm.name)
        return confirmed(text, [gone, unknown])
    return _moved(case, rows, gone)


def _moved(case: Case, rows: list[dict[str, Any]], gone: Evidence) -> Seen:
    """What Resource Graph knows of VMs of the same name."""
    name = case.subject.vm.name
    places = [place for row in rows if (place := dig.text(row, "id")) and place.lower() != case.subject.vm_id.lower()]
    if not places:
        nowhere = Evidence(what=say("VMs of that name"), value=[], source=_GRAPH)
        text = say("The VM {vm} is not there, and none of that name is in the subscription.", vm=name)
        return confirmed(text, [gone, nowhere])
    found = [Evidence(what=say("VM of that name"), value=place, source=place) for place in places]
    text = say("The VM {vm} is not there; one of that name is {places}.", vm=name, places=", ".join(places))
    return confirmed(text, [gone, *found])


def query(name: str) -> str:
    """KQL for the virtual machines of a name."""
    kind = "resources | where type =~ 'microsoft.compute/virtualmachines'"
    return f"{kind} | where name =~ {quoted(name)} | project id, name, location, resourceGroup"
