"""Virtual machines: model, instance view, extensions.

Source: recorded answers of Microsoft.Compute; the list of extensions has ``value`` alone, it is never paged.
"""

from typing import Any

from sandbox.arm import lookup
from sandbox.arm.exchange import Answer, Request, Table, page
from sandbox.arm.paths import same
from sandbox.arm.times import offset
from sandbox.arm.world import Machine, World

ROUTES = Table()

_TYPE = "Microsoft.Compute/virtualMachines"
_VM = lookup.COMPUTE + "/virtualMachines/{vm}"
_SUCCEEDED = {"code": "ProvisioningState/succeeded", "level": "Info", "displayStatus": "Provisioning succeeded"}
_READY = {
    "code": "ProvisioningState/succeeded",
    "level": "Info",
    "displayStatus": "Ready",
    "message": "GuestAgent is running and accepting new configurations.",
}
_RUNNING = {"code": "PowerState/running", "level": "Info", "displayStatus": "VM running"}


@ROUTES.on("GET", lookup.SUB + "/providers/" + _TYPE, f"{_TYPE}/read", bucket="HighCostGet")
def list_all(request: Request) -> Answer:
    """``virtual_machines.list_all``."""
    world = request.world
    return page(request, [_row(world, item.machine) for item in world.items], world.spec.page_size)


@ROUTES.on("GET", lookup.COMPUTE + "/virtualMachines", f"{_TYPE}/read", bucket="HighCostGet")
def list_of_group(request: Request) -> Answer:
    """``virtual_machines.list``."""
    group, world = lookup.check_group(request), request.world
    rows = [_row(world, item.machine) for item in world.items if same(item.machine.group, group)]
    return page(request, rows, world.spec.page_size)


@ROUTES.on("GET", _VM, f"{_TYPE}/read", bucket="LowCostGet")
def get_machine(request: Request) -> Answer:
    """``virtual_machines.get``: with the instance view if asked to expand it."""
    machine = lookup.machine(request)
    row = _row(request.world, machine)
    if request.query.get("$expand", "").lower() == "instanceview":
        row["properties"]["instanceView"] = _instance_view(request, machine)
    return Answer(200, row)


@ROUTES.on("GET", _VM + "/instanceView", f"{_TYPE}/instanceView/read", bucket="LowCostGet")
def get_instance_view(request: Request) -> Answer:
    """``virtual_machines.instance_view``."""
    return Answer(200, _instance_view(request, lookup.machine(request)))


@ROUTES.on("GET", _VM + "/extensions", f"{_TYPE}/extensions/read", bucket="LowCostGet")
def list_extensions(request: Request) -> Answer:
    """``virtual_machine_extensions.list``: the snapshot extension of the backup."""
    machine = lookup.machine(request)
    extension = {
        "name": "VMSnapshot",
        "id": f"{machine.id}/extensions/VMSnapshot",
        "type": f"{_TYPE}/extensions",
        "location": request.world.spec.location,
        "properties": {
            "autoUpgradeMinorVersion": True,
            "provisioningState": "Succeeded",
            "publisher": "Microsoft.Azure.RecoveryServices",
            "type": "VMSnapshot",
            "typeHandlerVersion": "1.0",
        },
    }
    return Answer(200, {"value": [extension]})


def _row(world: World, machine: Machine) -> dict[str, Any]:
    network = world.resource_id(machine.group, "Microsoft.Network/networkInterfaces", f"{machine.name}-nic")
    return {
        "name": machine.name,
        "id": machine.id,
        "type": _TYPE,
        "location": world.spec.location,
        "tags": machine.tags,
        "properties": {
            "vmId": machine.guid,
            "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
            "storageProfile": {"osDisk": _os_disk(world, machine), "dataDisks": []},
            "osProfile": {
                "computerName": machine.name,
                "adminUsername": "azureadmin",
                "windowsConfiguration": {"provisionVMAgent": True, "enableAutomaticUpdates": True},
                "secrets": [],
                "allowExtensionOperations": True,
                "requireGuestProvisionSignal": True,
            },
            "networkProfile": {"networkInterfaces": [{"id": network}]},
            "provisioningState": "Succeeded",
        },
    }


def _os_disk(world: World, machine: Machine) -> dict[str, Any]:
    name = f"{machine.name}_OsDisk"
    disk = world.resource_id(machine.group, "Microsoft.Compute/disks", name)
    return {
        "osType": "Windows",
        "name": name,
        "createOption": "FromImage",
        "caching": "ReadWrite",
        "managedDisk": {"storageAccountType": "Premium_LRS", "id": disk},
        "diskSizeGB": 127,
    }


def _instance_view(request: Request, machine: Machine) -> dict[str, Any]:
    moment = {"time": offset(request.at)}
    return {
        "computerName": machine.name,
        "osName": "Windows Server 2022 Datacenter",
        "osVersion": "10.0.20348.2700",
        "vmAgent": {"vmAgentVersion": "2.7.41491.1149", "statuses": [{**_READY, **moment}], "extensionHandlers": []},
        "disks": [{"name": f"{machine.name}_OsDisk", "statuses": [{**_SUCCEEDED, **moment}]}],
        "hyperVGeneration": "V2",
        "statuses": [{**_SUCCEEDED, **moment}, _RUNNING],
    }
