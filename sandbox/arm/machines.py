"""Virtual machines: model and instance view.

Source: recorded answers of Microsoft.Compute. An agent that is silent is "Not Ready" with version "Unknown" and takes
name and version of the OS with it; a VM that was stopped keeps the last report of its agent, "Ready" as a rule.
"""

from datetime import datetime, timedelta
from typing import Any

from sandbox.arm import lookup
from sandbox.arm.disks import disk_id, encryption_settings, os_disk
from sandbox.arm.exchange import Answer, Request, Table, page
from sandbox.arm.extensions import handler, instance_view
from sandbox.arm.machine_state import Machine
from sandbox.arm.paths import same
from sandbox.arm.spec_machine import DiskSpec
from sandbox.arm.times import offset
from sandbox.arm.world import World

ROUTES = Table()

_TYPE = "Microsoft.Compute/virtualMachines"
_VM = lookup.COMPUTE + "/virtualMachines/{vm}"
_SUCCEEDED = {"code": "ProvisioningState/succeeded", "level": "Info", "displayStatus": "Provisioning succeeded"}
_READY = {"code": "ProvisioningState/succeeded", "level": "Info", "displayStatus": "Ready"}
_RUNS = "GuestAgent is running and "
_AGENT = {
    "ready": {**_READY, "message": f"{_RUNS}accepting new configurations."},
    "waiting-for-network": {**_READY, "message": f"{_RUNS}waiting for network issue to be resolved."},
    "not-ready": {
        "code": "ProvisioningState/Unavailable",
        "level": "Warning",
        "displayStatus": "Not Ready",
        "message": "VM status blob is found but not yet populated.",
    },
}
_SYSTEMS = {
    "windows": ("Windows Server 2022 Datacenter", "10.0.20348.2700", "2.7.41491.1149"),
    "linux": ("ubuntu", "22.04", "2.9.1.1"),
}
_SINCE_STOP = timedelta(hours=8)
_STATES = {"Succeeded": "Provisioning succeeded", "Failed": "Provisioning failed"}


@ROUTES.on("GET", lookup.SUB + "/providers/" + _TYPE, f"{_TYPE}/read", bucket="HighCostGet")
def list_all(request: Request) -> Answer:
    """``virtual_machines.list_all``."""
    return page(request, _machines(request), lambda found: machine_row(*found))


@ROUTES.on("GET", lookup.COMPUTE + "/virtualMachines", f"{_TYPE}/read", bucket="HighCostGet")
def list_of_group(request: Request) -> Answer:
    """``virtual_machines.list``."""
    group = lookup.check_group(request)
    here = [found for found in _machines(request) if same(found[1].group, group)]
    return page(request, here, lambda found: machine_row(*found))


@ROUTES.on("GET", _VM, f"{_TYPE}/read", bucket="LowCostGet")
def get_machine(request: Request) -> Answer:
    """``virtual_machines.get``: with the instance view if asked to expand it."""
    machine = lookup.machine(request)
    row = machine_row(request.world, machine)
    if request.query.get("$expand", "").lower() == "instanceview":
        row["properties"]["instanceView"] = _instance_view(request, machine)
    return Answer(200, row)


@ROUTES.on("GET", _VM + "/instanceView", f"{_TYPE}/instanceView/read", bucket="LowCostGet")
def get_instance_view(request: Request) -> Answer:
    """``virtual_machines.instance_view``."""
    return Answer(200, _instance_view(request, lookup.machine(request)))


def _machines(request: Request) -> list[tuple[World, Machine]]:
    return [(world, machine) for world in request.worlds for machine in world.machines]


def machine_row(world: World, machine: Machine) -> dict[str, Any]:
    """The VM as the service shows it, without its instance view."""
    network = world.resource_id(machine.group, "Microsoft.Network/networkInterfaces", f"{machine.name}-nic")
    return {
        "name": machine.name,
        "id": machine.id,
        "type": _TYPE,
        "location": machine.location,
        "tags": machine.tags,
        "properties": {
            "vmId": machine.guid,
            "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
            "storageProfile": {"osDisk": _os_disk(world, machine), "dataDisks": _data_disks(world, machine)},
            "osProfile": {
                "computerName": machine.name,
                "adminUsername": "azureadmin",
                **_configuration(machine),
                "secrets": [],
                "allowExtensionOperations": True,
                "requireGuestProvisionSignal": True,
            },
            "networkProfile": {"networkInterfaces": [{"id": network, "properties": {"primary": True}}]},
            "provisioningState": machine.state,
        },
    }


