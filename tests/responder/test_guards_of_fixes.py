"""The laws of single restore points, jobs, the VM, its extension and recorded locks, each with the case it stops."""

import pytest
from msgspec.structs import replace

from responder import guards
from responder.azure.model import Agent, Extension, Job, JobPhase, Machine, Point
from tests.responder.test_guards import COLLECTIONS, GROUP, LOCK, MINE, SUBSCRIPTION, VM, job


def reason(refusal: guards.Refusal | None) -> str | None:
    return refusal.reason if refusal else None


class TestPoints:
    POINT = Point(id=f"{MINE.id}/restorePoints/p1", name="p1", state="Succeeded")

    @pytest.mark.parametrize("state", ["Succeeded", "Failed", "Deleting", None])
    def test_a_point_of_the_collection_may_go(self, state: str | None) -> None:
        assert guards.may_delete_point(replace(self.POINT, state=state), MINE) is None

    @pytest.mark.parametrize(
        "name", [MINE.id, f"{MINE.id}0/restorePoints/p1", f"{COLLECTIONS}/other/restorePoints/p1", ""]
    )
    def test_anything_else_stays(self, name: str) -> None:
        assert reason(guards.may_delete_point(replace(self.POINT, id=name), MINE)) == "ForeignPoint"

    @pytest.mark.parametrize("state", ["Creating", "Updating"])
    def test_a_point_that_is_being_made_stays(self, state: str) -> None:
        assert reason(guards.may_delete_point(replace(self.POINT, state=state), MINE)) == "PointInProgress"


def phases(snapshot: str, transfer: str) -> list[JobPhase]:
    return [
        JobPhase(name="Take Snapshot", status=snapshot),
        JobPhase(name="Transfer data to vault", status=transfer),
    ]


class TestCancelling:
    RUNNING = replace(job("InProgress"), phases=phases("InProgress", "NotStarted"))

    @pytest.mark.parametrize("snapshot", ["InProgress", "NotStarted"])
    def test_while_the_snapshot_is_taken_it_may_be_cancelled(self, snapshot: str) -> None:
        assert self.refusal(replace(self.RUNNING, phases=phases(snapshot, "NotStarted"))) is None

    @pytest.mark.parametrize(
        "tasks",
        [
            phases("Completed", "InProgress"),
            phases("Completed", "NotStarted"),
            phases("InProgress", "InProgress"),
            phases("SomeNewWord", "NotStarted"),
            phases("InProgress", "NotStarted")[1:],
            [],
        ],
    )
    def test_beyond_it_or_where_nobody_knows_it_runs_on(self, tasks: list[JobPhase]) -> None:
        assert self.refusal(replace(self.RUNNING, phases=tasks)) == "NotCancellable"

    def test_an_ended_job_is_not_cancelled(self) -> None:
        assert self.refusal(replace(self.RUNNING, status="Failed")) == "JobEnded"

    def test_a_job_of_another_vm_runs_on(self) -> None:
        assert self.refusal(self.RUNNING, mine=False) == "ForeignJob"

    def test_a_restore_runs_on(self) -> None:
        assert self.refusal(replace(self.RUNNING, operation="Restore")) == "ForeignJob"

    def refusal(self, entry: Job, *, mine: bool = True) -> str | None:
        return reason(guards.may_cancel_job(entry, mine=mine))


RUNS = Machine(id=VM, location="westeurope", state="Succeeded", power="running", agent=Agent(display="Ready"))
DONE = [job("Failed"), job("Completed", 25)]


class TestOperations:
    """Restart, reapply and scripts inside the VM."""

    @pytest.mark.parametrize("state", ["Succeeded", "Failed", "Canceled"])
    def test_a_running_vm_at_rest_may_be_worked_on(self, state: str) -> None:
        assert guards.may_operate(replace(RUNS, state=state), DONE) is None
        assert guards.may_run_command(replace(RUNS, state=state), DONE) is None

    def test_a_vm_that_is_gone(self) -> None:
        assert reason(guards.may_operate(None, DONE)) == "VmGone"
        assert reason(guards.may_run_command(None, DONE)) == "VmGone"

    @pytest.mark.parametrize("power", ["starting", "stopping", "stopped", "deallocating", "deallocated", None])
    def test_nothing_starts_a_vm_that_does_not_run(self, power: str | None) -> None:
        assert reason(guards.may_operate(replace(RUNS, power=power), DONE)) == "NotRunning"

    @pytest.mark.parametrize("state", ["Updating", "Creating", "Deleting", "SomeNewWord", None])
    def test_nobody_elses_operation_is_disturbed(self, state: str | None) -> None:
        assert reason(guards.may_operate(replace(RUNS, state=state), DONE)) == "VmBusy"

    @pytest.mark.parametrize("status", ["InProgress", "Cancelling", "SomeNewWord"])
    def test_never_during_a_backup(self, status: str) -> None:
        assert reason(guards.may_operate(RUNS, [*DONE, job(status)])) == "BackupRunning"

    @pytest.mark.parametrize("agent", [None, Agent(), Agent(display="Not Ready"), Agent(display="", version="2.7")])
    def test_a_script_needs_an_agent_that_answers(self, agent: Agent | None) -> None:
        assert reason(guards.may_run_command(replace(RUNS, agent=agent), DONE)) == "AgentSilent"
        assert guards.may_operate(replace(RUNS, agent=agent), DONE) is None


