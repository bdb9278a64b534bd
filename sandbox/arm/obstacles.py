"""What stands in the way of a VM's backup at a moment, and after how many minutes the job says so.

Source: Azure Backup, "Troubleshoot Azure VM backup", "Troubleshoot Azure Backup failure: issues with the agent or
extension", and the support matrix (a VM that is off is backed up, crash-consistent). Times are the sandbox's own: in
one public test a silent agent made a job fail only after 4 h 20 min (Linux) and 5 h 25 min (Windows).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from sandbox.arm.disks import disks_of
from sandbox.arm.machine_state import Machine
from sandbox.arm.paths import same
from sandbox.arm.world import Item, World

_ENCRYPTED_LIMIT_GB = 4095  # Azure Backup support matrix: disks with Azure Disk Encryption
_BETWEEN = {"starting", "stopping", "deallocating"}
_SECRETS = {"get", "list"}
_KEYS = {"get", "list", "backup"}
_ROLES = {"Key Vault Administrator", "custom"}


class Obstacle(NamedTuple):
    """The code with which the job fails, ``minutes`` after its start."""

    code: str
    minutes: int


_Test = Callable[[World, Machine, datetime], Obstacle | None]


def obstacle(world: World, item: Item, at: datetime) -> Obstacle | None:
    """The first thing that is wrong; None lets the backup succeed."""
    found = (test(world, item.machine, at) for test in _TESTS)
    return next((entry for entry in found if entry), None)


def _presence(world: World, machine: Machine, _at: datetime) -> Obstacle | None:
    if not world.group(machine.group):
        return Obstacle("UserErrorResourceGroupNotFound", 10)
    if not machine.exists:
        return Obstacle("UserErrorVmNotFoundV2", 10)
    if not same(machine.location, world.spec.vault_location or world.spec.location):
        return Obstacle("UserErrorVmVaultLocationMismatch", 3)
    return None


def _state(_world: World, machine: Machine, _at: datetime) -> Obstacle | None:
    if machine.state == "Failed":
        return Obstacle("UserErrorVmProvisioningStateFailed", 3)
    if machine.state != "Succeeded" or machine.power in _BETWEEN:
        return Obstacle("UserErrorVmNotInDesirableState", 3)
    return None


def _guest(world: World, machine: Machine, _at: datetime) -> Obstacle | None:
    """What the backup needs inside a VM that runs; of one that is off it takes the disks as they are."""
    if machine.power != "running":
        return None
    if not machine.answers:
        return Obstacle("UserErrorGuestAgentStatusUnavailable", 30)
    denied = machine is world.subject.machine and "platform" in world.spec.network.deny
    if machine.agent == "waiting-for-network" or denied:
        return Obstacle("ExtensionSnapshotFailedNoNetwork", 20)
    extension = machine.backup_extension
    if extension and extension.state != "Succeeded":
        stuck = extension.state == "Deleting"
        return Obstacle("ExtensionStuckInDeletionState" if stuck else "ExtensionOperationFailedForManagedDisks", 12)
    return None


def _disks(world: World, machine: Machine, _at: datetime) -> Obstacle | None:
    disks = list(disks_of(machine))
    if not all(disk.exists for disk in disks):
        return Obstacle("UserErrorGenericResourceNotFound", 5)
    if any(disk.shares > 1 for disk in disks):
        return Obstacle("UserErrorSharedDiskBackupNotSupported", 30)
    for disk in disks:
        limit = min(world.spec.disk_limit_gb, _ENCRYPTED_LIMIT_GB) if disk.encrypted else world.spec.disk_limit_gb
        if disk.size_gb > limit:
            return Obstacle("UserErrorUnsupportedDiskSize", 5)
    return None


def _keys(world: World, machine: Machine, at: datetime) -> Obstacle | None:
    """Only Azure Disk Encryption needs rights in the key vault, and new ones take a while to act."""
    encrypted = [disk for disk in disks_of(machine) if disk.encrypted]
    if not encrypted:
        return None
    young = at < world.began + timedelta(minutes=world.spec.key_vault.grants_act_after_minutes)
    if young or not _may_read(world, wrapped=any(disk.key for disk in encrypted)):
        return Obstacle("UserErrorKeyvaultPermissionsNotConfigured", 5)
    return None


def _may_read(world: World, *, wrapped: bool) -> bool:
    spec = world.spec.key_vault
    if not spec.exists or spec.soft_deleted or spec.firewall:
        return False
    if spec.model == "rbac":
        return spec.role in _ROLES
    return set(spec.secrets) >= _SECRETS and (not wrapped or set(spec.keys) >= _KEYS)


_TESTS: tuple[_Test, ...] = (_presence, _state, _guest, _disks, _keys)
