"""What ARM works on for a while: its state, its answer, its output."""

from typing import Any

import pytest

from responder.azure.gateway import Gateway
from responder.azure.model import LongAnswer
from responder.errors import Rejected, Unavailable
from tests.responder.alerts import APP_GROUP, SUBSCRIPTION
from tests.responder.azure.canned import CannedArm

NIC = f"{APP_GROUP}/providers/Microsoft.Network/networkInterfaces/vm-app-01-nic"
REGION = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Network/locations/westeurope"
RESULT = f"{REGION}/operationResults/64d5?api-version=2026-03-01"
STATUS = f"{REGION}/operations/64d5?api-version=2026-03-01"
RULES: dict[str, Any] = {"value": [{"effectiveSecurityRules": []}]}


@pytest.mark.parametrize("what", ["effectiveNetworkSecurityGroups", "effectiveRouteTable"])
def test_an_answer_that_takes_its_time(arm: CannedArm, gateway: Gateway, what: str) -> None:
    ask = gateway.ask_routes if what == "effectiveRouteTable" else gateway.ask_security_rules
    url = f"{arm.url}{RESULT}"
    arm.answers(202, b"", Location=url, Azure_AsyncOperation=f"{arm.url}{STATUS}")
    assert ask(NIC) == LongAnswer(url=url)
    assert (arm.seen[0].method, arm.seen[0].path) == ("POST", f"{NIC}/{what}")
    assert arm.seen[0].query == {"api-version": "2026-03-01"}
    arm.answers(202, b"")
    assert gateway.long_answer(url) == LongAnswer(url=url)
    arm.answers(202, b"", Location=f"{url}&next=1")
    assert gateway.long_answer(url) == LongAnswer(url=f"{url}&next=1")
    arm.answers(200, RULES)
    assert gateway.long_answer(url) == LongAnswer(body=RULES)


def test_an_answer_at_once(arm: CannedArm, gateway: Gateway) -> None:
    arm.answers(200, RULES, Location=f"{arm.url}{RESULT}")
    assert gateway.ask_security_rules(NIC) == LongAnswer(body=RULES)


def test_a_status_document_in_place_of_the_answer(arm: CannedArm, gateway: Gateway) -> None:
    url = f"{arm.url}{STATUS}"
    arm.answers(202, b"", Azure_AsyncOperation=url)
    assert gateway.ask_routes(NIC) == LongAnswer(url=url)
    arm.answers(200, {"status": "InProgress"})
    assert gateway.long_answer(url) == LongAnswer(url=url)
    arm.answers(200, {"status": "Succeeded", "properties": RULES})
    assert gateway.long_answer(url) == LongAnswer(body=RULES)
    arm.answers(200, {"status": "Succeeded", "properties": {"output": RULES}})
    assert gateway.long_answer(url) == LongAnswer(body=RULES)
    arm.answers(200, {"status": "Failed", "error": {"code": "NetworkInterfaceNotAttached", "message": "no"}})
    with pytest.raises(Rejected, match="no") as failed:
        gateway.long_answer(url)
    assert failed.value.code == "NetworkInterfaceNotAttached"
    arm.answers(200, {"status": "Canceled"})
    with pytest.raises(Rejected, match="Canceled"):
        gateway.long_answer(url)


@pytest.mark.parametrize("body", [b"", b"<html></html>"])
def test_an_empty_answer_is_none(arm: CannedArm, gateway: Gateway, body: bytes) -> None:
    arm.answers(200, body)
    with pytest.raises(Unavailable):
        gateway.long_answer(f"{arm.url}{RESULT}")
    arm.answers(202, b"")
    with pytest.raises(Unavailable, match="names no operation"):
        gateway.ask_routes(NIC)


def test_the_token_goes_to_no_other_host(arm: CannedArm, gateway: Gateway) -> None:
    for url in (f"https://elsewhere.example{RESULT}", f"{arm.url}.elsewhere.example{RESULT}", arm.url, f"{arm.url}/x"):
        with pytest.raises(Rejected):
            gateway.long_answer(url)
    assert arm.seen == []


def test_what_a_run_command_wrote(arm: CannedArm, gateway: Gateway) -> None:
    lines = {"value": [{"code": "ComponentStatus/StdOut/succeeded", "message": "active"}]}
    arm.answers(200, {"status": "Succeeded", "properties": {"output": lines}})
    arm.answers(200, lines)
    for _ in range(2):
        operation = gateway.operation(f"{arm.url}{STATUS}")
        assert (operation.status, operation.output) == ("Succeeded", lines)
