"""Network interfaces, effective security rules and effective routes of a VM.

Source: recorded answers of Microsoft.Network: the two effective lists are long-running operations that are followed by
``Location`` alone; the result comes from ``operationResults``. They work for a running VM only (Azure Virtual Network,
"Diagnose a virtual machine network traffic filter problem"); the code of that refusal is composed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sandbox.arm import errors, lookup
from sandbox.arm.effective import effective_groups, effective_routes
from sandbox.arm.exchange import Answer, Json, Request, Table
from sandbox.arm.machine_state import Machine
from sandbox.arm.world import Operation, World

ROUTES = Table()

_TYPE = "Microsoft.Network/networkInterfaces"
_NIC = lookup.GROUP + "/providers/" + _TYPE + "/{nic}"
_SUFFIX = "-nic"
_RETRY_AFTER = "10"


@dataclass
class Asked(Operation):
    """A question that the network service works on, and its answer."""

    answer: Json = None


@ROUTES.on("GET", _NIC, f"{_TYPE}/read")
def get_interface(request: Request) -> Answer:
    """``network_interfaces.get``: the one interface of a VM, named ``{vm}-nic``."""
    return Answer(200, _interface(request.world, _machine(request)))


@ROUTES.on("POST", _NIC + "/effectiveNetworkSecurityGroups", f"{_TYPE}/effectiveNetworkSecurityGroups/action")
def ask_security_rules(request: Request) -> Answer:
    """``network_interfaces.begin_list_effective_network_security_groups``."""
    world, machine = request.world, _machine(request)
    group = _security_group(world, machine)
    deny = world.spec.network.deny if _is_subject(world, machine) else []
    return _ask(request, machine, effective_groups(group, interface_id(world, machine), deny))


@ROUTES.on("POST", _NIC + "/effectiveRouteTable", f"{_TYPE}/effectiveRouteTable/action")
def ask_routes(request: Request) -> Answer:
    """``network_interfaces.begin_get_effective_route_table``."""
    world, machine = request.world, _machine(request)
    hop = world.spec.network.route if _is_subject(world, machine) else "Internet"
    return _ask(request, machine, effective_routes(hop))


@ROUTES.on(
    "GET",
    lookup.SUB + "/providers/Microsoft.Network/locations/{loc}/operationResults/{op}",
    "Microsoft.Network/locations/operationResults/read",
)
def get_result(request: Request) -> Answer:
    """202 while the service works, then the list."""
    operation = request.world.operations.get(request.params["op"].lower())
    if not isinstance(operation, Asked):
        raise errors.no_child(request.params["op"])
    return _state(request, operation)


def interface_id(world: World, machine: Machine) -> str:
    """The ARM id of a VM's network interface."""
    return world.resource_id(machine.group, _TYPE, f"{machine.name}{_SUFFIX}")


def machine_of_interface(world: World, group: str, name: str) -> str:
    """The ARM id of the VM that an interface belongs to by its name."""
    return world.resource_id(group, "Microsoft.Compute/virtualMachines", _stem(name))


def _machine(request: Request) -> Machine:
    """The VM of an interface; an interface is deleted with its VM."""
    name = request.params["nic"]
    try:
        return lookup.machine(replace(request, params={**request.params, "vm": _stem(name)}))
    except errors.Refused as refused:
        if "ResourceGroupNotFound" in str(refused.answer.body):
            raise
        raise errors.no_resource(_TYPE, name, request.params["group"]) from None


def _stem(name: str) -> str:
    return name[: -len(_SUFFIX)] if name.lower().endswith(_SUFFIX) else ""


def _is_subject(world: World, machine: Machine) -> bool:
    return machine is world.subject.machine


def _ask(request: Request, machine: Machine, answer: Json) -> Answer:
    _check_running(request.world, machine)
    span = timedelta(seconds=request.world.spec.network.answer_seconds)
    operation = Asked(request.at, request.at + span, answer=answer)
    request.world.operations[operation.id] = operation
    return _state(request, operation)


def _check_running(world: World, machine: Machine) -> None:
    if machine.power != "running":
        text = (
            f"Network interface {interface_id(world, machine)} must be attached to a running virtual machine "
            "for this operation."
        )
        raise errors.refuse(400, "NetworkInterfaceNotAttachedToRunningVm", text, errors.SERVICE)


def _state(request: Request, operation: Asked) -> Answer:
    spec = request.world.spec
    path = f"/subscriptions/{spec.subscription}/providers/Microsoft.Network/locations/{spec.location}/operationResults"
    where: Mapping[str, str] = {"Location": request.link(f"{path}/{operation.id}")}
    if request.at < operation.ends:
        return Answer(202, None, {**where, "Retry-After": _RETRY_AFTER})
    return Answer(200, operation.answer, where)


def _interface(world: World, machine: Machine) -> dict[str, Any]:
    nic = interface_id(world, machine)
    etag = f'W/"{machine.guid}"'
    return {
        "name": nic.rsplit("/", 1)[1],
        "id": nic,
        "etag": etag,
        "location": machine.location or world.spec.location,
        "tags": {},
        "properties": {
            "provisioningState": "Succeeded",
            "resourceGuid": machine.guid,
            "ipConfigurations": [_address(world, machine, nic, etag)],
            "dnsSettings": {"dnsServers": [], "appliedDnsServers": []},
            "macAddress": "00-0D-3A-2B-7C-41",
            "enableAcceleratedNetworking": True,
            "enableIPForwarding": False,
            "networkSecurityGroup": {"id": _security_group(world, machine)},
            "primary": True,
            "virtualMachine": {"id": machine.id},
        },
        "type": _TYPE,
    }


def _security_group(world: World, machine: Machine) -> str:
    return world.resource_id(machine.group, "Microsoft.Network/networkSecurityGroups", f"{machine.name}-nsg")


def _address(world: World, machine: Machine, nic: str, etag: str) -> dict[str, Any]:
    network = world.resource_id(machine.group, "Microsoft.Network/virtualNetworks", "vnet-app")
    return {
        "name": "ipconfig1",
        "id": f"{nic}/ipConfigurations/ipconfig1",
        "etag": etag,
        "type": f"{_TYPE}/ipConfigurations",
        "properties": {
            "provisioningState": "Succeeded",
            "privateIPAddress": "10.20.4.5",
            "privateIPAllocationMethod": machine.spec.address,
            "subnet": {"id": f"{network}/subnets/snet-app"},
            "primary": True,
            "privateIPAddressVersion": "IPv4",
        },
    }
