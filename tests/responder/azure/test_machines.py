"""Virtual machines, their extensions and disks, and what is done to them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from responder.azure.gateway import Gateway
from responder.azure.model import Agent, AttachedDisk, EncryptionKey, Machine
from responder.errors import NotFound, Rejected, Unavailable
from responder.wire import plain, typed
from tests.responder.alerts import APP_GROUP, SUBSCRIPTION, VM
from tests.responder.azure.canned import CannedArm

COMPUTE = f"{APP_GROUP}/providers/Microsoft.Compute"
DISK = f"{COMPUTE}/disks/vm-app-01-data"
NICS = f"{APP_GROUP}/providers/Microsoft.Network/networkInterfaces"
KEYS = f"{APP_GROUP}/providers/Microsoft.KeyVault/vaults/kv-disks"
POINT = f"{COMPUTE}/restorePointCollections/AzureBackup_vm-app-01_4021/restorePoints/AzureBackup_20261101_003104"
OPERATION = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/locations/westeurope/operations/7c1e?p=9"


def vm_row(view: object = None, **properties: object) -> dict[str, Any]:
    return {"id": VM, "name": "vm-app-01", "location": "westeurope", "properties": {"instanceView": view, **properties}}


def test_a_machine_with_everything(arm: CannedArm, gateway: Gateway) -> None:
    status = {
        "code": "ProvisioningState/Unavailable",
        "level": "Warning",
        "displayStatus": "Not Ready",
        "message": "VM status blob is found but not yet populated.",
        "time": "2026-11-02T01:02:03+00:00",
    }
    view = {
        "osName": "ubuntu",
        "vmAgent": {"vmAgentVersion": "Unknown", "statuses": [status]},
        "statuses": [{"code": "ProvisioningState/failed"}, {"code": "PowerState/running"}],
    }
    disks = {
        "osDisk": {"osType": "Linux", "name": "os", "managedDisk": {"id": f"{COMPUTE}/disks/os"}, "diskSizeGB": 30},
        "dataDisks": [{"lun": 0, "name": "blob", "vhd": {"uri": "https://acc.blob.example/vhds/d.vhd"}}],
    }
    nics = [{"id": f"{NICS}/second"}, {"id": f"{NICS}/first", "properties": {"primary": True}}]
    arm.answers(
        200,
        vm_row(
            view,
            provisioningState="Failed",
            storageProfile=disks,
            networkProfile={"networkInterfaces": nics},
            osProfile={"allowExtensionOperations": False},
        ),
    )
    machine = gateway.machine(VM)
    assert machine == Machine(
        id=VM,
        location="westeurope",
        os="linux",
        os_name="ubuntu",
        state="Failed",
        power="running",
        agent=Agent(
            version="Unknown",
            display="Not Ready",
            code="ProvisioningState/Unavailable",
            message="VM status blob is found but not yet populated.",
            at=datetime(2026, 11, 2, 1, 2, 3, tzinfo=UTC),
        ),
        disks=[AttachedDisk(name="os", id=f"{COMPUTE}/disks/os", size_gb=30), AttachedDisk(name="blob")],
        interfaces=[f"{NICS}/first", f"{NICS}/second"],
        extension_operations=False,
    )
    assert typed(plain(machine), Machine) == machine
    assert arm.seen[0].query["$expand"] == "instanceView"


def test_a_machine_that_tells_little(arm: CannedArm, gateway: Gateway) -> None:
    arm.answers(200, vm_row(osProfile={"windowsConfiguration": {}}))
    machine = gateway.machine(VM)
    assert (machine.os, machine.power, machine.agent, machine.disks) == ("windows", None, None, [])
    assert machine.extension_operations
    arm.answers(200, vm_row({"vmAgent": {}, "statuses": "none"}, storageProfile=[], networkProfile=None))
    machine = gateway.machine(VM)
    assert (machine.os, machine.agent, machine.interfaces) == (None, Agent(), [])


def test_extensions_with_what_they_say(arm: CannedArm, gateway: Gateway) -> None:
    view = {
        "typeHandlerVersion": "1.0.87.0",
        "statuses": [{"code": "ProvisioningState/failed/2", "displayStatus": "Failed", "message": "No network."}],
        "substatuses": [{"displayStatus": "Snapshot not taken", "message": ""}, {"code": "x"}, "odd"],
    }
    mine = {
        "id": f"{VM}/extensions/VMSnapshot",
        "name": "VMSnapshot",
        "properties": {
            "publisher": "Microsoft.Azure.RecoveryServices",
            "type": "VMSnapshot",
            "typeHandlerVersion": "1.0",
            "provisioningState": "Failed",
            "instanceView": view,
        },
    }
    other = {"id": f"{VM}/extensions/x", "name": "x", "properties": {"typeHandlerVersion": "2.1"}}
    arm.answers(200, {"value": [mine, other]})
    first, second = gateway.extensions(VM)
    assert (first.name, first.publisher, first.type) == ("VMSnapshot", "Microsoft.Azure.RecoveryServices", "VMSnapshot")
    assert (first.version, first.state, first.messages) == ("1.0.87.0", "Failed", ["No network.", "Snapshot not taken"])
    assert (second.version, second.state, second.messages) == ("2.1", None, [])
    assert (arm.seen[0].path, arm.seen[0].query["$expand"]) == (f"{VM}/extensions", "instanceView")


def test_a_disk(arm: CannedArm, gateway: Gateway) -> None:
    settings = [
        {
            "diskEncryptionKey": {"sourceVault": {"id": KEYS}, "secretUrl": "https://kv.example/secrets/a"},
            "keyEncryptionKey": {"sourceVault": {"id": KEYS}, "keyUrl": "https://kv.example/keys/b"},
        },
        {"diskEncryptionKey": {"sourceVault": {"id": KEYS}}},
    ]
    properties = {
        "diskSizeGB": 4096,
        "diskState": "ActiveSAS",
        "maxShares": 2,
        "encryption": {"diskEncryptionSetId": f"{COMPUTE}/diskEncryptionSets/des"},
        "encryptionSettingsCollection": {"enabled": True, "encryptionSettings": settings},
    }
    arm.answers(200, {"id": DISK, "name": "data", "sku": {"name": "Premium_LRS"}, "properties": properties})
    disk = gateway.disk(DISK)
    assert (disk.size_gb, disk.sku, disk.state, disk.max_shares) == (4096, "Premium_LRS", "ActiveSAS", 2)
    assert disk.encrypted
    assert disk.keys == [EncryptionKey(kind="secret", vault_id=KEYS), EncryptionKey(kind="key", vault_id=KEYS)]
    assert disk.encryption_set == f"{COMPUTE}/diskEncryptionSets/des"
    arm.answers(200, {"id": DISK, "name": "data", "properties": {"diskState": "Unattached"}})
    plain_disk = gateway.disk(DISK)
    assert (plain_disk.max_shares, plain_disk.encrypted, plain_disk.keys) == (1, False, [])


def reapply(gateway: Gateway) -> str | None:
    return gateway.reapply(VM)


def restart(gateway: Gateway) -> str | None:
    return gateway.restart(VM)


def run(gateway: Gateway) -> str | None:
    return gateway.run_command(VM, "RunShellScript", ["systemctl restart walinuxagent"])


def remove(gateway: Gateway) -> str | None:
    return gateway.delete_extension(VM, "VMSnapshotLinux")


def delete_point(gateway: Gateway) -> str | None:
    return gateway.delete_point(POINT)


ACTIONS = [
    (reapply, "POST", f"{VM}/reapply"),
    (restart, "POST", f"{VM}/restart"),
    (run, "POST", f"{VM}/runCommand"),
    (remove, "DELETE", f"{VM}/extensions/VMSnapshotLinux"),
    (delete_point, "DELETE", POINT),
]


@pytest.mark.parametrize("act,method,path", ACTIONS)
def test_an_action_starts_once_and_does_not_wait(
    arm: CannedArm, gateway: Gateway, act: Callable[[Gateway], str | None], method: str, path: str
) -> None:
    url = f"{arm.url}{OPERATION}"
    arm.answers(202, b"", Azure_AsyncOperation=url, Location=f"{url}&monitor=true")
    assert act(gateway) == url
    assert [(seen.method, seen.path) for seen in arm.seen] == [(method, path)]
    arm.answers(202, b"", Location=f"{url}&monitor=true")
    assert act(gateway) == f"{url}&monitor=true"
    arm.answers(200, {"value": []})
    assert act(gateway) is None
    arm.answers(202, b"")
    with pytest.raises(Unavailable, match="names no operation"):
        act(gateway)
    arm.answers(503, b"", Retry_After="1")
    with pytest.raises(Unavailable):
        act(gateway)
    assert len(arm.seen) == 5


@pytest.mark.parametrize("act", [reapply, restart, run])
def test_a_machine_that_is_gone_can_not_be_acted_on(
    arm: CannedArm, gateway: Gateway, act: Callable[[Gateway], str | None]
) -> None:
    arm.answers(404, {"error": {"code": "ResourceNotFound", "message": "m"}})
    with pytest.raises(NotFound):
        act(gateway)


@pytest.mark.parametrize("act", [remove, delete_point])
def test_what_is_gone_needs_no_deletion(arm: CannedArm, gateway: Gateway, act: Callable[[Gateway], str | None]) -> None:
    arm.answers(404, {"error": {"code": "ResourceNotFound", "message": "m"}})
    arm.answers(204)
    assert act(gateway) is None
    assert act(gateway) is None


def test_a_script_is_sent_as_lines(arm: CannedArm, gateway: Gateway) -> None:
    arm.answers(200, {"value": []})
    run(gateway)
    assert arm.seen[0].json == {"commandId": "RunShellScript", "script": ["systemctl restart walinuxagent"]}
    assert arm.seen[0].query == {"api-version": "2026-04-01"}


@pytest.mark.parametrize("wrong", ["", DISK, f"{VM}/extensions", f"{VM}x/..", VM.replace("rg-app-prod-weu", "..")])
def test_only_a_machine_is_acted_on(arm: CannedArm, gateway: Gateway, wrong: str) -> None:
    for call in (gateway.machine, gateway.extensions, gateway.reapply, gateway.restart, gateway.disk):
        if call == gateway.disk and wrong == DISK:
            continue
        with pytest.raises(Rejected):
            call(wrong)
    with pytest.raises(Rejected):
        gateway.run_command(wrong, "RunShellScript", [])
    with pytest.raises(Rejected):
        gateway.delete_extension(VM, "../..")
    with pytest.raises(Rejected):
        gateway.delete_point(wrong)
    assert arm.seen == []
