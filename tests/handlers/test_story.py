"""The incident as it is written: what fits into a status, and what a person is told at the end."""

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from handlers.story import Story
from playbooks.backup import JobReport
from playbooks.diagnosis import Diagnosis
from playbooks.fixes import Change
from playbooks.model import Conclusion
from responder.incident import (
    ActionState,
    Advice,
    Approval,
    Evidence,
    FailedBackup,
    Finding,
    Incident,
    Outcome,
    Risk,
    Verdict,
)
from responder.wire import typed

NOW = datetime(2026, 10, 6, 3, 0, tzinfo=UTC)
FAILURE = FailedBackup(source="builtin-alert", vault_id="/subscriptions/s/v", job_id="job-1", payload={"a": "b"})


def story() -> Story:
    return Story("inc-1", FAILURE, NOW)


def finding(cause: str, verdict: Verdict = Verdict.CONFIRMED, guidance: str = "", evidence: int = 0) -> Finding:
    facts = [Evidence(what="fact", value="x" * 500, source="/subscriptions/s") for _ in range(evidence)]
    lines = [Advice(text=guidance)] if guidance else []
    return Finding(cause=cause, check="c", verdict=verdict, summary="s", evidence=facts, guidance=lines, at=NOW)


def test_fresh_findings_replace_older_ones_about_the_same_cause() -> None:
    told = story()
    told.diagnosed(Diagnosis(findings=[finding("full"), finding("locked")]))
    told.found([finding("full", Verdict.RULED_OUT), finding("new")])
    assert [(f.cause, f.verdict.value) for f in told.incident.findings] == [
        ("full", "ruled-out"),
        ("locked", "confirmed"),
        ("new", "confirmed"),
    ]
    assert not told.confirmed("full")
    assert told.confirmed("locked")
    assert not told.confirmed("unheard-of")


def test_waiting_on_in_one_state_is_one_wait() -> None:
    told = story()
    told.wait("cleaning", "why", NOW, NOW + timedelta(hours=1))
    told.wait("cleaning", "why", NOW, NOW + timedelta(hours=2))
    told.step("diagnosing")
    told.wait("cleaning", "why", NOW, NOW + timedelta(hours=3))
    assert [(w.name, w.until) for w in told.incident.waits] == [
        ("cleaning", NOW + timedelta(hours=2)),
        ("cleaning", NOW + timedelta(hours=3)),
    ]


def test_a_change_is_recorded_before_it_is_made() -> None:
    told = story()
    change = Change(target="/lock", risk=Risk.SAFE, summary="Remove", before={"level": "x"}, undo="put it back")
    index = told.act("fix", change, NOW, "a person")
    action = told.incident.actions[index]
    assert (action.state, action.before, action.undo, action.approved_by) == (
        ActionState.PLANNED,
        {"level": "x"},
        "put it back",
        "a person",
    )


def test_a_followed_job_fills_its_retry() -> None:
    told = story()
    index = told.retry("why", NOW)
    told.followed(index, JobReport(status="InProgress", job="j2"))
    assert told.incident.retries[index].ended_at is None
    told.followed(index, JobReport(status="Failed", ended=True, job="j2", code="X", ended_at=NOW))
    retry = told.incident.retries[index]
    assert (retry.job_id, retry.state, retry.code, retry.ended_at, retry.started_at) == ("j2", "Failed", "X", NOW, NOW)


def test_the_playbooks_guidance_is_for_incidents_that_need_a_person() -> None:
    unseen = finding("c", Verdict.CANNOT_TELL, guidance="look inside")
    lasting = replace(finding("d"), guidance=[Advice(text="never again", lasting=True)])
    cases = (
        (Outcome.NEEDS_HUMAN, ["look", "never again", "look inside", "general"]),
        (Outcome.RESOLVED, ["never again"]),
    )
    for outcome, lines in cases:
        told = story()
        found = [unseen, finding("a", guidance="look"), finding("b", guidance="look"), lasting]
        told.diagnosed(Diagnosis(findings=found, guidance=[Advice(text="general")]))
        told.end(outcome, "R", "text", NOW + timedelta(seconds=90))
        assert [step.text for step in told.incident.guidance] == lines


def test_an_incident_that_the_playbook_concludes_tells_its_guidance() -> None:
    end = Conclusion(outcome=Outcome.SKIPPED, reason="RestoreOnly", text="Only restores have it.")
    for conclusion, lines in ((end, ["general"]), (None, [])):
        told = story()
        told.diagnosed(Diagnosis(guidance=[Advice(text="general")], conclusion=conclusion))
        told.end(Outcome.SKIPPED, "R", "text", NOW)
        assert [step.text for step in told.incident.guidance] == lines


def test_what_an_earlier_playbook_could_not_tell_is_no_guidance_any_more() -> None:
    told = story()
    told.diagnosed(Diagnosis(findings=[finding("a", Verdict.CANNOT_TELL, "old"), finding("b", guidance="cure")]))
    told.diagnosed(Diagnosis(findings=[finding("c", Verdict.CANNOT_TELL, "new")]))
    told.end(Outcome.NEEDS_HUMAN, "R", "text", NOW)
    assert [step.text for step in told.incident.guidance] == ["cure", "new"]


def test_of_two_findings_about_one_cause_the_newest_counts() -> None:
    told = story()
    told.diagnosed(Diagnosis(findings=[finding("agent")]))
    told.diagnosed(Diagnosis(findings=[finding("agent")]))
    told.found([finding("agent", Verdict.RULED_OUT)])
    assert [f.verdict.value for f in told.incident.findings] == ["confirmed", "ruled-out"]
    assert not told.confirmed("agent")


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 20))
def test_a_status_always_fits_and_can_be_read_again(findings: int, actions: int, evidence: int) -> None:
    told = story()
    told.found([finding(f"cause-{n}", evidence=evidence) for n in range(findings)])
    for n in range(actions):
        told.act("fix", Change(target=f"/lock/{n}", risk=Risk.SAFE, summary="s" * 300, before={"x": "y" * 300}), NOW)
    told.ask(Approval(event="decision-1", fingerprint="f", asked_at=NOW, expires_at=NOW, changes=["one"]))
    status = told.status()
    assert len(json.dumps(status).encode("utf-16-le")) <= 16 * 1024
    assert typed(status, Incident).approvals == told.incident.approvals
    assert status["failure"].get("vaultId") == FAILURE.vault_id


def test_a_small_status_is_whole() -> None:
    told = story()
    told.step("diagnosing")
    assert typed(told.status(), Incident) == told.incident


def test_the_largest_incident_still_shows_what_waits_for_a_person() -> None:
    told = Story("inc-1", replace(FAILURE, message="x" * 50_000), NOW)
    told.ask(Approval(event="decision-1", fingerprint="f", asked_at=NOW, expires_at=NOW, changes=["one"]))
    told.ask(Approval(event="decision-2", fingerprint="g", asked_at=NOW, expires_at=NOW, changes=["two"]))
    status = typed(told.status(), Incident)
    assert [approval.event for approval in status.approvals] == ["decision-2"]
    assert status.failure.vault_id == FAILURE.vault_id
