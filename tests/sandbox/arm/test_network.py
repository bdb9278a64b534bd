"""Network interfaces, effective rules and effective routes."""

from typing import Any

import pytest

from sandbox.arm.exchange import Answer
from tests.sandbox.arm.conftest import Make
from tests.sandbox.arm.support import SUB, VM, VM_GROUP, Direct, code

NIC = f"{VM_GROUP}/providers/Microsoft.Network/networkInterfaces/vm-app-01-nic"
RULES = f"{NIC}/effectiveNetworkSecurityGroups"
ROUTES = f"{NIC}/effectiveRouteTable"
OUTBOUND = [("AllowVnetOutBound", "Allow", 65000), ("AllowInternetOutBound", "Allow", 65001)]

# The keys of a recorded rule and of a recorded route.
RULE_KEYS = {
    *("name", "protocol", "access", "priority", "direction"),
    *("sourcePortRange", "destinationPortRange", "sourcePortRanges", "destinationPortRanges"),
    *("sourceAddressPrefix", "destinationAddressPrefix", "sourceAddressPrefixes", "destinationAddressPrefixes"),
}
ROUTE_KEYS = {"disableBgpRoutePropagation", "source", "state", "addressPrefix", "nextHopType", "nextHopIpAddress"}


def _path(answer: Answer) -> str:
    return answer.headers["Location"].removeprefix("https://localhost:1").split("?")[0]


def _ask(cloud: Direct, path: str) -> list[dict[str, Any]]:
    asked = cloud.ask("POST", path)
    assert (asked.status, asked.body) == (202, None)
    cloud.wait(seconds=8)
    rows: list[dict[str, Any]] = cloud.rows(_path(asked))
    return rows


@pytest.mark.parametrize("method", ["Dynamic", "Static"])
def test_the_interface_of_a_vm(make: Make, method: str) -> None:
    nic = make(vm={"address": method}).get(NIC)
    assert (nic["id"], nic["name"], nic["type"]) == (NIC, "vm-app-01-nic", "Microsoft.Network/networkInterfaces")
    properties = nic["properties"]
    assert properties["virtualMachine"] == {"id": VM}
    (address,) = properties["ipConfigurations"]
    assert address["id"] == f"{NIC}/ipConfigurations/ipconfig1"
    assert address["properties"]["privateIPAllocationMethod"] == method
    assert address["properties"]["primary"] is True


def test_the_vm_names_its_interface(cloud: Direct) -> None:
    (reference,) = cloud.get(VM)["properties"]["networkProfile"]["networkInterfaces"]
    assert cloud.get(reference["id"])["id"] == NIC


@pytest.mark.parametrize("name", ["other-nic", "vm-app-01", "vm-app-02-nic"])
def test_an_interface_that_is_not_there(cloud: Direct, name: str) -> None:
    answer = cloud.ask("GET", f"{VM_GROUP}/providers/Microsoft.Network/networkInterfaces/{name}")
    assert (answer.status, code(answer)) == (404, "ResourceNotFound")
    assert f"networkInterfaces/{name}" in answer.body["error"]["message"]


def test_an_interface_goes_with_its_vm_and_its_group(make: Make) -> None:
    assert make(vm={"exists": False}).ask("GET", NIC).status == 404
    answer = make().ask("GET", NIC.replace("rg-app-prod-weu", "rg-none"))
    assert (answer.status, code(answer)) == (404, "ResourceGroupNotFound")


def test_the_answer_takes_its_time(make: Make) -> None:
    cloud = make(network={"answer_seconds": 20})
    asked = cloud.ask("POST", RULES)
    assert (asked.status, asked.headers["Retry-After"]) == (202, "10")
    path = _path(asked)
    assert path.startswith(f"{SUB}/providers/Microsoft.Network/locations/westeurope/operationResults/")
    cloud.wait(seconds=19)
    early = cloud.ask("GET", path)
    assert (early.status, early.body, _path(early)) == (202, None, path)
    cloud.wait(seconds=1)
    assert cloud.ask("GET", path).status == 200
    assert cloud.ask("GET", f"{path}x").status == 404