class TestExtension:
    BAD = Extension(
        id=f"{VM}/extensions/VMSnapshot",
        name="VMSnapshot",
        publisher="Microsoft.Azure.RecoveryServices",
        type="VMSnapshot",
        state="Failed",
    )
    OTHER = Extension(id=f"{VM}/extensions/a", name="a", publisher="Microsoft.Compute", type="A", state="Succeeded")

    @pytest.mark.parametrize("state", ["Failed", "Deleting", "Updating", "SomeNewWord", None])
    @pytest.mark.parametrize("kind", ["VMSnapshot", "vmsnapshotlinux"])
    def test_the_backups_own_in_a_bad_state_may_go(self, kind: str, state: str | None) -> None:
        assert self.refusal(replace(self.BAD, type=kind, state=state)) is None

    def test_a_vm_that_is_updating_because_of_it_is_no_obstacle(self) -> None:
        assert self.refusal(self.BAD, machine=replace(RUNS, state="Updating")) is None

    def test_one_in_good_order_stays(self) -> None:
        assert self.refusal(replace(self.BAD, state="Succeeded")) == "ExtensionHealthy"

    @pytest.mark.parametrize("publisher", ["Microsoft.Compute", "Microsoft.Azure.RecoveryServices.SiteRecovery", None])
    def test_another_publishers_stays_whatever_its_name(self, publisher: str | None) -> None:
        assert self.refusal(replace(self.BAD, publisher=publisher)) == "ForeignExtension"

    @pytest.mark.parametrize("kind", ["VMSnapshotX", "VMBackupForLinuxExtension", None])
    def test_another_type_of_the_publisher_stays(self, kind: str | None) -> None:
        assert self.refusal(replace(self.BAD, type=kind)) == "ForeignExtension"

    @pytest.mark.parametrize("state", ["Failed", "Creating", "Updating", "Deleting", None])
    def test_it_stays_while_another_one_is_stuck(self, state: str | None) -> None:
        assert self.refusal(self.BAD, others=[replace(self.OTHER, state=state)]) == "OtherExtensionStuck"

    def test_it_stays_while_the_agent_is_silent(self) -> None:
        assert self.refusal(self.BAD, machine=replace(RUNS, agent=None)) == "AgentSilent"

    def test_it_stays_while_the_vm_does_not_run(self) -> None:
        assert self.refusal(self.BAD, machine=replace(RUNS, power="deallocated")) == "NotRunning"

    def test_it_stays_during_a_backup(self) -> None:
        assert self.refusal(self.BAD, jobs=[job("InProgress")]) == "BackupRunning"

    def refusal(
        self,
        extension: Extension,
        *,
        others: list[Extension] | None = None,
        machine: Machine = RUNS,
        jobs: list[Job] = DONE,
    ) -> str | None:
        every = [extension, *(others or [self.OTHER])]
        return reason(guards.may_remove_extension(extension, every, machine, jobs))


class TestPuttingBack:
    @pytest.mark.parametrize("scope", [GROUP, MINE.id])
    def test_the_recorded_lock_may_be_put_back(self, scope: str) -> None:
        name = f"{scope}/providers/Microsoft.Authorization/locks/keep"
        assert guards.may_put_back(replace(LOCK, id=name, scope=scope), name.lower()) is None

    @pytest.mark.parametrize(
        "changes",
        [
            {"name": "other"},
            {"scope": SUBSCRIPTION},
            {"id": f"{GROUP}/providers/Microsoft.Authorization/locks/other", "name": "other"},
        ],
    )
    def test_another_one_may_not(self, changes: dict[str, str]) -> None:
        assert reason(guards.may_put_back(replace(LOCK, **changes), LOCK.id)) == "RecordMismatch"

    def test_a_lock_of_a_subscription_was_never_removed(self) -> None:
        name = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/locks/keep"
        assert reason(guards.may_put_back(replace(LOCK, id=name, scope=SUBSCRIPTION), name)) == "RecordMismatch"

    def test_an_unknown_level_may_not(self) -> None:
        assert reason(guards.may_put_back(replace(LOCK, level="Nothing"), LOCK.id)) == "UnknownLevel"
