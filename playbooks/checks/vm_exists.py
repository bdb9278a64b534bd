"""Whether the VM is gone, and whether one of its name lives elsewhere."""

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts.verdicts import confirmed, ruled_out
from playbooks.model import Cause
from responder.azure.graph import quoted
from responder.dig import text
from responder.errors import Forbidden, Rejected
from responder.incident import Evidence

_GRAPH = "/providers/Microsoft.ResourceGraph/resources"


def look(case: Case, _cause: Cause) -> Seen:
    """Confirmed if ARM does not find the VM under the id that the vault has.

    Source: Troubleshoot Azure Backup failure: Issues with the agent or extension, the VM was deleted or moved.
    """
    vm = case.subject.vm
    if case.machine_if_there():
        return ruled_out(f"The VM {vm.name} is there.", [Evidence(what="VM", value="there", source=case.subject.vm_id)])
    gone = Evidence(what="VM", value="not found", source=case.subject.vm_id)
    try:
        rows = case.gateway.query(vm.subscription, query(vm.name))
    except (Forbidden, Rejected) as refused:  # that the VM is gone is known; where it went is extra
        unknown = Evidence(what="VMs of that name", value=refused.message, source=_GRAPH)
        return confirmed(
            f"The VM {vm.name} is not there; whether it was moved could not be looked up.", [gone, unknown]
        )
    places = [place for row in rows if (place := text(row, "id")) and place.lower() != case.subject.vm_id.lower()]
    if not places:
        nowhere = Evidence(what="VMs of that name", value=[], source=_GRAPH)
        return confirmed(
            f"The VM {vm.name} is not there, and none of that name is in the subscription.", [gone, nowhere]
        )
    found = [Evidence(what="VM of that name", value=place, source=place) for place in places]
    return confirmed(f"The VM {vm.name} is not there; one of that name is {', '.join(places)}.", [gone, *found])


def query(name: str) -> str:
    """KQL for the virtual machines of a name."""
    kind = "resources | where type =~ 'microsoft.compute/virtualmachines'"
    return f"{kind} | where name =~ {quoted(name)} | project id, name, location, resourceGroup"
