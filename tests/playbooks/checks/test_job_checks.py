"""Checks of jobs, recovery points, the policy and the protected item."""

from typing import Any

import pytest
from msgspec.structs import replace

from playbooks.checks import on_demand_quota, run
from responder.azure.model import JobPhase
from responder.incident import Verdict
from tests.playbooks.checks.looking import CANNOT_TELL, CONFIRMED, RULED_OUT, case, cause, look, verdict
from tests.playbooks.conftest import MakeLab

CODE = "UserErrorRpCollectionLimitReached"


def failed(*hours_ago: float, code: str = CODE) -> list[dict[str, Any]]:
    return [{"hours_ago": hours, "as": "Failed", "code": code} for hours in hours_ago]


def good(hours_ago: float) -> list[dict[str, Any]]:
    return [{"hours_ago": hours_ago}]


class TestRepeatedFailure:
    @pytest.mark.parametrize(
        "past, using, expected, said",
        [
            (
                failed(26, 50),
                {},
                CONFIRMED,
                f"({CODE}) on 3 days in a row (2026-10-03 to 2026-10-05), last good backup",
            ),
            (failed(26), {}, RULED_OUT, "on 2 days in a row"),
            (failed(26), {"days": 2}, CONFIRMED, "on 2 days in a row"),
            (failed(26, 98), {}, CONFIRMED, "on 3 days (2026-10-01 to 2026-10-05)"),
            (failed(2, 3, 4), {}, RULED_OUT, "one day (2026-10-05)"),
            (failed(26, 50, code="BackUpOperationFailed"), {}, RULED_OUT, "one day"),
            (failed(26) + good(40) + failed(50), {}, RULED_OUT, "last good backup 2026-10-04 09:00 UTC"),
            (failed(26, 50) + good(74), {}, CONFIRMED, "last good backup 2026-10-02 23:00 UTC"),
            (failed(26, 50), {"days": 4}, RULED_OUT, "last good backup more than seven days ago"),
        ],
    )
    def test_days_count(
        self, lab: MakeLab, past: list[dict[str, Any]], using: dict[str, Any], expected: Verdict, said: str
    ) -> None:
        found = look(lab(past_jobs=past), "repeated-failure", **using)
        assert (found.verdict, said in found.summary) == (expected, True), found.summary

    def test_every_job_is_evidence(self, lab: MakeLab) -> None:
        found = look(lab(past_jobs=failed(26, 50)), "repeated-failure")
        assert len({entry.source for entry in found.evidence}) == 3
        assert found.evidence[0].value["errors"] == [CODE]

    def test_a_spelling_variant_is_the_same_failure(self, lab: MakeLab) -> None:
        here = lab(past_jobs=failed(26, 50, code=CODE.replace("Rp", "RP")))
        assert verdict(here, "repeated-failure") is CONFIRMED

    def test_a_failure_that_no_job_shows_cannot_be_told(self, lab: MakeLab) -> None:
        here = lab(failed_job={"status": "Cancelled"})
        assert verdict(here, "repeated-failure") is CANNOT_TELL


