"""Network interfaces, and what security rules and routes really apply to them.

Source: Azure REST API reference, "Network Interfaces" (API 2026-03-01). Effective rules and routes exist only while
the VM is running; ARM works on either answer for some seconds.
"""

from responder.azure import places
from responder.azure.calls import Calls, identity
from responder.azure.long_running import awaited
from responder.azure.model import Address, Interface, LongAnswer, Route, SecurityRule
from responder.azure.translate import translated
from responder.dig import dig, flag, number, rows, text, texts

_API = "2026-03-01"


class Network(Calls):
    """Network interfaces. Every method raises `ArmError`s."""

    @translated
    def interface(self, nic_id: str) -> Interface:
        """A network interface; `NotFound` if it was deleted."""
        nic = places.resource(nic_id, places.INTERFACE)
        return interface_of(self._ask(nic.subscription, places.path_of(nic), _API))

    @translated
    def ask_security_rules(self, nic_id: str) -> LongAnswer:
        """Ask for the effective security rules; `security_rules` reads the body."""
        return self._effective(nic_id, "effectiveNetworkSecurityGroups")

    @translated
    def ask_routes(self, nic_id: str) -> LongAnswer:
        """Ask for the effective routes; `routes` reads the body."""
        return self._effective(nic_id, "effectiveRouteTable")

    def _effective(self, nic_id: str, what: str) -> LongAnswer:
        nic = places.resource(nic_id, places.INTERFACE)
        url = self._url(f"{places.path_of(nic)}/{what}", _API)
        return awaited(self._send(nic.subscription, "POST", url))


def interface_of(row: object) -> Interface:
    """A network interface from its JSON, its primary address first."""
    found = [dig(each, "properties") for each in rows(row, "properties", "ipConfigurations")]
    found.sort(key=lambda each: flag(each, "primary") is not True)
    return Interface(
        id=identity(row),
        addresses=[
            Address(ip=text(each, "privateIPAddress"), allocation=text(each, "privateIPAllocationMethod"))
            for each in found
        ],
    )


def security_rules(body: object) -> list[SecurityRule]:
    """The rules of every security group that applies, those of the subnet and of the interface, by priority."""
    found = [
        _rule(rule, text(group, "networkSecurityGroup", "id"))
        for group in rows(body, "value")
        for rule in rows(group, "effectiveSecurityRules")
    ]
    return sorted(found, key=lambda rule: rule.priority)


def routes(body: object) -> list[Route]:
    """The effective routes, also those that another one has put out of force."""
    return [
        Route(
            prefixes=_either(row, "addressPrefix", "addressPrefix"),
            next_hop=text(row, "nextHopType") or "",
            source=text(row, "source"),
            active=text(row, "state") != "Invalid",
            addresses=texts(row, "nextHopIpAddress"),
        )
        for row in rows(body, "value")
    ]


def _rule(row: object, group: str | None) -> SecurityRule:
    return SecurityRule(
        name=text(row, "name") or "",
        direction=text(row, "direction") or "",
        access=text(row, "access") or "",
        priority=number(row, "priority") or 0,
        protocol=text(row, "protocol") or "All",
        destinations=_either(row, "destinationAddressPrefixes", "destinationAddressPrefix"),
        ports=_either(row, "destinationPortRanges", "destinationPortRange"),
        group=group,
    )


def _either(row: object, many: str, one: str) -> list[str]:
    """The list, or the single text where the list is missing or empty."""
    single = text(row, one)
    return texts(row, many) or ([single] if single else [])