def test_an_answer_may_come_at_once(make: Make) -> None:
    answer = make(network={"answer_seconds": 0}).ask("POST", ROUTES)
    assert answer.status == 200
    assert len(answer.body["value"]) == 5
    assert "operationResults" in answer.headers["Location"]


def test_rules_without_a_denial(cloud: Direct) -> None:
    (group,) = _ask(cloud, RULES)
    assert group["association"] == {"networkInterface": {"id": NIC}}
    assert group["networkSecurityGroup"]["id"].endswith("/networkSecurityGroups/vm-app-01-nsg")
    rules = group["effectiveSecurityRules"]
    assert all(rule.keys() >= RULE_KEYS for rule in rules)
    outbound = [
        (rule["name"].removeprefix("defaultSecurityRules/"), rule["access"], rule["priority"])
        for rule in rules
        if rule["direction"] == "Outbound"
    ]
    assert outbound == [*OUTBOUND, ("DenyAllOutBound", "Deny", 65500)]
    assert set(group["tagMap"]) == {"VirtualNetwork", "AzureLoadBalancer", "Internet"}


def test_each_denial_is_a_rule_of_its_own(make: Make) -> None:
    (group,) = _ask(make(network={"deny": ["storage", "platform", "internet"]}), RULES)
    denials = [rule for rule in group["effectiveSecurityRules"] if rule["name"].startswith("securityRules/")]
    assert [(rule["priority"], rule["destinationAddressPrefix"]) for rule in denials] == [
        (100, "Storage"),
        (200, "168.63.129.16/32"),
        (300, "Internet"),
    ]
    assert all((rule["access"], rule["direction"]) == ("Deny", "Outbound") for rule in denials)
    assert denials[0]["expandedDestinationAddressPrefix"] == group["tagMap"]["Storage"]
    assert "expandedDestinationAddressPrefix" not in denials[1]


def test_a_neighbour_has_no_denial(make: Make) -> None:
    (group,) = _ask(make(network={"deny": ["storage"]}), RULES.replace("vm-app-01-nic", "vm-app-011-nic"))
    assert not [rule for rule in group["effectiveSecurityRules"] if rule["name"].startswith("securityRules/")]


@pytest.mark.parametrize(
    "hop, source, addresses",
    [
        ("VirtualAppliance", "User", ["10.20.0.4"]),
        ("None", "User", []),
        ("VirtualNetworkGateway", "VirtualNetworkGateway", []),
    ],
)
def test_a_route_of_its_own_replaces_the_default(make: Make, hop: str, source: str, addresses: list[str]) -> None:
    routes = _ask(make(network={"route": hop}), ROUTES)
    assert all(route.keys() == ROUTE_KEYS for route in routes)
    default, own = (route for route in routes if route["addressPrefix"] == ["0.0.0.0/0"])
    assert (default["nextHopType"], default["state"]) == ("Internet", "Invalid")
    assert (own["nextHopType"], own["source"], own["state"]) == (hop, source, "Active")
    assert own["nextHopIpAddress"] == addresses


def test_the_default_route_leads_to_the_internet(cloud: Direct) -> None:
    (route,) = (route for route in _ask(cloud, ROUTES) if route["addressPrefix"] == ["0.0.0.0/0"])
    assert (route["nextHopType"], route["source"], route["state"]) == ("Internet", "Default", "Active")


@pytest.mark.parametrize("power", ["deallocated", "stopped", "starting"])
def test_only_a_running_vm_has_effective_rules(make: Make, power: str) -> None:
    cloud = make(vm={"power": power})
    for path in (RULES, ROUTES):
        answer = cloud.ask("POST", path)
        assert answer.status == 400
        assert "must be attached to a running virtual machine" in answer.body["error"]["message"]


def test_asking_changes_nothing_but_a_read_only_lock_refuses_it(make: Make) -> None:
    cloud = make(locks=[{"at": "vm-group", "level": "ReadOnly"}])
    assert code(cloud.ask("POST", RULES)) == "ScopeLocked"
    assert cloud.cloud.mutations == []
    assert make(locks=[{"at": "vm-group"}]).ask("POST", RULES).status == 202
