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
from responder.language import say

_TOWARDS = ("platform", "storage")


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
    interface = machine.interfaces[0] if machine.interfaces else None
    power = Evidence(what=say("power state"), value=machine.power, source=f"{machine.id}/instanceView")
    if machine.power != "running" or interface is None:
        return cannot_tell(_not_worked_out(machine), [power])
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
            found.append(_denial(rule, name))
    diverted = network.diverted_platform(ways) if "platform" in towards else None
    if diverted:
        found.append(say("A route sends 168.63.129.16 to {hop}", hop=_hop(diverted)))
    default = network.default_route(ways)
    if default and default.next_hop.lower() == "none" and "storage" in towards:
        found.append(say("The route of 0.0.0.0/0 drops all outbound traffic (next hop None)"))
    return found


def _tunnel(ways: list[Route]) -> Route | None:
    default = network.default_route(ways)
    return default if default and default.next_hop.lower() not in {"internet", "none"} else None


def _of_tunnel(machine: Machine, tunnel: Route, evidence: list[Evidence]) -> Seen:
    hop = _hop(tunnel)
    if agents.waits_for_network(machine.agent):
        text = say(
            "All outbound traffic is forced through {hop}, and the VM agent tells of trouble with its network.", hop=hop
        )
        return confirmed(text, evidence)
    text = say("All outbound traffic is forced through {hop}; what is let pass there ARM does not show.", hop=hop)
    return cannot_tell(text, evidence)


def _open(towards: list[str]) -> str:
    names = say(" and ").join(map(_told, towards))
    return say("No security rule or route in Azure keeps the VM from {targets}.", targets=names)


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
        Evidence(what=say("outbound rules that deny"), value=denied, source=source),
        Evidence(what=say("how rules act on the platform's address"), value=_note(), source=source),
        Evidence(what=say("route of 0.0.0.0/0"), value=way, source=f"{interface}/effectiveRouteTable"),
    ]


def _not_worked_out(machine: Machine) -> str:
    if machine.power == "running":
        return say("Azure works out rules and routes for a running VM only; this one has no network interface.")
    return say(
        "Azure works out rules and routes for a running VM only; this one is {power}.",
        power=machine.power or say("not known to run"),
    )


def _denial(rule: SecurityRule, target: str) -> str:
    return say(
        "Outbound rule {rule} (priority {priority}) denies {target}",
        rule=rule.name,
        priority=rule.priority,
        target=_told(target),
    )


def _told(target: str) -> str:
    told = {"platform": say("the platform's address 168.63.129.16"), "storage": "Azure Storage"}
    return told.get(target, target)


def _note() -> str:
    return say(
        "Ordinary security rules do not act on 168.63.129.16, only those that name it or a platform tag; "
        "a firewall inside the guest acts on it and is not seen from Azure."
    )
