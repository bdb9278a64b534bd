"""What the app makes of an alert when the world is not as the alert says."""

import pytest

from responder.incident import Mode, Outcome, Verdict
from sandbox.arm.world import guid
from tests.playbooks.conftest import MakeLab


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