def _configuration(machine: Machine) -> dict[str, Any]:
    agent = {"provisionVMAgent": machine.agent != "absent"}
    if machine.windows:
        return {"windowsConfiguration": {**agent, "enableAutomaticUpdates": True}}
    return {"linuxConfiguration": {"disablePasswordAuthentication": True, **agent}}


def _os_disk(world: World, machine: Machine) -> dict[str, Any]:
    disk = _disk(world, machine, os_disk(machine), "FromImage")
    return {"osType": "Windows" if machine.windows else "Linux", **disk}


def _data_disks(world: World, machine: Machine) -> list[dict[str, Any]]:
    create = "Empty" if machine.spec.unmanaged else "Attach"
    return [{"lun": lun, **_disk(world, machine, disk, create)} for lun, disk in enumerate(machine.spec.disks)]


def _disk(world: World, machine: Machine, disk: DiskSpec, create: str) -> dict[str, Any]:
    """An unmanaged disk is a page blob with an address of its own and no resource."""
    where: dict[str, Any] = {"managedDisk": {"storageAccountType": disk.sku, "id": disk_id(world, machine, disk)}}
    if machine.spec.unmanaged:
        where = {"vhd": {"uri": f"https://stdisksweu01.blob.core.windows.net/vhds/{disk.name}.vhd"}}
    return {"name": disk.name, "createOption": create, **where, "caching": "ReadWrite", "diskSizeGB": disk.size_gb}


def _instance_view(request: Request, machine: Machine) -> dict[str, Any]:
    moment = {"time": offset(request.at)}
    state = {
        "code": f"ProvisioningState/{machine.state.lower()}",
        "level": "Error" if machine.state == "Failed" else "Info",
        "displayStatus": _STATES.get(machine.state, machine.state),
        **moment,
    }
    power = {"code": f"PowerState/{machine.power}", "level": "Info", "displayStatus": f"VM {machine.power}"}
    return {
        **_system(machine),
        **_agent(request, machine),
        "disks": [_disk_view(request, machine, disk) for disk in (os_disk(machine), *machine.spec.disks)],
        "extensions": [instance_view(extension) for extension in machine.extensions],
        "hyperVGeneration": "V2",
        "statuses": [state, power],
    }


def _system(machine: Machine) -> dict[str, Any]:
    """What only an agent that reports can tell."""
    if machine.agent in {"not-ready", "absent"}:
        return {}
    name, version, _ = _SYSTEMS[machine.spec.os]
    return {"computerName": machine.name, "osName": machine.spec.os_name or name, "osVersion": version}


def _agent(request: Request, machine: Machine) -> dict[str, Any]:
    if machine.agent == "absent":
        return {}
    status = {**_AGENT[machine.agent], "time": offset(_heard(request, machine))}
    if machine.agent == "ready" and not machine.windows:
        status["message"] = "Guest Agent is running"
    if machine.agent == "not-ready":
        return {"vmAgent": {"vmAgentVersion": "Unknown", "statuses": [status]}}
    version = machine.spec.agent.version or _SYSTEMS[machine.spec.os][2]
    handlers = [
        {"type": handler(extension), "typeHandlerVersion": "1.0.0.0", "status": _READY}
        for extension in machine.extensions
    ]
    return {"vmAgent": {"vmAgentVersion": version, "statuses": [status], "extensionHandlers": handlers}}


def _heard(request: Request, machine: Machine) -> datetime:
    """A stopped VM keeps its last report; that of a running one is a few seconds old."""
    if machine.heard:
        return machine.heard
    stopped = machine.power in {"stopped", "deallocated"}
    return request.world.began - _SINCE_STOP if stopped else request.at


def _disk_view(request: Request, machine: Machine, disk: DiskSpec) -> dict[str, Any]:
    view: dict[str, Any] = {"name": disk.name, "statuses": [{**_SUCCEEDED, "time": offset(request.at)}]}
    if disk.encrypted and not machine.spec.unmanaged:
        view["encryptionSettings"] = [{"enabled": True, **encryption_settings(request.world, disk)}]
    return view
