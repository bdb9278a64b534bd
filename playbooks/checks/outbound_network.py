"""Whether security rules or routes in Azure keep the VM from the platform's address or from Azure Storage."""

from functools import partial

from playbooks.case import Case, PendingError
from playbooks.checks import Seen
from playbooks.facts import agents, network, options
from playbooks.facts.verdicts import cannot_tell, confirmed, ruled_out
from playbooks.model import Cause
from responder.azure.model import Machine, Route, SecurityRule
from responder.azure.network import routes, security_rules
from responder.incident import Evidence

_TOWARDS = ("platform", "storage")
_NOTE = (
    "Ordinary security rules do not act on 168.63.129.16, only those that name it or a platform tag; "
    "a firewall inside the guest acts on it and is not seen from Azure."
)


def look(case: Case, cause: Cause) -> Seen:
    """Confirmed if an outbound rule denies a target, or a route drops or diverts the traffic to it.

    ``using.towards``: platform (168.63.129.16 on TCP 80 and 32526) and storage (TCP 443). A default route to an
    appliance or a gateway is a forced tunnel: it is confirmed where the agent tells of its network besides, else
    what the appliance lets pass cannot be told.
    Source: Troubleshoot Azure Backup failure: Issues with the agent or extension, network; What is IP address
    168.63.129.16?

    Raises:
        PendingError: Azure still works out the rules or the routes; both were asked for.
    """
    machine = case.machine()
    stopped = machine.power != "running"
    interface = machine.interfaces[0] if machine.interfaces else None
    power = Evidence(what="power state", value=machine.power, source=f"{machine.id}/instanceView")
    if stopped or interface is None:
        why = "has no network interface" if not stopped else f"is {machine.power or 'not known to run'}"
        return cannot_tell(f"Azure works out rules and routes for a running VM only; this one {why}.", [power])
    rules, ways = _both(case, interface)
    towards = options.words(cause, "towards", _TOWARDS)
    evidence = _evidence(interface, rules, ways)
    barriers = _barriers(rules, ways, towards, machine)
    if barriers:
        return confirmed(f"{'; '.join(barriers)}.", evidence)
    tunnel = _tunnel(ways)
    return _of_tunnel(machine, tunnel, evidence) if tunnel else ruled_out(_open(towards), evidence)


def _both(case: Case, interface: str) -> tuple[list[SecurityRule], list[Route]]:
    """Both answers; both questions are put before a wait for either, so that one wait serves both."""
    gateway = case.gateway
    pending: list[PendingError] = []
    bodies: list[object] = []
    asks = {"security rules": gateway.ask_security_rules, "routes": gateway.ask_routes}
    for name, ask in asks.items():
        try:
            bodies.append(case.long_answer(name, partial(ask, interface)))
        except PendingError as waiting:
            pending.append(waiting)
    if pending:
        raise pending[0]
    return security_rules(bodies[0]), routes(bodies[1])


def _barriers(rules: list[SecurityRule], ways: list[Route], towards: list[str], machine: Machine) -> list[str]:
    targets = {"platform": network.platform(), "storage": network.storage(machine.location)}
    found: list[str] = []
    for name in (name for name in targets if name in towards):
        rule = network.blocking_rule(rules, targets[name])
        if rule:
            found.append(f"Outbound rule {rule.name} (priority {rule.priority}) denies {_TOLD[name]}")
    diverted = network.diverted_platform(ways) if "platform" in towards else None
    if diverted:
        found.append(f"A route sends 168.63.129.16 to {_hop(diverted)}")
    default = network.default_route(ways)
    if default and default.next_hop.lower() == "none" and "storage" in towards:
        found.append("The route of 0.0.0.0/0 drops all outbound traffic (next hop None)")
    return found


def _tunnel(ways: list[Route]) -> Route | None:
    default = network.default_route(ways)
    return default if default and default.next_hop.lower() not in {"internet", "none"} else None


def _of_tunnel(machine: Machine, tunnel: Route, evidence: list[Evidence]) -> Seen:
    text = f"All outbound traffic is forced through {_hop(tunnel)}"
    if agents.waits_for_network(machine.agent):
        return confirmed(f"{text}, and the VM agent tells of trouble with its network.", evidence)
    return cannot_tell(f"{text}; what is let pass there ARM does not show.", evidence)


def _open(towards: list[str]) -> str:
    names = " and ".join(_TOLD.get(name, name) for name in towards)
    return f"No security rule or route in Azure keeps the VM from {names}."


def _hop(route: Route) -> str:
    return " ".join([route.next_hop, *route.addresses])


def _evidence(interface: str, rules: list[SecurityRule], ways: list[Route]) -> list[Evidence]:
    outbound = [rule for rule in rules if rule.direction.lower() == "outbound"]
    denied = [
        {
            "name": rule.name,
            "priority": rule.priority,
            "to": rule.destinations[:3],
            "ports": rule.ports,
            "group": rule.group,
        }
        for rule in sorted(outbound, key=lambda rule: rule.priority)
        if rule.access.lower() == "deny"
    ]
    default = network.default_route(ways)
    way = {"nextHop": _hop(default), "source": default.source} if default else None
    source = f"{interface}/effectiveNetworkSecurityGroups"
    return [
        Evidence(what="outbound rules that deny", value=denied, source=source),
        Evidence(what="how rules act on the platform's address", value=_NOTE, source=source),
        Evidence(what="route of 0.0.0.0/0", value=way, source=f"{interface}/effectiveRouteTable"),
    ]


_TOLD = {"platform": "the platform's address 168.63.129.16", "storage": "Azure Storage"}
