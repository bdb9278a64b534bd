"""Virtual machines and the contents of resource groups, read only.

Source: azure-mgmt-compute 39.0.0 (API 2026-04-01), azure-mgmt-resource 26.0.0 (API 2025-04-01).
"""

from responder.azure.calls import Calls, body, identity
from responder.azure.model import GroupResource, Machine
from responder.azure.translate import translated
from responder.dig import dig, text
from responder.errors import Rejected
from responder.ids import ResourceId

_TYPE = "microsoft.compute/virtualmachines"


class Machines(Calls):
    """VMs and groups. Every method raises `ArmError`s."""

    @translated
    def machine(self, vm_id: str) -> Machine:
        """A virtual machine; `NotFound` if it was deleted."""
        resource = ResourceId.parse(vm_id)
        if resource is None or resource.type.lower() != _TYPE:
            raise Rejected(f"'{vm_id}' is no virtual machine.", code="NotAMachine")
        row = body(self._clients.compute(resource.subscription).virtual_machines.get(resource.group, resource.name))
        return Machine(
            id=identity(row),
            location=text(row, "location") or "",
            tags={str(name): str(value) for name, value in (dig(row, "tags") or {}).items()},
        )

    @translated
    def group_resources(self, subscription: str, group: str) -> list[GroupResource]:
        """Everything in a resource group, whatever its type."""
        found = self._clients.resources(subscription).resources.list_by_resource_group(group)
        return [GroupResource(id=identity(row), type=text(row, "type") or "") for row in (body(each) for each in found)]
