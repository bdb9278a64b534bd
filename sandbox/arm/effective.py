"""The rules and routes that act on a network interface, as Microsoft.Network lists them.

Source: recorded answers of ``effectiveNetworkSecurityGroups`` and ``effectiveRouteTable``; the expanded prefixes of the
tags are shortened.
"""

from collections.abc import Mapping, Sequence
from typing import Any

PLATFORM = "168.63.129.16/32"
_ALL_PORTS = "0-65535"
_ANY = "0.0.0.0/0"
_NETWORK = "10.20.0.0/16"
_TARGETS = {
    "platform": ("deny-platform", PLATFORM),
    "storage": ("deny-storage", "Storage"),
    "internet": ("deny-internet", "Internet"),
}
_TAGS: Mapping[str, list[str]] = {
    "VirtualNetwork": [_NETWORK, PLATFORM],
    "AzureLoadBalancer": [PLATFORM],
    "Internet": ["1.0.0.0/8", "2.0.0.0/7", "4.0.0.0/6", "8.0.0.0/7", "11.0.0.0/8", "12.0.0.0/6", "16.0.0.0/4"],
    "Storage": ["20.38.96.0/19", "20.60.0.0/16", "52.239.128.0/17"],
}
_DEFAULTS: tuple[tuple[str, str, str, int, str, str], ...] = (
    ("AllowVnetInBound", "Inbound", "Allow", 65000, "VirtualNetwork", "VirtualNetwork"),
    ("AllowAzureLoadBalancerInBound", "Inbound", "Allow", 65001, "AzureLoadBalancer", _ANY),
    ("DenyAllInBound", "Inbound", "Deny", 65500, _ANY, _ANY),
    ("AllowVnetOutBound", "Outbound", "Allow", 65000, "VirtualNetwork", "VirtualNetwork"),
    ("AllowInternetOutBound", "Outbound", "Allow", 65001, _ANY, "Internet"),
    ("DenyAllOutBound", "Outbound", "Deny", 65500, _ANY, _ANY),
)
_APPLIANCE = "10.20.0.4"
_SOURCES = {"Internet": "Default", "VirtualNetworkGateway": "VirtualNetworkGateway"}


def effective_groups(group: str, interface: str, deny: Sequence[str]) -> dict[str, Any]:
    """The effective rules of one security group; ``deny`` names what its own outbound rules forbid."""
    rules = [_denial(target, 100 * number) for number, target in enumerate(deny, start=1)]
    rules += [_rule(f"defaultSecurityRules/{default[0]}", *default[1:]) for default in _DEFAULTS]
    used = {rule[side] for rule in rules for side in ("sourceAddressPrefix", "destinationAddressPrefix")}
    entry = {
        "networkSecurityGroup": {"id": group},
        "association": {"networkInterface": {"id": interface}},
        "effectiveSecurityRules": rules,
        "tagMap": {tag: prefixes for tag, prefixes in _TAGS.items() if tag in used},
    }
    return {"value": [entry]}


def effective_routes(hop: str) -> dict[str, Any]:
    """The effective routes; ``hop`` is the next hop type of 0.0.0.0/0.

    A route of a person or a gateway makes the default one invalid, which the service still lists.
    """
    routes = [
        _route(_NETWORK, "VnetLocal"),
        _route(_ANY, "Internet", state="Active" if hop == "Internet" else "Invalid"),
    ]
    routes += [_route(prefix, "None") for prefix in ("10.0.0.0/8", "100.64.0.0/10", "192.168.0.0/16")]
    if hop != "Internet":
        routes.append(_route(_ANY, hop, source=_SOURCES.get(hop, "User")))
    return {"value": routes}


def _denial(target: str, priority: int) -> dict[str, Any]:
    name, prefix = _TARGETS[target]
    return _rule(f"securityRules/{name}", "Outbound", "Deny", priority, _ANY, prefix)


def _rule(name: str, direction: str, access: str, priority: int, source: str, destination: str) -> dict[str, Any]:
    sides = {"source": source, "destination": destination}
    rule: dict[str, Any] = {"name": name, "protocol": "All"}
    rule |= {f"{side}PortRange": _ALL_PORTS for side in sides}
    rule |= {f"{side}PortRanges": [_ALL_PORTS] for side in sides}
    rule |= {f"{side}AddressPrefix": prefix for side, prefix in sides.items()}
    rule |= {f"{side}AddressPrefixes": [prefix] for side, prefix in sides.items()}
    rule |= {f"expanded{side.title()}AddressPrefix": _TAGS[tag] for side, tag in sides.items() if tag in _TAGS}
    return {**rule, "access": access, "priority": priority, "direction": direction}


def _route(prefix: str, hop: str, *, source: str = "Default", state: str = "Active") -> dict[str, Any]:
    return {
        "disableBgpRoutePropagation": False,
        "source": source,
        "state": state,
        "addressPrefix": [prefix],
        "nextHopType": hop,
        "nextHopIpAddress": [_APPLIANCE] if hop == "VirtualAppliance" else [],
    }
