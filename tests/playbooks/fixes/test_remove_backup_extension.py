"""The backup's extension goes only when it is bad, it alone, and the agent can carry the removal out."""

from datetime import timedelta
from typing import Any

import pytest

from playbooks.fixes import Progress, fix
from responder.incident import Risk
from tests.playbooks.conftest import Lab, MakeLab
from tests.playbooks.fixes.cases import ask_of, case, machine, only, reasons, refused

NAME = "remove-backup-extension"
OTHER = {"name": "monitor", "publisher": "Microsoft.Azure.Monitor", "type": "AzureMonitorWindowsAgent"}


def bad(state: str = "Failed", **vm: Any) -> dict[str, Any]:
    backup = {"state": state, **vm.pop("backup_extension", {})}
    return {"vm": {"backup_extension": backup, "extensions": [OTHER], **vm}}


def job_runs(lab: Lab) -> None:
    job = lab.cloud.world.failed_job
    assert job is not None
    job.ends = lab.clock.now() + timedelta(hours=1)


@pytest.mark.parametrize("system, name", [("windows", "VMSnapshot"), ("linux", "VMSnapshotLinux")])
@pytest.mark.parametrize("state", ["Failed", "Deleting", "Creating", "Updating"])
def test_the_backups_extension_alone_is_planned_and_recorded_whole(
    lab: MakeLab, system: str, name: str, state: str
) -> None:
    change = only(lab(**bad(state, os=system)), NAME)
    assert change.risk is Risk.DISRUPTIVE
    assert change.target.endswith(f"/extensions/{name}")
    assert (change.before["state"], change.before["type"]) == (state, name)


@pytest.mark.parametrize("vm", [{}, {"backup_extension": {"present": False}}])
def test_nothing_is_planned_where_it_is_missing_or_in_good_order(lab: MakeLab, vm: dict[str, Any]) -> None:
    assert fix(NAME).plan(case(lab(vm=vm))).changes == []


def test_it_is_removed_and_gone(lab: MakeLab) -> None:
    here = lab(**bad())
    change = only(here, NAME)
    started = fix(NAME).apply(case(here), change)
    assert started.progress is Progress.STARTED
    assert fix(NAME).apply(case(here), change).reason == "The extension is already being removed."
    assert fix(NAME).follow(case(here), change, started.track).progress is Progress.STARTED
    assert fix(NAME).follow(case(here), change, None).progress is Progress.STARTED
    here.later(minutes=5)
    assert fix(NAME).follow(case(here), change, started.track).after == {"exists": False}
    assert fix(NAME).apply(case(here), change).reason == "The extension is gone."
    assert ask_of(here) == [("DELETE", "VMSnapshot")]
    assert [entry.name for entry in machine(here).extensions] == ["monitor"]


def test_a_removal_that_fails_tells_azures_reason_and_may_be_tried_again(lab: MakeLab) -> None:
    here = lab(**bad(backup_extension={"deletion_fails": 1}))
    change = only(here, NAME)
    started = fix(NAME).apply(case(here), change)
    here.later(minutes=5)
    failed = fix(NAME).follow(case(here), change, started.track)
    assert (failed.progress, (failed.reason or "").partition(":")[0]) == (
        Progress.FAILED,
        "VMExtensionProvisioningError",
    )
    assert fix(NAME).follow(case(here), change, None).progress is Progress.FAILED
    assert fix(NAME).apply(case(here), change).progress is Progress.STARTED


def test_a_stuck_one_that_is_being_removed_already_is_waited_for(lab: MakeLab) -> None:
    here = lab(**bad("Deleting"))
    change = only(here, NAME)
    assert fix(NAME).apply(case(here), change).track is not None
    again = fix(NAME).apply(case(here), change)
    assert (again.progress, again.track) == (Progress.STARTED, None)


@pytest.mark.parametrize(
    "vm, reason",
    [
        ({"agent": {"state": "not-ready"}}, "AgentSilent"),
        ({"agent": {"state": "absent"}}, "AgentSilent"),
        ({"power": "deallocated"}, "NotRunning"),
        ({"extensions": [{**OTHER, "state": "Failed"}]}, "OtherExtensionStuck"),
        ({"extensions": [{**OTHER, "state": "Updating"}]}, "OtherExtensionStuck"),
    ],
)
def test_what_would_stop_the_removal_forbids_the_plan(lab: MakeLab, vm: dict[str, Any], reason: str) -> None:
    assert reasons(lab(**bad(**vm)), NAME) == [reason]


def test_a_running_backup_makes_the_plan_wait(lab: MakeLab) -> None:
    found = fix(NAME).plan(case(lab(**bad(), running_job={"minutes_ago": 5})))
    assert found.busy_job is not None
    assert found.changes == []


@pytest.mark.parametrize(
    "spoil, reason", [("job", "BackupRunning"), ("agent", "AgentSilent"), ("other", "OtherExtensionStuck")]
)
def test_what_changed_since_the_plan_is_refused(lab: MakeLab, spoil: str, reason: str) -> None:
    here = lab(**bad())
    change = only(here, NAME)
    spoils = {
        "job": lambda: job_runs(here),
        "agent": lambda: setattr(machine(here), "agent", "not-ready"),
        "other": lambda: setattr(machine(here).extensions[-1], "state", "Failed"),
    }
    assert refused(here, NAME, change, spoils[spoil]) == reason


def test_one_that_recovered_since_the_plan_stays(lab: MakeLab) -> None:
    here = lab(**bad())
    change = only(here, NAME)
    machine(here).extensions[0].state = "Succeeded"
    done = fix(NAME).apply(case(here), change)
    assert (done.progress, done.after) == (Progress.DONE, {"state": "Succeeded"})
    assert here.cloud.mutations == []
