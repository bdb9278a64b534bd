"""Restart the VM agent's service inside the VM, through Run Command, which the agent itself carries out.

The script only arranges the restart and ends: the agent has to tell Azure that it ran before it goes down. Run Command
cannot help an agent that does not answer. Source: Run scripts in your Windows or Linux VM with Run Command.
"""

from typing import NamedTuple

from playbooks.case import Case
from playbooks.fixes import Applied, Change, Plan, Progress
from playbooks.fixes import _shared as shared
from responder.dig import rows, text
from responder.guards import Refusal, may_run_command
from responder.incident import Risk
from responder.language import say

NAME = "restart-agent"
RISKS = (Risk.DISRUPTIVE,)
IMPACT = (
    "The VM agent is restarted inside of this VM. Extensions that run just now may be interrupted; the VM keeps "
    "running."
)


class Script(NamedTuple):
    """A command of Run Command and the lines it runs, both fixed: nothing of them comes from data."""

    command: str
    lines: tuple[str, ...]


_SCRIPTS = {
    # A process that WMI makes is no child of the agent, so that it outlives the agent's restart.
    "windows": Script(
        "RunPowerShellScript",
        (
            "$services = 'RdAgent, WindowsAzureGuestAgent'",
            '$restart = "Start-Sleep 30; Restart-Service -Name $services -Force -ErrorAction SilentlyContinue"',
            "$line = 'powershell.exe -NoProfile -NonInteractive -Command \"' + $restart + '\"'",
            "$made = Invoke-CimMethod -ClassName Win32_Process -MethodName Create -Arguments @{ CommandLine = $line }",
            'if ($made.ReturnValue -ne 0) { throw "Win32_Process.Create answered $($made.ReturnValue)" }',
            "'The agent restarts in 30 seconds.'",
        ),
    ),
    # A timer of systemd lies outside of the agent's control group; nohup is for systems without systemd.
    "linux": Script(
        "RunShellScript",
        (
            "restart='systemctl restart walinuxagent || systemctl restart waagent || service waagent restart'",
            "if command -v systemd-run >/dev/null 2>&1; then",
            '  systemd-run --on-active=30 /bin/sh -c "$restart" 2>&1 || exit 1',
            "else",
            '  nohup /bin/sh -c "sleep 30; $restart" >/dev/null 2>&1 &',
            "fi",
            "echo 'The agent restarts in 30 seconds.'",
        ),
    ),
}


def plan(case: Case) -> Plan:
    """One restart of the agent's service.

    Source: Troubleshoot Azure Backup failure: Issues with the agent or extension, "The agent is installed in the VM,
    but it's unresponsive".
    """
    summary = say(
        "Restart the VM agent's service in {vm} with Run Command; the VM itself runs on", vm=case.subject.vm_id
    )
    undo = say("There is nothing to undo: the service runs again.")
    return shared.plan_for_vm(case, NAME, summary, undo, lambda: _refusal(case))


def apply(case: Case, change: Change) -> Applied:
    """Send the script, if the agent still answers and nobody works on the VM."""
    refused = _refusal(case)
    if refused:
        return shared.refuse(refused)
    script = _SCRIPTS[case.machine().os or ""]
    return shared.send(case, lambda: case.gateway.run_command(change.target, script.command, list(script.lines)))


def follow(case: Case, _change: Change, track: str | None) -> Applied:
    """Done when the script has run; the agent itself is back about a minute later."""
    found = shared.follow(case, track)
    if track is None or found.progress is not Progress.DONE:
        return found
    complaint = _complaint(case.gateway.operation(track).output)
    return Applied(progress=Progress.FAILED, reason=complaint, after=found.after) if complaint else found


def _refusal(case: Case) -> Refusal | None:
    machine = case.machine_if_there()
    refused = may_run_command(machine, case.jobs())
    if refused or (machine and machine.os in _SCRIPTS):
        return refused
    return Refusal(reason="UnknownSystem", text=say("The VM's operating system is not known."))


def _complaint(output: object) -> str | None:
    """What the script wrote to its error stream: Windows has an entry for it, Linux a section in the only entry.

    Source: recorded answers of Run Command: ``value[].code`` ``ComponentStatus/StdErr/succeeded``, ``[stderr]``.
    """
    for entry in rows(output, "value"):
        told = text(entry, "message") or ""
        windows = "/stderr/" in (text(entry, "code") or "").lower()
        wrong = told if windows else told.partition("[stderr]")[2]
        if wrong.strip():
            return say("The script failed: {told}", told=wrong.strip()[:500])
    return None
