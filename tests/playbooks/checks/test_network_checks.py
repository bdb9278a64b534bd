"""Security rules and routes: on the simulator, and the order in which rules decide."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.checks import run
from playbooks.facts import network
from responder.azure.model import Route, SecurityRule
from responder.incident import Verdict
from tests.playbooks.checks.looking import CANNOT_TELL, CONFIRMED, RULED_OUT, case, cause, look
from tests.playbooks.conftest import MakeLab


@pytest.mark.parametrize(
    "world, towards, expected, said",
    [
        ({}, None, RULED_OUT, "No security rule or route"),
        ({"network": {"deny": ["storage"]}}, None, CONFIRMED, "deny-storage (priority 100) denies Azure Storage"),
        ({"network": {"deny": ["storage"]}}, ["platform"], RULED_OUT, "168.63.129.16"),
        ({"network": {"deny": ["internet"]}}, None, CONFIRMED, "denies Azure Storage"),
        ({"network": {"deny": ["internet"]}}, ["platform"], RULED_OUT, "168.63.129.16"),
        ({"network": {"deny": ["platform"]}}, ["platform"], CONFIRMED, "denies the platform's address 168.63.129.16"),
        ({"network": {"route": "None"}}, None, CONFIRMED, "drops all outbound traffic"),
        ({"network": {"route": "VirtualAppliance"}}, None, CANNOT_TELL, "forced through VirtualAppliance"),
        (
            {"network": {"route": "VirtualNetworkGateway"}, "vm": {"agent": {"state": "waiting-for-network"}}},
            None,
            CONFIRMED,
            "forced through VirtualNetworkGateway",
        ),
        ({"vm": {"power": "deallocated"}, "network": {"deny": ["storage"]}}, None, CANNOT_TELL, "is deallocated"),
    ],
)
def test_the_network(
    lab: MakeLab, world: dict[str, Any], towards: list[str] | None, expected: Verdict, said: str
) -> None:
    using: dict[str, Any] = {"towards": towards} if towards else {}
    found = look(lab(**world), "outbound-network", **using)
    assert (found.verdict, said in found.summary) == (expected, True), found.summary


def test_both_questions_are_put_before_the_check_waits(lab: MakeLab) -> None:
    here = lab(network={"answer_seconds": 30})
    at_hand = case(here)
    looked = run(at_hand, cause("outbound-network"))
    assert looked.pending
    assert sorted(at_hand.asked) == ["routes", "security rules"]


def test_a_stopped_vm_is_not_asked(lab: MakeLab) -> None:
    here = lab(vm={"power": "stopped"})
    at_hand = case(here)
    assert run(at_hand, cause("outbound-network")).finding.verdict is CANNOT_TELL
    assert at_hand.asked == {}


def test_a_route_that_diverts_the_platform_is_confirmed(lab: MakeLab) -> None:
    at_hand = case(lab())
    away = {"addressPrefix": ["168.63.129.16/32"], "nextHopType": "VirtualAppliance", "nextHopIpAddress": ["10.0.0.4"]}
    at_hand.know("routes", {"value": [away | {"source": "User", "state": "Active"}]})
    at_hand.know("security rules", {"value": []})
    found = run(at_hand, cause("outbound-network", towards=["platform"])).finding
    assert found.verdict is CONFIRMED
    assert found.summary == "A route sends 168.63.129.16 to VirtualAppliance 10.0.0.4."


def test_the_evidence_says_how_rules_act_on_the_platform(lab: MakeLab) -> None:
    found = look(lab(network={"deny": ["platform", "storage"]}), "outbound-network")
    denied, note, route = (entry.value for entry in found.evidence)
    assert [rule["priority"] for rule in denied] == [100, 200, 65500]
    assert "Ordinary security rules do not act on 168.63.129.16" in note
    assert route == {"nextHop": "Internet", "source": "Default"}


def rule(access: str, priority: int, to: str, **more: Any) -> SecurityRule:
    facts: dict[str, Any] = {"name": f"r{priority}", "direction": "Outbound", "protocol": "All", "ports": ["0-65535"]}
    facts |= {"access": access, "priority": priority, "destinations": [to], **more}
    return SecurityRule(**facts)


STORAGE = network.storage("West Europe")
ALLOW = rule("Allow", 65001, "Internet")


@pytest.mark.parametrize(
    "denial",
    [
        rule("Deny", 100, "Storage"),
        rule("Deny", 100, "Storage.WestEurope"),
        rule("Deny", 100, "AzureCloud"),
        rule("Deny", 100, "0.0.0.0/0", protocol="Tcp", ports=["443"]),
        rule("Deny", 100, "*", protocol="*", ports=["*"]),
    ],
)
def test_what_denies_storage(denial: SecurityRule) -> None:
    assert network.blocking_rule([ALLOW, denial], STORAGE) is denial


@pytest.mark.parametrize(
    "other",
    [
        rule("Deny", 100, "Storage.NorthEurope"),
        rule("Deny", 100, "Storage", direction="Inbound"),
        rule("Deny", 100, "Storage", protocol="Udp"),
        rule("Deny", 100, "Storage", ports=["80-80", "8080"]),
        rule("Deny", 100, "Storage", ports=["not a port"]),
        rule("Deny", 100, "VirtualNetwork"),
        rule("Deny", 65500, "0.0.0.0/0"),
    ],
)
def test_what_does_not_deny_storage(other: SecurityRule) -> None:
    assert network.blocking_rule([ALLOW, other], STORAGE) is None


def test_every_group_on_the_way_must_let_it_pass() -> None:
    subnet = rule("Deny", 4000, "Storage", group="/subnet")
    assert network.blocking_rule([rule("Allow", 100, "Storage", group="/nic"), subnet], STORAGE) is subnet


@pytest.mark.parametrize("to", ["AzurePlatformDNS", "AzurePlatformIMDS", "168.63.129.16", "168.63.129.16/32"])
def test_only_a_rule_that_names_the_platform_denies_it(to: str) -> None:
    everything = rule("Deny", 100, "*")
    assert network.blocking_rule([everything], network.platform()) is None
    assert network.blocking_rule([everything, rule("Deny", 200, to)], network.platform()) == rule("Deny", 200, to)


RULES = st.lists(
    st.builds(rule, st.sampled_from(["Allow", "Deny"]), st.integers(100, 4096), st.sampled_from(["Storage", "*"])),
    min_size=1,
    max_size=8,
    unique_by=lambda entry: entry.priority,
)


@given(RULES, st.randoms())
def test_the_first_rule_by_priority_decides_in_whatever_order_they_come(
    rules: list[SecurityRule], any_order: Any
) -> None:
    first = min(rules, key=lambda entry: entry.priority)
    any_order.shuffle(rules)
    assert network.blocking_rule(rules, STORAGE) == (first if first.access == "Deny" else None)


def test_a_route_that_a_person_made_goes_before_the_default_and_an_invalid_one_does_not_count() -> None:
    default = Route(prefixes=["0.0.0.0/0"], next_hop="Internet", source="Default")
    own = Route(prefixes=["0.0.0.0/0"], next_hop="VirtualAppliance", source="User")
    dead = Route(prefixes=["0.0.0.0/0"], next_hop="None", source="User", active=False)
    assert network.default_route([default, dead, own]) is own
    assert network.default_route([default, dead]) is default
    assert network.default_route([]) is None


def test_a_route_of_the_platforms_address_is_seen() -> None:
    away = Route(prefixes=["168.63.129.16/32"], next_hop="VirtualAppliance", source="User")
    assert network.diverted_platform([away]) is away
    assert network.diverted_platform([Route(prefixes=["168.63.0.0/16"], next_hop="None")]) is None
