"""What a scenario says of a virtual machine, its agent, extensions and disks; and what all parts of a scenario share.

Names follow the shape that the services give them.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Hours = Annotated[float, Meta(ge=0)]
Minutes = Annotated[float, Meta(ge=0)]
Count = Annotated[int, Meta(ge=0)]
Level = Literal["CanNotDelete", "ReadOnly"]


class Spec(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Base: an unknown key is an error that names it."""


Cure = Literal["reapply", "restart", "run-command"]


class AgentSpec(Spec, frozen=True):
    """The VM agent. ``recovers_after_hours``: by itself; ``recovers_on``: what else makes it answer again."""

    state: Literal["ready", "not-ready", "waiting-for-network", "absent"] = "ready"
    version: str | None = None
    silent_hours: Hours = 0
    recovers_after_hours: Hours | None = None
    recovers_on: list[Cure] = []


class ExtensionSpec(Spec, frozen=True):
    """An extension of the VM: ``state`` as provisioningState has it, ``message`` as its instance view says it."""

    name: str
    publisher: str = "Microsoft.Compute"
    type: str = "CustomScriptExtension"
    state: str = "Succeeded"
    message: str | None = None


class BackupExtensionSpec(Spec, frozen=True):
    """VMSnapshot or VMSnapshotLinux. Once deleted, the next backup installs it anew, in good order."""

    present: bool = True
    state: str = "Succeeded"
    message: str | None = None
    recovers_on: list[Cure] = []
    deletion_minutes: Minutes = 3
    deletion_fails: Count = 0


class DiskSpec(Spec, frozen=True):
    """A data disk. ``encrypted``: by Azure Disk Encryption, with the world's key vault; ``key``: a KEK besides."""

    name: str
    size_gb: Annotated[int, Meta(ge=1)] = 128
    shares: Annotated[int, Meta(ge=1)] = 1
    sku: str = "Premium_LRS"
    state: str = "Attached"
    encrypted: bool = False
    key: bool = False
    exists: bool = True


class MachineSpec(Spec, frozen=True):
    """A virtual machine. ``state`` is its provisioningState, which the cures in ``state_recovers_on`` mend.

    ``state_settles_after_minutes``: when Updating, starting or stopping is over. ``exists`` false: it was deleted;
    ``group_exists`` false: its resource group with it. ``moved_to``: a group in which a VM of the same name exists now.
    """

    name: str = "vm-app-01"
    group: str = "rg-app-prod-weu"
    exists: bool = True
    group_exists: bool = True
    moved_to: str | None = None
    location: str | None = None
    os: Literal["windows", "linux"] = "windows"
    os_name: str | None = None
    power: Literal["running", "starting", "stopping", "stopped", "deallocating", "deallocated"] = "running"
    state: str = "Succeeded"
    state_settles_after_minutes: Minutes | None = None
    state_recovers_on: list[Cure] = []
    agent: AgentSpec = AgentSpec()
    backup_extension: BackupExtensionSpec = BackupExtensionSpec()
    extensions: list[ExtensionSpec] = []
    disks: list[DiskSpec] = []
    os_disk_encrypted: bool = False
    os_disk_key: bool = False
    unmanaged: bool = False
    address: Literal["Dynamic", "Static"] = "Dynamic"
