"""Extensions of virtual machines: list, get, delete.

Source: recorded answers of ``extensions``: the list has ``value`` alone and is never paged; deletion is a
long-running operation. Codes of what goes wrong: Azure, "Troubleshoot extension failures".
"""

from datetime import timedelta
from functools import partial
from typing import Any

from sandbox.arm import errors, lookup, operations
from sandbox.arm.exchange import Answer, Request, Table
from sandbox.arm.machine_state import Extension, Machine
from sandbox.arm.paths import same
from sandbox.arm.world import Operation

ROUTES = Table()

_TYPE = "Microsoft.Compute/virtualMachines/extensions"
_EXTENSIONS = lookup.COMPUTE + "/virtualMachines/{vm}/extensions"
_DISPLAY = {"Succeeded": "Provisioning succeeded", "Failed": "Provisioning failed"}
_OTHER_DELETION = timedelta(minutes=1)
_NOT_RUNNING = "Cannot modify extensions in the VM when the VM is not running."


@ROUTES.on("GET", _EXTENSIONS, f"{_TYPE}/read", bucket="LowCostGet")
def list_extensions(request: Request) -> Answer:
    """``virtual_machine_extensions.list``: with instance views if asked to expand them."""
    machine = lookup.machine(request)
    return Answer(200, {"value": [_row(request, machine, extension) for extension in machine.extensions]})


@ROUTES.on("GET", _EXTENSIONS + "/{extension}", f"{_TYPE}/read", bucket="LowCostGet")
def get_extension(request: Request) -> Answer:
    """``virtual_machine_extensions.get``."""
    machine = lookup.machine(request)
    found = _find(machine, request.params["extension"])
    if not found:
        raise errors.no_resource(_TYPE, f"{machine.name}/{request.params['extension']}", machine.group)
    return Answer(200, _row(request, machine, found))


@ROUTES.on("DELETE", _EXTENSIONS + "/{extension}", f"{_TYPE}/delete", bucket="UpdateVM")
def delete_extension(request: Request) -> Answer:
    """``virtual_machine_extensions.begin_delete``: 202, or 204 when there is none."""
    machine = lookup.machine(request)
    found = _find(machine, request.params["extension"])
    if not found:
        return Answer(204)
    if machine.power != "running":
        raise errors.not_running(_NOT_RUNNING)
    if machine.busy_until and request.at < machine.busy_until:
        raise errors.busy()
    return operations.accepted(request, _begin_deletion(request, machine, found))


def instance_view(extension: Extension) -> dict[str, Any]:
    """What the agent reported of an extension."""
    state = extension.state
    status = {
        "code": f"ProvisioningState/{state.lower()}" + ("/1" if state == "Failed" else ""),
        "level": "Error" if state == "Failed" else "Info",
        "displayStatus": _DISPLAY.get(state, state),
        "message": extension.message or "",
    }
    return {
        "name": extension.name,
        "type": handler(extension),
        "typeHandlerVersion": "1.0.0.0",
        "substatuses": [],
        "statuses": [status],
    }


def handler(extension: Extension) -> str:
    """Publisher and type, as instance views name an extension."""
    return f"{extension.publisher}.{extension.type}"


def silent_agent(machine: Machine) -> tuple[str, str]:
    """The error of an operation that the VM agent would have to carry out."""
    text = (
        f"VM '{machine.name}' has not reported status for VM agent or extensions. Verify that the OS is up and "
        "healthy, the VM has a running VM agent, and that it can establish outbound connections to Azure storage."
    )
    return "VMAgentStatusCommunicationError", text


def _begin_deletion(request: Request, machine: Machine, extension: Extension) -> Operation:
    spec, world = machine.spec.backup_extension, request.world
    span = timedelta(minutes=spec.deletion_minutes) if extension.of_backup else _OTHER_DELETION
    error = _failure(machine, extension)
    operation = operations.begin(world, span, error)
    machine.busy_until = operation.ends
    left, extension.state = extension.state, "Deleting"
    world.at(operation.ends, partial(_end_deletion, machine, extension, None if not error else left))
    return operation


def _failure(machine: Machine, extension: Extension) -> tuple[str, str] | None:
    if not machine.answers:
        return silent_agent(machine)
    if extension.of_backup and machine.failed_deletions < machine.spec.backup_extension.deletion_fails:
        machine.failed_deletions += 1
        text = f"VM has reported a failure when processing extension '{extension.name}' (publisher "
        return "VMExtensionProvisioningError", f"{text}'{extension.publisher}' and type '{extension.type}')."
    return None


def _end_deletion(machine: Machine, extension: Extension, left: str | None, _at: object) -> None:
    """A deletion that failed leaves the extension as it was, ``left``."""
    if left:
        extension.state = left
    elif extension in machine.extensions:
        machine.extensions.remove(extension)


def _find(machine: Machine, name: str) -> Extension | None:
    return next((extension for extension in machine.extensions if same(extension.name, name)), None)


def _row(request: Request, machine: Machine, extension: Extension) -> dict[str, Any]:
    expanded = request.query.get("$expand", "").lower() == "instanceview"
    return {
        "name": extension.name,
        "id": f"{machine.id}/extensions/{extension.name}",
        "type": _TYPE,
        "location": machine.location,
        "properties": {
            "autoUpgradeMinorVersion": True,
            "provisioningState": extension.state,
            **({"instanceView": instance_view(extension)} if expanded else {}),
            "publisher": extension.publisher,
            "type": extension.type,
            "typeHandlerVersion": "1.0",
        },
    }
