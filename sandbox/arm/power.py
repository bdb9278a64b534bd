"""What is done to a VM: reapply, restart, run command.

Source: recorded operations of Microsoft.Compute; Azure, "Run scripts in your VM by using Run Command" (it needs a
working VM agent and a running VM, one script at a time). What an operation cures, the scenario says.
"""

from datetime import timedelta
from functools import partial
from typing import Any

from sandbox.arm import errors, extensions, lookup, operations
from sandbox.arm.exchange import Answer, Request, Table
from sandbox.arm.machine_state import Machine
from sandbox.arm.spec_machine import Cure
from sandbox.arm.world import Operation

ROUTES = Table()

_TYPE = "Microsoft.Compute/virtualMachines"
_VM = lookup.COMPUTE + "/virtualMachines/{vm}"
_REAPPLY = timedelta(seconds=40)
_RESTART = timedelta(seconds=75)
_RUN = timedelta(seconds=34)
_NEEDS_POWER = "The operation requires the VM to be running (or set to run)."
_COMMANDS = {"runpowershellscript": True, "runshellscript": False}  # Whether it is one of Windows.
_STILL_FAILED = (
    "VMExtensionProvisioningError",
    "Multiple VM extensions failed to be provisioned on the VM. Please see the VM extension instance view.",
)


@ROUTES.on("POST", _VM + "/reapply", f"{_TYPE}/reapply/action", bucket="UpdateVM")
def reapply(request: Request) -> Answer:
    """``virtual_machines.begin_reapply``: fails where the state of the VM stays Failed."""
    machine = _free(request)
    stays = machine.state == "Failed" and "reapply" not in machine.spec.state_recovers_on
    return _act(
        request, machine, "reapply", operations.begin(request.world, _REAPPLY, _STILL_FAILED if stays else None)
    )


@ROUTES.on("POST", _VM + "/restart", f"{_TYPE}/restart/action", bucket="UpdateVM")
def restart(request: Request) -> Answer:
    """``virtual_machines.begin_restart``."""
    machine = _free(request)
    _check_power(machine)
    return _act(request, machine, "restart", operations.begin(request.world, _RESTART))


@ROUTES.on("POST", _VM + "/runCommand", f"{_TYPE}/runCommand/action", bucket="UpdateVM")
def run_command(request: Request) -> Answer:
    """``virtual_machines.begin_run_command``: fails where the agent is silent."""
    machine = _free(request)
    _check_command(request, machine)
    _check_power(machine)
    if machine.answers:
        operation = operations.begin(request.world, _RUN, output=_output(machine))
        return _act(request, machine, "run-command", operation)
    operation = operations.begin(request.world, _RUN, extensions.silent_agent(machine))
    machine.busy_until = operation.ends
    return operations.accepted(request, operation)


def _free(request: Request) -> Machine:
    machine = lookup.machine(request)
    if machine.busy_until and request.at < machine.busy_until:
        raise errors.busy()
    return machine


def _check_power(machine: Machine) -> None:
    if machine.power not in {"running", "starting"}:
        raise errors.not_running(_NEEDS_POWER)


def _check_command(request: Request, machine: Machine) -> None:
    body = request.body if isinstance(request.body, dict) else {}
    windows = _COMMANDS.get(str(body.get("commandId")).lower())
    if windows is None or not isinstance(body.get("script"), list):
        raise errors.refuse(400, "InvalidParameter", "The value of parameter commandId is invalid.", errors.SERVICE)
    if windows != machine.windows:
        text = f"The command '{body['commandId']}' is not supported for the OS of VM '{machine.name}'."
        raise errors.refuse(400, "BadRequest", text, errors.SERVICE)


def _act(request: Request, machine: Machine, cure: Cure, operation: Operation) -> Answer:
    """The VM is Updating until the operation ends, and then what it was or what the cure made of it."""
    machine.busy_until = operation.ends
    before = machine.state
    machine.state = "Updating"
    request.world.at(operation.ends, partial(_done, machine, cure, before))
    return operations.accepted(request, operation)


def _done(machine: Machine, cure: Cure, before: str, _at: object) -> None:
    machine.state = before
    machine.cure(cure)


def _output(machine: Machine) -> dict[str, Any]:
    """Recorded forms: Windows has one status for each stream, Linux one for both."""
    if not machine.windows:
        return {"value": [_status("ProvisioningState/succeeded", "Enable succeeded: \n[stdout]\n\n[stderr]\n")]}
    return {"value": [_status(f"ComponentStatus/{stream}/succeeded", "") for stream in ("StdOut", "StdErr")]}


def _status(code: str, message: str) -> dict[str, str]:
    return {"code": code, "level": "Info", "displayStatus": "Provisioning succeeded", "message": message}
