"""Network interfaces, effective rules and routes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responder.azure.gateway import Gateway
from responder.azure.model import Address, Route, SecurityRule
from responder.azure.network import routes, security_rules
from responder.errors import Rejected
from tests.responder.alerts import APP_GROUP, VM
from tests.responder.azure.canned import CannedArm

NETWORK = f"{APP_GROUP}/providers/Microsoft.Network"
NIC = f"{NETWORK}/networkInterfaces/vm-app-01-nic"
GROUP = f"{NETWORK}/networkSecurityGroups/nsg-app"


def test_an_interface_with_its_primary_address_first(arm: CannedArm, gateway: Gateway) -> None:
    second = {"properties": {"privateIPAddress": "10.0.0.9", "privateIPAllocationMethod": "Static"}}
    first = {"properties": {"privateIPAddress": "10.0.0.5", "privateIPAllocationMethod": "Dynamic", "primary": True}}
    arm.answers(200, {"id": NIC, "properties": {"ipConfigurations": [second, first]}})
    interface = gateway.interface(NIC)
    assert interface.addresses == [
        Address(ip="10.0.0.5", allocation="Dynamic"),
        Address(ip="10.0.0.9", allocation="Static"),
    ]
    assert (arm.seen[0].path, arm.seen[0].query) == (NIC, {"api-version": "2026-03-01"})


@pytest.mark.parametrize("wrong", [VM, GROUP, f"{NIC}/ipConfigurations/x", ""])
def test_only_an_interface_is_asked_about(arm: CannedArm, gateway: Gateway, wrong: str) -> None:
    for call in (gateway.interface, gateway.ask_routes, gateway.ask_security_rules):
        with pytest.raises(Rejected):
            call(wrong)
    assert arm.seen == []


def test_rules_of_all_groups_by_priority() -> None:
    default = {
        "name": "defaultSecurityRules/AllowInternetOutBound",
        "protocol": "All",
        "destinationPortRange": "0-65535",
        "destinationAddressPrefix": "Internet",
        "expandedDestinationAddressPrefix": ["1.0.0.0/8"],
        "access": "Allow",
        "priority": 65001,
        "direction": "Outbound",
    }
    denial = {
        "name": "securityRules/deny-storage",
        "protocol": "Tcp",
        "destinationPortRange": "443-443",
        "destinationPortRanges": ["443-443", "80-80"],
        "destinationAddressPrefix": "Storage",
        "destinationAddressPrefixes": ["Storage"],
        "access": "Deny",
        "priority": 200,
        "direction": "Outbound",
    }
    body = {
        "value": [
            {"networkSecurityGroup": {"id": "/subnet-group"}, "effectiveSecurityRules": [default]},
            {"networkSecurityGroup": {"id": GROUP}, "effectiveSecurityRules": [denial]},
        ]
    }
    assert security_rules(body) == [
        SecurityRule(
            name="securityRules/deny-storage",
            direction="Outbound",
            access="Deny",
            priority=200,
            protocol="Tcp",
            destinations=["Storage"],
            ports=["443-443", "80-80"],
            group=GROUP,
        ),
        SecurityRule(
            name="defaultSecurityRules/AllowInternetOutBound",
            direction="Outbound",
            access="Allow",
            priority=65001,
            protocol="All",
            destinations=["Internet"],
            ports=["0-65535"],
            group="/subnet-group",
        ),
    ]


def test_routes() -> None:
    forced = {
        "source": "User",
        "state": "Active",
        "addressPrefix": ["0.0.0.0/0"],
        "nextHopType": "VirtualAppliance",
        "nextHopIpAddress": ["10.0.1.4"],
    }
    default = {"source": "Default", "state": "Invalid", "addressPrefix": "0.0.0.0/0", "nextHopType": "Internet"}
    assert routes({"value": [forced, default]}) == [
        Route(prefixes=["0.0.0.0/0"], next_hop="VirtualAppliance", source="User", addresses=["10.0.1.4"]),
        Route(prefixes=["0.0.0.0/0"], next_hop="Internet", source="Default", active=False),
    ]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["value", "effectiveSecurityRules", "addressPrefix", "priority"]), inner)
    ),
    max_leaves=12,
)


@given(_JSON)
def test_no_body_is_too_odd(body: object) -> None:
    security_rules(body)
    routes(body)
