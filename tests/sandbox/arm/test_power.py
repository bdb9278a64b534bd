"""What is done to VMs and their extensions: long-running operations, their effects, and how they are refused."""

from typing import Any

import pytest

from sandbox.arm.exchange import Answer
from tests.sandbox.arm.conftest import Make
from tests.sandbox.arm.support import SUB, VM, VM_GROUP, Direct, code

_OPERATIONS = f"{SUB}/providers/Microsoft.Compute/locations/westeurope/operations"
_SHELL = {"commandId": "RunShellScript", "script": ["systemctl restart waagent"]}
_POWERSHELL = {"commandId": "RunPowerShellScript", "script": ["Restart-Service WindowsAzureGuestAgent"]}
_EXTENSION = f"{VM}/extensions/VMSnapshot"


def _status(cloud: Direct, answer: Answer, header: str = "Azure-AsyncOperation") -> Answer:
    assert (answer.status, answer.body) == (202, None), answer
    path, _, query = answer.headers[header].removeprefix("https://localhost:1").partition("?")
    assert path.startswith(_OPERATIONS)
    return cloud.ask("GET", path, **dict(part.split("=") for part in query.split("&")))


def _state(cloud: Direct) -> tuple[str, str]:
    properties = cloud.get(VM, **{"$expand": "instanceView"})["properties"]
    return properties["provisioningState"], properties["instanceView"]["vmAgent"]["statuses"][0]["displayStatus"]


@pytest.mark.parametrize("cure", ["reapply", "restart"])
def test_a_cure_acts_when_it_ends(make: Make, cure: str) -> None:
    cloud = make(vm={"agent": {"state": "not-ready", "recovers_on": [cure]}})
    answer = cloud.ask("POST", f"{VM}/{cure}")
    assert _status(cloud, answer).body["status"] == "InProgress"
    assert _status(cloud, answer, "Location").status == 202
    assert _state(cloud) == ("Updating", "Not Ready")
    cloud.wait(minutes=2)
    assert _status(cloud, answer).body["status"] == "Succeeded"
    result = _status(cloud, answer, "Location")
    assert (result.status, result.body) == (200, None)
    assert _state(cloud) == ("Succeeded", "Ready")


def test_what_is_no_cure_changes_nothing(make: Make) -> None:
    cloud = make(vm={"state": "Failed", "agent": {"state": "not-ready"}})
    answer = cloud.ask("POST", f"{VM}/reapply")
    cloud.wait(minutes=2)
    assert _status(cloud, answer).body["error"]["code"] == "VMExtensionProvisioningError"
    assert _state(cloud) == ("Failed", "Not Ready")


def test_a_failed_state_is_mended(make: Make) -> None:
    cloud = make(vm={"state": "Failed", "state_recovers_on": ["reapply"]})
    answer = cloud.ask("POST", f"{VM}/reapply")
    cloud.wait(minutes=2)
    assert _status(cloud, answer).body["status"] == "Succeeded"
    assert _state(cloud) == ("Succeeded", "Ready")


def test_one_operation_at_a_time(cloud: Direct) -> None:
    cloud.ask("POST", f"{VM}/restart")
    for method, path, body in (
        ("POST", f"{VM}/reapply", None),
        ("POST", f"{VM}/runCommand", _POWERSHELL),
        ("DELETE", _EXTENSION, None),
    ):
        refused = cloud.ask(method, path, body)
        assert (refused.status, code(refused)) == (409, "Conflict")
    cloud.wait(minutes=2)
    assert cloud.ask("POST", f"{VM}/reapply").status == 202


@pytest.mark.parametrize("power", ["stopped", "deallocated"])
def test_a_vm_that_is_off(make: Make, power: str) -> None:
    cloud = make(vm={"power": power})
    for method, path, body in (
        ("POST", f"{VM}/restart", None),
        ("POST", f"{VM}/runCommand", _POWERSHELL),
        ("DELETE", _EXTENSION, None),
    ):
        refused = cloud.ask(method, path, body)
        assert (refused.status, code(refused)) == (409, "OperationNotAllowed")


def test_run_command_on_windows(make: Make) -> None:
    cloud = make(vm={"backup_extension": {"state": "Failed", "recovers_on": ["run-command"]}})
    answer = cloud.ask("POST", f"{VM}/runCommand", _POWERSHELL)
    cloud.wait(minutes=1)
    done = _status(cloud, answer).body
    assert _status(cloud, answer, "Location").body == done["properties"]["output"]
    codes = [entry["code"] for entry in done["properties"]["output"]["value"]]
    assert codes == ["ComponentStatus/StdOut/succeeded", "ComponentStatus/StdErr/succeeded"]
    assert cloud.get(_EXTENSION)["properties"]["provisioningState"] == "Succeeded"


