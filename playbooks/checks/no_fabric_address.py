"""Whether the guest lacks the address that Azure's DHCP gives it (option 245 names the platform)."""

from datetime import datetime

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts import agents
from playbooks.facts.verdicts import cannot_tell, confirmed
from playbooks.model import Cause
from responder.azure.model import Interface, Machine
from responder.incident import Evidence
from responder.language import say


def look(case: Case, _cause: Cause) -> Seen:
    """Confirmed if the agent of the running VM tells of its network; else ARM cannot tell, and shows the address.

    Source: Troubleshoot Azure Backup failure: Issues with the agent or extension, "The snapshot status cannot be
    retrieved, or a snapshot cannot be taken".
    """
    machine = case.machine()
    stopped = agents.not_running(machine)
    interface = case.interface()
    evidence = agents.told(machine, case.now) + _addresses(interface)
    if stopped:
        return cannot_tell(stopped, evidence)
    if machine.agent and agents.waits_for_network(machine.agent):
        text = say("The VM agent waits for its network ({agent}).", agent=agents.words(machine.agent))
        static = say("The address of the network interface is static in Azure.")
        return confirmed(f"{text} {static}" if _is_static(interface) else text, evidence)
    parts = [say("The agent says nothing of its network"), _of_agent(machine, case.now), _inside()]
    return cannot_tell(f"{'; '.join(parts)}.", evidence)


def _of_agent(machine: Machine, now: datetime) -> str:
    if agents.answers(machine.agent, now):
        return say("the agent answers, which speaks against it")
    return say("the agent does not answer")


def _inside() -> str:
    return say("which address the guest has, and whether DHCP gave it option 245, is seen inside the VM only")


def _is_static(interface: Interface | None) -> bool:
    return any((entry.allocation or "").lower() == "static" for entry in interface.addresses) if interface else False


def _addresses(interface: Interface | None) -> list[Evidence]:
    if interface is None:
        return []
    value = [{"address": entry.ip, "allocation": entry.allocation} for entry in interface.addresses]
    return [Evidence(what=say("addresses of the network interface"), value=value, source=interface.id)]
