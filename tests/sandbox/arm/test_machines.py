"""Virtual machines in every state: model, instance view, disks."""

from typing import Any

import pytest

from tests.sandbox.arm.conftest import Make
from tests.sandbox.arm.support import SUB, VM, VM_GROUP, Direct, code

_VMS = f"{SUB}/providers/Microsoft.Compute/virtualMachines"
_DISKS = f"{VM_GROUP}/providers/Microsoft.Compute/disks"
_KEY_VAULT = f"{SUB}/resourceGroups/rg-keys-prod-weu/providers/Microsoft.KeyVault/vaults/kv-disks-weu-01"


def _machine(cloud: Direct) -> dict[str, Any]:
    properties: dict[str, Any] = cloud.get(VM, **{"$expand": "instanceView"})["properties"]
    return properties


def _agent(cloud: Direct) -> dict[str, Any]:
    agent: dict[str, Any] = _machine(cloud)["instanceView"]["vmAgent"]
    return agent


@pytest.mark.parametrize(
    "agent, version, display, message",
    [
        ({}, "2.7.41491.1149", "Ready", "GuestAgent is running and accepting new configurations."),
        (
            {"state": "waiting-for-network", "version": "2.6.1"},
            "2.6.1",
            "Ready",
            "GuestAgent is running and waiting for network issue to be resolved.",
        ),
        (
            {"state": "not-ready", "version": "2.6.1"},
            "Unknown",
            "Not Ready",
            "VM status blob is found but not yet populated.",
        ),
    ],
)
def test_agents(make: Make, agent: dict[str, Any], version: str, display: str, message: str) -> None:
    found = _agent(make(vm={"agent": agent}))
    status = found["statuses"][0]
    assert (found["vmAgentVersion"], status["displayStatus"], status["message"]) == (version, display, message)
    assert status["time"] == "2026-11-02T14:30:05.2500000+00:00"


def test_a_silent_agent_takes_the_name_of_the_os_with_it(make: Make) -> None:
    view = _machine(make(vm={"agent": {"state": "not-ready"}}))["instanceView"]
    assert "osName" not in view
    assert "extensionHandlers" not in view["vmAgent"]
    assert "vmAgent" not in _machine(make(vm={"agent": {"state": "absent"}}))["instanceView"]


def test_linux(make: Make) -> None:
    cloud = make(vm={"os": "linux", "os_name": "redhat"})
    machine = _machine(cloud)
    assert machine["storageProfile"]["osDisk"]["osType"] == "Linux"
    assert machine["osProfile"]["linuxConfiguration"]["provisionVMAgent"] is True
    assert machine["instanceView"]["osName"] == "redhat"
    assert _agent(cloud)["vmAgentVersion"] == "2.9.1.1"
    assert _agent(cloud)["statuses"][0]["message"] == "Guest Agent is running"
    assert [row["name"] for row in cloud.rows(f"{VM}/extensions")] == ["VMSnapshotLinux"]


def test_a_stopped_vm_keeps_the_last_report_of_its_agent(make: Make) -> None:
    cloud = make(vm={"power": "deallocated"})
    status = _agent(cloud)["statuses"][0]
    assert (status["displayStatus"], status["time"][:16]) == ("Ready", "2026-11-02T06:30")
    assert _machine(cloud)["instanceView"]["statuses"][1]["code"] == "PowerState/deallocated"


def test_an_agent_that_went_silent_and_came_back(make: Make) -> None:
    cloud = make(vm={"agent": {"silent_hours": 5, "recovers_after_hours": 2}})
    assert _agent(cloud)["statuses"][0]["time"][:16] == "2026-11-02T09:30"
    cloud.wait(hours=2)
    assert _agent(cloud)["statuses"][0]["time"][:16] == "2026-11-02T16:30"


