"""Whether the VM's resource group is gone."""

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts.verdicts import confirmed, ruled_out
from playbooks.model import Cause
from responder.errors import NotFound
from responder.incident import Evidence
from responder.language import say


def look(case: Case, _cause: Cause) -> Seen:
    """Confirmed if ARM finds neither the VM nor its resource group.

    Source: Troubleshoot Azure Backup failure: Issues with the agent or extension, the VM or its group was deleted.
    """
    vm = case.subject.vm
    if case.machine_if_there():
        there = Evidence(what=say("VM"), value="there", source=case.subject.vm_id)
        return ruled_out(say("The VM is in its resource group {group}.", group=vm.group), [there])
    try:
        held = case.group_resources(vm.group)
    except NotFound as missing:
        gone = Evidence(what=say("resource group"), value=missing.message, source=vm.group_id)
        return confirmed(say("The resource group {group} of the VM is not there.", group=vm.group), [gone])
    there = Evidence(what=say("resources in the group"), value=len(held), source=vm.group_id)
    return ruled_out(say("The resource group {group} is there; only the VM is not.", group=vm.group), [there])
