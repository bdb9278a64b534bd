"""What the app makes of an alert when the world is not as the alert says."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from playbooks.case import Case
from playbooks.diagnosis import Diagnosis, examine
from responder.azure.gateway import Gateway
from responder.incident import FailedBackup, Mode, Outcome, Verdict
from sandbox.arm.machine_state import guid
from tests.playbooks.conftest import MakeLab
from tests.playbooks.good import GOOD


def test_a_job_that_does_not_exist_needs_a_person(lab: MakeLab) -> None:
    found = lab().diagnosis(job_id=guid()).stop
    assert found is not None
    assert (found.outcome, found.reason) == (Outcome.NEEDS_HUMAN, "JobNotFound")


def test_an_alert_without_a_job_is_not_recognised(lab: MakeLab) -> None:
    found = lab().diagnosis(job_id=None).stop
    assert found is not None
    assert (found.outcome, found.reason) == (Outcome.UNRECOGNISED, "NoJob")


def test_a_vault_outside_of_the_scope_is_not_even_read(lab: MakeLab) -> None:
    here = lab()
    vault = (here.failure.vault_id or "").replace("6c1f7a30", "00000000")
    found = here.diagnosis(vault_id=vault).stop
    assert found is not None
    assert (found.outcome, found.reason) == (Outcome.SKIPPED, "OutOfScope")
    assert here.cloud.calls == []


def test_an_alert_about_another_item_than_its_job_needs_a_person(lab: MakeLab) -> None:
    here = lab()
    item = (here.failure.item_id or "").replace("vm-app-01", "vm-app-011")
    found = here.diagnosis(item_id=item).stop
    assert found is not None
    assert (found.outcome, found.reason) == (Outcome.NEEDS_HUMAN, "AlertJobMismatch")


@pytest.mark.parametrize("status", ["Completed", "Cancelling"])
def test_a_job_that_has_not_failed_is_skipped(lab: MakeLab, status: str) -> None:
    here = lab()
    alert, job = here.failure, here.cloud.world.failed_job
    assert job is not None
    job.final = status
    found = here.diagnosis_of(alert).stop
    assert found is not None
    assert (found.outcome, found.reason) == (Outcome.SKIPPED, "JobNotFailed")


def test_an_alert_without_an_item_takes_it_from_the_job(lab: MakeLab) -> None:
    found = lab().diagnosis(item_id=None)
    assert found.subject is not None
    assert found.subject.item.item.endswith("vm-app-01")


def test_the_strictest_of_tag_and_setting_wins(lab: MakeLab) -> None:
    assert lab(tags={"Backup-Responder": "Review"}).diagnosis().mode is Mode.REVIEW


def test_a_tag_that_is_no_mode_counts_as_read_only(lab: MakeLab) -> None:
    assert lab(tags={"backup-responder": "off please"}).diagnosis().mode is Mode.READ_ONLY


def test_a_vm_without_restore_points_cannot_be_judged_about_locks(lab: MakeLab) -> None:
    here = lab(locks=[{"at": "group"}])
    here.cloud.world.collections.clear()
    found = {finding.cause: finding for finding in here.diagnosis().findings}
    assert found["locked-restore-point-group"].verdict is Verdict.CANNOT_TELL
    assert found["restore-points-full"].verdict is Verdict.RULED_OUT


def test_guidance_names_the_vm_at_hand(lab: MakeLab) -> None:
    found = lab(locks=[{"at": "subscription", "name": "production"}]).diagnosis()
    steps = [step for finding in found.findings for step in finding.guidance]
    text = " ".join([step.text for step in steps] + [command.line for step in steps for command in step.commands])
    assert "rsv-prod-weu-01" in text
    assert "{vm" not in text


def test_collections_of_neighbours_are_no_evidence(lab: MakeLab) -> None:
    found = {finding.cause: finding for finding in lab().diagnosis().findings}
    evidence = found["other-collections"].evidence
    assert len(evidence) == 1
    assert "vm-app-01_" in evidence[0].source


def origin(found: Diagnosis) -> tuple[str, str]:
    assert found.playbook is not None
    assert found.job is not None
    return found.playbook.code, found.job.origin


def test_a_vm_that_is_gone_decides_alone(lab: MakeLab) -> None:
    found = lab(vm={"exists": False}, locks=[{"at": "group"}]).diagnosis()
    assert origin(found) == ("UserErrorVmNotFoundV2", "situation")
    assert found.job is not None
    assert found.job.code == "UserErrorRpCollectionLimitReached"
    assert (found.runbook, found.plans) == ([], [])


@pytest.mark.parametrize("code", ["UserErrorResourceGroupNotFound", "ResourceNotFound"])
def test_a_code_that_says_what_is_gone_keeps_its_playbook(lab: MakeLab, code: str) -> None:
    """Its own playbook looks for just that, and takes no step."""
    found = lab(vm={"exists": False, "group_exists": False}, failed_job={"code": code}).diagnosis()
    assert origin(found) == (code, "error-title")
    assert found.runbook == []


@pytest.mark.parametrize("state", ["ProtectionStopped", "ProtectionPaused", "BackupsSuspended"])
def test_an_item_that_is_not_protected_decides_alone(lab: MakeLab, state: str) -> None:
    found = lab(item={"state": state}, locks=[{"at": "group"}]).diagnosis()
    assert origin(found) == ("UserErrorBcmDatasourceNotPresent", "situation")
    assert found.runbook == []


@pytest.mark.parametrize("item", [{"exists": False}, {"soft_deleted": True}])
def test_an_item_that_is_gone_decides_alone(lab: MakeLab, item: dict[str, bool]) -> None:
    found = lab(item=item).diagnosis()
    assert origin(found) == ("UserErrorBcmDatasourceNotPresent", "situation")
    assert found.subject is not None
    assert found.subject.vm.name == "vm-app-01"


def test_a_restore_is_recognised_and_told_but_nothing_is_looked_at(lab: MakeLab) -> None:
    here = lab(failed_job={"code": "UserErrorSubnetNotFoundV2", "operation": "Restore"})
    world = here.cloud.world
    assert world.failed_job is not None
    failure = FailedBackup(source="rerun", vault_id=world.vault_id, job_id=world.failed_job.id)
    found = here.diagnosis_of(failure)
    assert found.stop is not None
    assert (found.stop.outcome, found.stop.reason) == (Outcome.SKIPPED, "NotABackup")
    assert origin(found) == ("UserErrorSubnetNotFoundV2", "error-title")
    assert (found.findings, found.runbook) == ([], [])


def test_a_job_with_warnings_that_carries_an_error_is_diagnosed(lab: MakeLab) -> None:
    found = lab(failed_job={"code": "DiffCopyFailedToTransferData", "status": "CompletedWithWarnings"}).diagnosis()
    assert found.stop is None
    assert origin(found) == ("DiffCopyFailedToTransferData", "error-title")
    assert found.recovered_by is None


def test_a_job_with_warnings_alone_is_no_failure(lab: MakeLab) -> None:
    found = lab(failed_job={"status": "CompletedWithWarnings", "errors": []}).diagnosis().stop
    assert found is not None
    assert found.reason == "JobNotFailed"


def test_all_errors_of_a_job_are_told(lab: MakeLab) -> None:
    errors = [{"title": "SomethingNew", "number": 1}, {"title": "UserErrorUnsupportedDiskSize", "text": "Too large."}]
    found = lab(failed_job={"errors": errors}).diagnosis()
    assert origin(found) == ("UserErrorUnsupportedDiskSize", "error-title")
    assert found.job is not None
    assert [error.code for error in found.job.errors] == ["SomethingNew", "UserErrorUnsupportedDiskSize"]


def test_what_may_not_be_read_cannot_be_told_and_names_the_right(lab: MakeLab) -> None:
    action = "Microsoft.Authorization/locks/read"
    found = lab(failed_job={"code": "Other"}, rbac={"deny": [action]}).diagnosis()
    told = {finding.cause: finding for finding in found.findings}["locked-restore-point-group"]
    assert told.verdict is Verdict.CANNOT_TELL
    assert action in told.summary


def test_a_right_that_decides_about_a_step_is_missed_loudly(lab: MakeLab) -> None:
    found = lab(rbac={"deny": ["Microsoft.Authorization/locks/read"]}).diagnosis()
    assert found.forbidden is not None
    assert "Microsoft.Authorization/locks/read" in found.forbidden


def test_an_answer_that_takes_its_time_is_pending(lab: MakeLab) -> None:
    here = lab(failed_job={"code": "ExtensionSnapshotFailedNoNetwork"}, network={"deny": ["storage"]})
    found = here.diagnosis()
    assert "outbound-network" in found.pending
    assert found.subject is not None
    here.later(seconds=30)
    causes = [cause for cause in found.causes if cause.id in found.pending]
    case = Case(Gateway(here.settings), here.settings, found.subject.with_(asked=found.asked), here.clock.now())
    view = examine(case, causes, [])
    assert view.pending == []
    assert [(finding.cause, finding.verdict) for finding in view.findings] == [("outbound-network", Verdict.CONFIRMED)]


def test_a_cause_of_the_other_system_is_ruled_out_without_a_look(lab: MakeLab) -> None:
    found = lab(failed_job={"code": "UserErrorGuestAgentStatusUnavailable"}, vm={"os": "linux"}).diagnosis()
    told = {finding.cause: finding for finding in found.findings}
    assert told["windows-agent"].summary == "The VM runs Linux."
    assert told["windows-agent"].guidance == []


def test_ones_own_playbook_is_used(lab: MakeLab, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "mine.yaml").write_text(GOOD.replace("SomeCode", "UserErrorRpCollectionLimitReached"), "utf-8")
    here = lab()
    here.settings = replace(here.settings, playbook_folder=str(folder))
    found = here.diagnosis()
    assert found.playbook is not None
    assert found.playbook.title == "A title"