def test_states_settle(make: Make) -> None:
    cloud = make(vm={"power": "starting", "state": "Updating", "state_settles_after_minutes": 20})
    assert _machine(cloud)["provisioningState"] == "Updating"
    cloud.wait(minutes=20)
    machine = _machine(cloud)
    codes = [status["code"] for status in machine["instanceView"]["statuses"]]
    assert (machine["provisioningState"], codes) == (
        "Succeeded",
        ["ProvisioningState/succeeded", "PowerState/running"],
    )


def test_a_vm_that_moved(make: Make) -> None:
    cloud = make(vm={"exists": False, "moved_to": "rg-new-weu"}, neighbours=[])
    assert code(cloud.ask("GET", VM)) == "ResourceNotFound"
    assert [row["id"] for row in cloud.rows(_VMS)] == [VM.replace("rg-app-prod-weu", "rg-new-weu")]
    assert len(cloud.points()) == 18
    assert cloud.get(f"{_DISKS}/vm-app-01_OsDisk")["properties"]["diskState"] == "Unattached"


def test_a_group_that_is_gone(make: Make) -> None:
    cloud = make(vm={"group_exists": False}, neighbours=[])
    assert code(cloud.ask("GET", VM)) == "ResourceGroupNotFound"
    assert cloud.rows(_VMS) == []


def test_another_region(make: Make) -> None:
    cloud = make(vm={"location": "northeurope"}, vault_location="uksouth")
    assert cloud.get(VM)["location"] == "northeurope"
    assert cloud.get(f"{_DISKS}/vm-app-01_OsDisk")["location"] == "northeurope"


def test_disks(make: Make) -> None:
    cloud = make(
        vm={
            "os_disk_encrypted": True,
            "disks": [
                {"name": "data-1", "size_gb": 4096, "encrypted": True, "key": True},
                {"name": "data-2", "shares": 3, "sku": "UltraSSD_LRS", "state": "ActiveSAS"},
                {"name": "data-3", "exists": False},
            ],
        }
    )
    attached = _machine(cloud)["storageProfile"]["dataDisks"]
    assert [(disk["lun"], disk["name"]) for disk in attached] == [(0, "data-1"), (1, "data-2"), (2, "data-3")]
    first, second = cloud.get(attached[0]["managedDisk"]["id"]), cloud.get(attached[1]["managedDisk"]["id"])
    settings = first["properties"]["encryptionSettingsCollection"]["encryptionSettings"][0]
    assert {entry["sourceVault"]["id"] for entry in settings.values()} == {_KEY_VAULT}
    assert set(settings) == {"diskEncryptionKey", "keyEncryptionKey"}
    assert (first["properties"]["diskSizeGB"], first["properties"]["diskState"]) == (4096, "Attached")
    assert "maxShares" not in first["properties"]
    assert (second["sku"], second["properties"]["maxShares"]) == ({"name": "UltraSSD_LRS", "tier": "UltraSSD"}, 3)
    assert second["properties"]["diskState"] == "ActiveSAS"
    assert code(cloud.ask("GET", attached[2]["managedDisk"]["id"])) == "ResourceNotFound"
    assert cloud.get(f"{SUB}/resourceGroups/rg-keys-prod-weu")["name"] == "rg-keys-prod-weu"


def test_disks_of_a_deallocated_vm_are_reserved(make: Make) -> None:
    cloud = make(vm={"power": "deallocated"})
    assert cloud.get(f"{_DISKS}/vm-app-01_OsDisk")["properties"]["diskState"] == "Reserved"


def test_unmanaged_disks_are_page_blobs(make: Make) -> None:
    cloud = make(vm={"unmanaged": True, "disks": [{"name": "data-1"}]})
    profile = _machine(cloud)["storageProfile"]
    for disk in (profile["osDisk"], *profile["dataDisks"]):
        assert "managedDisk" not in disk
        assert disk["vhd"]["uri"].endswith(f"/vhds/{disk['name']}.vhd")
    assert cloud.ask("GET", f"{_DISKS}/data-1").status == 404
