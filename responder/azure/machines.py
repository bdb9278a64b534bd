"""Virtual machines and the contents of resource groups, read only.

Source: azure-mgmt-compute 39.0.0 (API 2026-04-01), azure-mgmt-resource 26.0.0 (API 2025-04-01).
"""

from collections.abc import Mapping
from typing import Any

from responder.azure import places
from responder.azure.calls import Calls, body, identity
from responder.azure.model import Agent, AttachedDisk, GroupResource, Machine
from responder.azure.translate import translated
from responder.dig import dig, flag, moment, number, rows, text

_POWER = "powerstate/"


class Machines(Calls):
    """VMs and groups. Every method raises `ArmError`s."""

    @translated
    def machine(self, vm_id: str) -> Machine:
        """A virtual machine: its model and its instance view; `NotFound` if it was deleted."""
        vm = places.resource(vm_id, places.MACHINE)
        calls = self._clients.compute(vm.subscription).virtual_machines
        return machine_of(body(calls.get(vm.group, vm.name, expand="instanceView")))

    @translated
    def group_resources(self, subscription: str, group: str) -> list[GroupResource]:
        """Everything in a resource group, whatever its type."""
        found = self._clients.resources(subscription).resources.list_by_resource_group(group)
        return [GroupResource(id=identity(row), type=text(row, "type") or "") for row in (body(each) for each in found)]


def machine_of(row: Mapping[str, Any]) -> Machine:
    """A virtual machine from its JSON."""
    properties = dig(row, "properties")
    view = dig(properties, "instanceView")
    allowed = flag(properties, "osProfile", "allowExtensionOperations")
    return Machine(
        id=identity(row),
        location=text(row, "location") or "",
        tags={str(name): str(value) for name, value in (dig(row, "tags") or {}).items()},
        os=_os(properties),
        os_name=text(view, "osName"),
        state=text(properties, "provisioningState"),
        power=_power(view),
        agent=_agent(dig(view, "vmAgent")),
        disks=_disks(dig(properties, "storageProfile")),
        interfaces=_interfaces(properties),
        extension_operations=allowed is not False,
    )


def _os(properties: object) -> str | None:
    """``windows`` or ``linux``; a VM from a specialised disk has no osProfile, one that is being made no disk."""
    if kind := text(properties, "storageProfile", "osDisk", "osType"):
        return kind.lower()
    profile = dig(properties, "osProfile")
    return next((os for os in ("windows", "linux") if dig(profile, f"{os}Configuration") is not None), None)


def _power(view: object) -> str | None:
    codes = [(text(status, "code") or "").lower() for status in rows(view, "statuses")]
    return next((code.removeprefix(_POWER) for code in codes if code.startswith(_POWER)), None)


def _agent(view: object) -> Agent | None:
    if not isinstance(view, Mapping):
        return None
    status = next(iter(rows(view, "statuses")), None)
    return Agent(
        version=text(view, "vmAgentVersion"),
        display=text(status, "displayStatus"),
        code=text(status, "code"),
        message=text(status, "message"),
        at=moment(status, "time"),
    )


def _disks(profile: object) -> list[AttachedDisk]:
    attached = [dig(profile, "osDisk"), *rows(profile, "dataDisks")]
    return [
        AttachedDisk(
            name=text(disk, "name") or "", id=text(disk, "managedDisk", "id"), size_gb=number(disk, "diskSizeGB")
        )
        for disk in attached
        if isinstance(disk, Mapping)
    ]


def _interfaces(properties: object) -> list[str]:
    found = rows(properties, "networkProfile", "networkInterfaces")
    found.sort(key=lambda each: flag(each, "properties", "primary") is not True)  # stable: the others keep their order
    return [interface for each in found if (interface := text(each, "id"))]
