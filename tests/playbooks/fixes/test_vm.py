"""Reapply, restart and restart of the agent: only on a VM that runs and rests, never during a backup, never twice."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from playbooks.fixes import Progress, fix
from playbooks.fixes.restart_agent import _complaint
from responder.incident import Risk
from tests.playbooks.conftest import Lab, MakeLab
from tests.playbooks.fixes.cases import ask_of, case, machine, only, reasons, refused

ALL = ["reapply-vm", "restart-vm", "restart-agent"]
ACTION = {"reapply-vm": "reapply", "restart-vm": "restart", "restart-agent": "runCommand"}


def lost(name: str, **more: Any) -> dict[str, Any]:
    """A fault that loses the answer of the request."""
    return {"match": f"POST */{ACTION[name]}", "status": 503, "times": 1} | more


def job_runs(lab: Lab) -> None:
    job = lab.cloud.world.failed_job
    assert job is not None
    job.ends = lab.clock.now() + timedelta(hours=1)


@pytest.mark.parametrize("name", ALL)
def test_it_needs_an_approval_and_records_the_state_before(lab: MakeLab, name: str) -> None:
    here = lab()
    change = only(here, name)
    assert change.risk is Risk.DISRUPTIVE
    assert change.target == machine(here).id
    assert (change.before["power"], change.before["state"]) == ("running", "Succeeded")
    assert change.before["agent"]["display"] == "Ready"
    assert here.cloud.mutations == []


@pytest.mark.parametrize("name", ALL)
def test_it_is_sent_once_and_followed_to_its_end(lab: MakeLab, name: str) -> None:
    here = lab()
    change = only(here, name)
    started = fix(name).apply(case(here), change)
    assert started.progress is Progress.STARTED
    assert fix(name).follow(case(here), change, started.track).progress is Progress.STARTED
    again = fix(name).apply(case(here), change)
    assert (again.progress, (again.reason or "")[:6]) == (Progress.REFUSED, "VmBusy")
    here.later(minutes=2)
    done = fix(name).follow(case(here), change, started.track)
    assert (done.progress, done.after["power"]) == (Progress.DONE, "running")
    assert done.after["agent"]["display"] == "Ready"
    assert ask_of(here) == [("POST", ACTION[name])]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    "vm, reason",
    [
        ({"power": "deallocated"}, "NotRunning"),
        ({"power": "stopped"}, "NotRunning"),
        ({"power": "starting"}, "NotRunning"),
        ({"state": "Updating"}, "VmBusy"),
    ],
)
def test_a_vm_that_does_not_run_and_rest_is_left_alone(
    lab: MakeLab, name: str, vm: dict[str, Any], reason: str
) -> None:
    assert reasons(lab(vm=vm), name) == [reason]


@pytest.mark.parametrize("name", ALL)
def test_a_vm_that_is_gone_is_left_alone(lab: MakeLab, name: str) -> None:
    assert reasons(lab(vm={"exists": False}), name) == ["VmGone"]


@pytest.mark.parametrize("name", ALL)
def test_a_running_backup_makes_the_plan_wait(lab: MakeLab, name: str) -> None:
    here = lab(running_job={"minutes_ago": 5})
    found = fix(name).plan(case(here))
    assert found.busy_job is not None
    assert found.changes == []


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("spoil, reason", [("job", "BackupRunning"), ("power", "NotRunning"), ("state", "VmBusy")])
def test_what_changed_since_the_plan_is_refused(lab: MakeLab, name: str, spoil: str, reason: str) -> None:
    here = lab()
    change = only(here, name)
    vm = machine(here)
    spoils = {
        "job": lambda: job_runs(here),
        "power": lambda: setattr(vm, "power", "deallocated"),
        "state": lambda: setattr(vm, "state", "Updating"),
    }
    assert refused(here, name, change, spoils[spoil]) == reason


@pytest.mark.parametrize("name", ALL)
def test_a_conflict_is_a_refusal_not_a_success(lab: MakeLab, name: str) -> None:
    here = lab()
    change = only(here, name)
    machine(here).busy_until = here.clock.now() + timedelta(hours=1)
    applied = fix(name).apply(case(here), change)
    assert (applied.progress, (applied.reason or "")[:7]) == (Progress.REFUSED, "VmBusy:")


def test_a_failed_reapply_tells_azures_reason(lab: MakeLab) -> None:
    here = lab(vm={"state": "Failed"})
    change = only(here, "reapply-vm")
    started = fix("reapply-vm").apply(case(here), change)
    here.later(minutes=2)
    failed = fix("reapply-vm").follow(case(here), change, started.track)
    assert failed.progress is Progress.FAILED
    assert (failed.reason or "").startswith("VMExtensionProvisioningError: ")


class TestLostAnswers:
    def test_a_reapply_is_asked_for_again(self, lab: MakeLab) -> None:
        here = lab(faults=[lost("reapply-vm")])
        change = only(here, "reapply-vm")
        unclear = fix("reapply-vm").apply(case(here), change)
        assert (unclear.progress, unclear.track) == (Progress.STARTED, None)
        assert fix("reapply-vm").follow(case(here), change, None).progress is Progress.FAILED

    def test_a_restart_is_not(self, lab: MakeLab) -> None:
        here = lab(faults=[lost("restart-vm", applies=True)])
        change = only(here, "restart-vm")
        unclear = fix("restart-vm").apply(case(here), change)
        assert (unclear.progress, unclear.track) == (Progress.STARTED, None)
        assert fix("restart-vm").follow(case(here), change, None).progress is Progress.STARTED
        here.later(minutes=2)
        ended = fix("restart-vm").follow(case(here), change, None)
        assert (ended.progress, (ended.reason or "")[:14]) == (Progress.REFUSED, "UnclearAnswer:")


class TestRestartedVm:
    @pytest.mark.parametrize("power, wanted", [("starting", Progress.STARTED), ("stopped", Progress.FAILED)])
    def test_a_vm_that_does_not_run_after_its_restart_is_no_success(
        self, lab: MakeLab, power: str, wanted: Progress
    ) -> None:
        here = lab()
        change = only(here, "restart-vm")
        started = fix("restart-vm").apply(case(here), change)
        here.later(minutes=2)
        machine(here).power = power
        assert fix("restart-vm").follow(case(here), change, started.track).progress is wanted


class TestAgent:
    @pytest.mark.parametrize("state", ["not-ready", "absent"])
    def test_a_silent_agent_cannot_be_asked_to_restart_itself(self, lab: MakeLab, state: str) -> None:
        assert reasons(lab(vm={"agent": {"state": state}}), "restart-agent") == ["AgentSilent"]

    def test_nor_can_one_that_fell_silent_since_the_plan(self, lab: MakeLab) -> None:
        here = lab()
        change = only(here, "restart-agent")
        assert (
            refused(here, "restart-agent", change, lambda: setattr(machine(here), "agent", "absent")) == "AgentSilent"
        )

    @pytest.mark.parametrize("system, command", [("windows", "RunPowerShellScript"), ("linux", "RunShellScript")])
    def test_each_system_has_its_script(
        self, lab: MakeLab, monkeypatch: pytest.MonkeyPatch, system: str, command: str
    ) -> None:
        here = lab(vm={"os": system})
        sent: list[tuple[str, list[str]]] = []
        now = case(here)
        change = only(here, "restart-agent")

        def run_command(_vm: str, name: str, script: list[str]) -> None:
            sent.append((name, script))

        monkeypatch.setattr(now.gateway, "run_command", run_command)
        assert fix("restart-agent").apply(now, change).progress is Progress.DONE
        ((name, script),) = sent
        assert name == command
        service = "WindowsAzureGuestAgent" if system == "windows" else "walinuxagent"
        assert any(service in line for line in script)

    def test_an_unknown_system_is_left_alone(self, lab: MakeLab) -> None:
        here = lab()
        now = case(here)
        now.know("machine", replace(now.machine(), os=None))
        (change,) = fix("restart-agent").plan(now).changes
        assert change.refused is not None
        assert change.refused.reason == "UnknownSystem"

    @pytest.mark.parametrize(
        "output, complaint",
        [
            ({"value": [{"code": "ProvisioningState/succeeded", "message": "[stdout]\nfine\n\n[stderr]\n"}]}, None),
            (
                {"value": [{"code": "ProvisioningState/succeeded", "message": "[stdout]\n\n[stderr]\nno unit\n"}]},
                "no unit",
            ),
            ({"value": [{"code": "ComponentStatus/StdOut/succeeded", "message": "fine"}]}, None),
            ({"value": [{"code": "ComponentStatus/StdErr/succeeded", "message": "denied"}]}, "denied"),
            ({"value": [{"code": "ComponentStatus/StdErr/succeeded", "message": ""}]}, None),
            (None, None),
        ],
    )
    def test_what_the_script_complains_about_is_a_failure(self, output: object, complaint: str | None) -> None:
        assert _complaint(output) == (complaint and f"The script failed: {complaint}")