def test_run_command_on_linux(make: Make) -> None:
    cloud = make(vm={"os": "linux"})
    answer = cloud.ask("POST", f"{VM}/runCommand", _SHELL)
    cloud.wait(minutes=1)
    output = _status(cloud, answer).body["properties"]["output"]["value"]
    assert output[0]["message"] == "Enable succeeded: \n[stdout]\n\n[stderr]\n"
    assert cloud.ask("POST", f"{VM}/runCommand", _POWERSHELL).status == 400


@pytest.mark.parametrize("body", [None, {"commandId": "RunShell", "script": []}, {"commandId": "RunShellScript"}])
def test_run_command_needs_a_command(cloud: Direct, body: object) -> None:
    assert cloud.ask("POST", f"{VM}/runCommand", body).status == 400


@pytest.mark.parametrize("agent", [{"state": "not-ready"}, {"state": "absent"}, {"silent_hours": 3}])
def test_run_command_needs_the_agent(make: Make, agent: dict[str, Any]) -> None:
    cloud = make(vm={"agent": agent})
    answer = cloud.ask("POST", f"{VM}/runCommand", _POWERSHELL)
    cloud.wait(minutes=1)
    assert _status(cloud, answer).body["error"]["code"] == "VMAgentStatusCommunicationError"
    assert _status(cloud, answer, "Location").status == 500


@pytest.mark.parametrize(
    "lock, allowed", [({"at": "vm-group", "level": "ReadOnly"}, False), ({"at": "vm-group"}, True), ({}, True)]
)
def test_a_read_only_lock_forbids_operations(make: Make, lock: dict[str, Any], *, allowed: bool) -> None:
    cloud = make(locks=[lock])
    assert (cloud.ask("POST", f"{VM}/reapply").status == 202) is allowed


def test_extensions_and_their_messages(make: Make) -> None:
    cloud = make(
        vm={
            "backup_extension": {"state": "Failed", "message": "VSS writers are in a bad state"},
            "extensions": [{"name": "Setup", "state": "Updating"}],
        }
    )
    rows = cloud.rows(f"{VM}/extensions", **{"$expand": "instanceView"})
    assert [(row["name"], row["properties"]["provisioningState"]) for row in rows] == [
        ("VMSnapshot", "Failed"),
        ("Setup", "Updating"),
    ]
    view = rows[0]["properties"]["instanceView"]
    assert view["type"] == "Microsoft.Azure.RecoveryServices.VMSnapshot"
    assert view["statuses"][0] == {
        "code": "ProvisioningState/failed/1",
        "level": "Error",
        "displayStatus": "Provisioning failed",
        "message": "VSS writers are in a bad state",
    }
    assert "instanceView" not in cloud.rows(f"{VM}/extensions")[0]["properties"]
    assert cloud.get(f"{VM}/extensions/setup")["properties"]["type"] == "CustomScriptExtension"
    assert cloud.ask("GET", f"{VM}/extensions/other").status == 404
    expanded = cloud.get(VM, **{"$expand": "instanceView"})["properties"]["instanceView"]["extensions"]
    assert expanded[0] == view


def test_the_backup_extension_is_deleted_in_the_end(make: Make) -> None:
    cloud = make(vm={"backup_extension": {"state": "Deleting", "deletion_fails": 1, "deletion_minutes": 4}})
    first = cloud.ask("DELETE", _EXTENSION)
    assert cloud.get(_EXTENSION)["properties"]["provisioningState"] == "Deleting"
    cloud.wait(minutes=4)
    assert _status(cloud, first).body["error"]["code"] == "VMExtensionProvisioningError"
    assert cloud.get(_EXTENSION)["properties"]["provisioningState"] == "Deleting"
    second = cloud.ask("DELETE", _EXTENSION)
    cloud.wait(minutes=3)
    assert _status(cloud, second).body["status"] == "InProgress"
    cloud.wait(minutes=1)
    assert _status(cloud, second).body["status"] == "Succeeded"
    assert cloud.rows(f"{VM}/extensions") == []
    assert cloud.ask("DELETE", _EXTENSION).status == 204


def test_no_extension_is_deleted_without_the_agent(make: Make) -> None:
    cloud = make(vm={"agent": {"state": "not-ready"}, "extensions": [{"name": "Setup"}]})
    answer = cloud.ask("DELETE", f"{VM}/extensions/Setup")
    cloud.wait(minutes=2)
    assert _status(cloud, answer).body["error"]["code"] == "VMAgentStatusCommunicationError"
    assert cloud.get(f"{VM}/extensions/Setup")["properties"]["provisioningState"] == "Succeeded"


@pytest.mark.parametrize("lock", [{"at": VM_GROUP}, {"at": VM}, {"at": "subscription", "level": "ReadOnly"}])
def test_a_lock_keeps_the_extension(make: Make, lock: dict[str, Any]) -> None:
    refused = make(locks=[lock]).ask("DELETE", _EXTENSION)
    assert (refused.status, code(refused)) == (409, "ScopeLocked")
