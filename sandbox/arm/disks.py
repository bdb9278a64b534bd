"""Managed disks: the OS disk and the data disks of the VMs.

Source: recorded answers of ``disks`` and Azure REST "Disks - Get"; the settings of Azure Disk Encryption name the
key vault of the secret (BEK) and, where there is one, of the key that wraps it (KEK).
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sandbox.arm import errors, lookup
from sandbox.arm.exchange import Answer, Request, Table
from sandbox.arm.machine_state import Machine
from sandbox.arm.paths import same
from sandbox.arm.spec_machine import DiskSpec
from sandbox.arm.times import offset
from sandbox.arm.world import World

ROUTES = Table()

_TYPE = "Microsoft.Compute/disks"
_OS_DISK_GB = 127
_AGE = timedelta(days=200)


@ROUTES.on("GET", lookup.COMPUTE + "/disks/{disk}", f"{_TYPE}/read", bucket="LowCostGet")
def get_disk(request: Request) -> Answer:
    """``disks.get``: the disks of a deleted VM are still there."""
    group, name, world = lookup.check_group(request), request.params["disk"], request.world
    found = owner_of(world, group, name)
    if not found:
        raise errors.no_resource(_TYPE, name, group)
    return Answer(200, _row(world, *found))


def owner_of(world: World, group: str, name: str) -> tuple[Machine, DiskSpec] | None:
    """The disk of a name in a group and the VM that it belongs to, whether that VM still exists or not."""
    wanted = name.lower()
    for machine in (*(item.machine for item in world.items), *world.strangers):
        if not (same(machine.group, group) and (machine.spec.disks or wanted.startswith(machine.name.lower()))):
            continue
        for disk in disks_of(machine):
            if disk.exists and disk.name.lower() == wanted:
                return machine, disk
    return None


def os_disk(machine: Machine) -> DiskSpec:
    """The disk of the operating system."""
    spec = machine.spec
    name = f"{machine.name}_OsDisk"
    return DiskSpec(name=name, size_gb=_OS_DISK_GB, encrypted=spec.os_disk_encrypted, key=spec.os_disk_key)


def disks_of(machine: Machine) -> Iterator[DiskSpec]:
    """The managed disks of a VM, that of the operating system first; unmanaged ones are no resources."""
    if not machine.spec.unmanaged:
        yield os_disk(machine)
        yield from machine.spec.disks


def disk_id(world: World, machine: Machine, disk: DiskSpec) -> str:
    """The ARM id; disks are in the group of their VM."""
    return world.resource_id(machine.group, _TYPE, disk.name)


def encryption_settings(world: World, disk: DiskSpec) -> dict[str, Any]:
    """The secret and the key of an encrypted disk, each with its key vault."""
    vault = world.spec.key_vault
    source = {"id": world.resource_id(vault.group, "Microsoft.KeyVault/vaults", vault.name)}
    base = f"https://{vault.name}.vault.azure.net"
    settings = {"diskEncryptionKey": {"sourceVault": source, "secretUrl": f"{base}/secrets/{disk.name}/1"}}
    if disk.key:
        settings["keyEncryptionKey"] = {"sourceVault": source, "keyUrl": f"{base}/keys/disks/1"}
    return settings


def _row(world: World, machine: Machine, disk: DiskSpec) -> dict[str, Any]:
    return {
        "name": disk.name,
        "id": disk_id(world, machine, disk),
        "type": _TYPE,
        "location": machine.location,
        "tags": {},
        "sku": {"name": disk.sku, "tier": disk.sku.split("_")[0]},
        **({"managedBy": machine.id} if disk.state != "Unattached" and machine.exists else {}),
        "properties": {
            "creationData": {"createOption": "Empty"},
            "diskSizeGB": disk.size_gb,
            "diskSizeBytes": disk.size_gb << 30,
            "encryption": {"type": "EncryptionAtRestWithPlatformKey"},
            "networkAccessPolicy": "AllowAll",
            "timeCreated": offset(world.began - _AGE),
            "provisioningState": "Succeeded",
            "diskState": _state(machine, disk),
            **({"maxShares": disk.shares} if disk.shares > 1 else {}),
            **({"encryptionSettingsCollection": _collection(world, disk)} if disk.encrypted else {}),
        },
    }


def _state(machine: Machine, disk: DiskSpec) -> str:
    """A disk of a deallocated VM is reserved; without a VM it is unattached."""
    if disk.state != "Attached":
        return disk.state
    if not machine.exists:
        return "Unattached"
    return "Reserved" if machine.power == "deallocated" else "Attached"


def _collection(world: World, disk: DiskSpec) -> dict[str, Any]:
    return {
        "enabled": True,
        "encryptionSettingsVersion": "1.1",
        "encryptionSettings": [encryption_settings(world, disk)],
    }