class TestJobs:
    def test_a_running_backup_tells_for_how_long(self, lab: MakeLab) -> None:
        found = look(lab(running_job={"minutes_ago": 90, "ends_after_minutes": 300}), "running-backup")
        assert found.verdict is CONFIRMED
        assert "is in progress for 1.5 h, since 2026-10-05 23:30 UTC." in found.summary
        assert found.evidence[0].value == {"startedAt": "2026-10-05T23:30:00Z", "hours": 1.5}

    @pytest.mark.parametrize(
        "world, using, expected",
        [
            ({}, {}, RULED_OUT),
            ({"past_jobs": [{"hours_ago": 30, "minutes": 721}]}, {}, CONFIRMED),
            ({"past_jobs": [{"hours_ago": 30, "minutes": 721}]}, {"hours": 20}, RULED_OUT),
            ({"past_jobs": [{"hours_ago": 30, "minutes": 300}]}, {}, RULED_OUT),
            (
                {"past_jobs": [{"hours_ago": 30, "minutes": 300}], "policy": {"type": "V2", "every_hours": 4}},
                {},
                CONFIRMED,
            ),
            ({"running_job": {"minutes_ago": 800, "ends_after_minutes": 900}}, {}, CONFIRMED),
        ],
    )
    def test_long_jobs(self, lab: MakeLab, world: dict[str, Any], using: dict[str, Any], expected: Verdict) -> None:
        assert verdict(lab(**world), "long-jobs", **using) is expected

    @pytest.mark.parametrize(
        "phase, asked, expected",
        [
            ("snapshot", "snapshot", CONFIRMED),
            ("snapshot", "transfer", RULED_OUT),
            ("transfer", "transfer", CONFIRMED),
            ("transfer", "snapshot", RULED_OUT),
        ],
    )
    def test_the_phase_that_failed(self, lab: MakeLab, phase: str, asked: str, expected: Verdict) -> None:
        assert verdict(lab(failed_job={"phase": phase}), "failed-phase", phase=asked) is expected

    @pytest.mark.parametrize(
        "phases, said",
        [
            ([JobPhase(name="Take Snapshot", status="InProgress")], "Take Snapshot still shows as in progress"),
            ([], "does not show which of its phases failed."),
        ],
    )
    def test_a_job_without_a_failed_phase_cannot_be_told(self, lab: MakeLab, phases: list[JobPhase], said: str) -> None:
        at_hand = case(lab())
        at_hand.know("failed job", replace(at_hand.failed_job(), phases=phases))
        found = run(at_hand, cause("failed-phase", phase="transfer")).finding
        assert (found.verdict, said in found.summary) == (CANNOT_TELL, True), found.summary

    def test_a_job_in_another_vault_is_found(self, lab: MakeLab) -> None:
        found = look(lab(other_vault={"name": "rsv-old-weu-01"}), "other-vault-job")
        assert found.verdict is CONFIRMED
        assert "/vaults/rsv-old-weu-01" in found.summary
        assert "/vaults/rsv-old-weu-01/backupJobs/" in found.evidence[0].source

    @pytest.mark.parametrize(
        "world",
        [
            {},
            {"running_job": {"minutes_ago": 10}},
            {"other_vault": {"minutes_ago": 200, "ends_after_minutes": 100}},
        ],
    )
    def test_no_other_job(self, lab: MakeLab, world: dict[str, Any]) -> None:
        assert verdict(lab(**world), "other-vault-job") is RULED_OUT

    def test_without_the_right_to_search_it_cannot_be_told(self, lab: MakeLab) -> None:
        here = lab(rbac={"deny": ["Microsoft.ResourceGraph/resources/read"]})
        assert verdict(here, "other-vault-job") is CANNOT_TELL

    def test_fewer_jobs_than_the_limit_need_no_search(self, lab: MakeLab) -> None:
        here = lab(past_jobs=good(3) + good(5), rbac={"deny": ["Microsoft.ResourceGraph/resources/read"]})
        assert verdict(here, "on-demand-quota") is RULED_OUT

    @pytest.mark.parametrize("by_hand, expected", [(8, RULED_OUT), (9, CONFIRMED)])
    def test_only_what_a_person_started_counts(self, lab: MakeLab, by_hand: int, expected: Verdict) -> None:
        here = lab(past_jobs=[{"hours_ago": hours, "minutes": 5} for hours in range(2, 14)])
        mine = [job for job in here.cloud.world.jobs if job.item is here.cloud.world.subject]
        for job in mine[:by_hand]:
            job.expires = here.clock.now()  # an on-demand backup has an expiry of its own
        found = look(here, "on-demand-quota")
        assert (found.verdict, f": {by_hand} of 9." in found.summary) == (expected, True), found.summary

    def test_jobs_of_unknown_origin_leave_it_open(self) -> None:
        rows: list[dict[str, Any]] = [{"id": "/subscriptions/s/x", "properties": {}}] * 9
        assert on_demand_quota.of_rows(rows, 9, "/subscriptions/s/v").verdict is CANNOT_TELL


@pytest.mark.parametrize(
    "world, using, expected",
    [
        ({}, {}, RULED_OUT),
        ({"points": {"newest_hours_ago": 80}}, {}, CONFIRMED),
        ({"points": {"newest_hours_ago": 80}}, {"days": 4}, RULED_OUT),
        ({"points": {"newest_hours_ago": 80}, "past_jobs": good(30)}, {}, RULED_OUT),
        ({"points": {"count": 0}}, {}, CONFIRMED),
    ],
)
def test_the_last_good_backup(lab: MakeLab, world: dict[str, Any], using: dict[str, Any], expected: Verdict) -> None:
    assert verdict(lab(**world), "last-good-backup", **using) is expected


@pytest.mark.parametrize(
    "item, expected",
    [
        ({}, RULED_OUT),
        ({"exists": False}, CONFIRMED),
        ({"soft_deleted": True}, CONFIRMED),
        ({"state": "ProtectionStopped"}, CONFIRMED),
        ({"state": "ProtectionPaused"}, CONFIRMED),
        ({"state": "BackupsSuspended"}, CONFIRMED),
    ],
)
def test_the_protection_of_the_vm(lab: MakeLab, item: dict[str, Any], expected: Verdict) -> None:
    assert verdict(lab(item=item), "protection-state") is expected


@pytest.mark.parametrize("kind, expected", [("V1", RULED_OUT), ("V2", CONFIRMED)])
def test_the_type_of_the_policy(lab: MakeLab, kind: str, expected: Verdict) -> None:
    assert verdict(lab(policy={"type": kind}), "policy-type", types=["V2"]) is expected


def test_without_a_policy_its_type_cannot_be_told(lab: MakeLab) -> None:
    assert run(case(lab(), policy=None), cause("policy-type")).finding.verdict is CANNOT_TELL
