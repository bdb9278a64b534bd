"""What is done to a virtual machine: reapply, restart, run a command inside it.

Source: azure-mgmt-compute 39.0.0 (API 2026-04-01); Microsoft Learn, "Run scripts in your Windows VM by using action Run
Commands": one script at a time, the last 4096 bytes of its output, only while the VM agent answers.
"""

from responder.azure import places
from responder.azure.calls import Calls, answer, changes
from responder.azure.long_running import started
from responder.azure.translate import translated

_RUN_COMMAND = "2026-04-01"


class Power(Calls):
    """Actions on VMs, each sent exactly once. Every method raises `ArmError`s."""

    @changes
    @translated
    def reapply(self, vm_id: str) -> str | None:
        """Have the platform apply the VM's model again; the operation's URL, or None if it was done at once."""
        vm = places.resource(vm_id, places.MACHINE)
        begin = self._clients.compute(vm.subscription).virtual_machines.begin_reapply
        return started(begin(vm.group, vm.name, polling=False, cls=answer).result())

    @changes
    @translated
    def restart(self, vm_id: str) -> str | None:
        """Restart a VM; the operation's URL, or None if it was done at once."""
        vm = places.resource(vm_id, places.MACHINE)
        begin = self._clients.compute(vm.subscription).virtual_machines.begin_restart
        return started(begin(vm.group, vm.name, polling=False, cls=answer).result())

    @changes
    @translated
    def run_command(self, vm_id: str, command: str, script: list[str]) -> str | None:
        """Run a script inside a VM; ``command`` is ``RunPowerShellScript`` or ``RunShellScript``.

        The URL is that of the operation, whose ``output`` is what the script wrote. The SDK's own call fails on the
        empty body of the first answer unless it may wait for the last one.
        """
        vm = places.resource(vm_id, places.MACHINE)
        url = self._url(f"{places.path_of(vm)}/runCommand", _RUN_COMMAND)
        content = {"commandId": command, "script": script}
        return started(self._send(vm.subscription, "POST", url, content))
