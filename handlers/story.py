"""The incident while it is being written: every step lands here first, then in the status, the report and the API."""

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from handlers.breakdown import STATE, Breakdown
from handlers.live import fitting
from playbooks.backup import JobReport
from playbooks.diagnosis import Diagnosis
from playbooks.fixes import Change
from responder.incident import (
    Action,
    ActionState,
    Advice,
    Approval,
    FailedBackup,
    Finding,
    Incident,
    Outcome,
    Reported,
    Retry,
    Verdict,
    Wait,
)
from responder.wire import record

_NEEDS_PERSON = {
    Outcome.NEEDS_HUMAN,
    Outcome.FAILED,
    Outcome.EXPIRED,
    Outcome.DECLINED,
    Outcome.OBSERVED,
}


class Story:
    """Builds an `Incident`. Deterministic: it knows no clock and reads nothing."""

    def __init__(self, incident: str, failure: FailedBackup, opened_at: datetime) -> None:
        self.incident = Incident(id=incident, state="accepted", failure=failure, opened_at=opened_at)
        self._playbook_guidance: list[Advice] = []
        self._concluded = False  # the playbook ends the incident without a step
        self._earlier = 0  # findings of earlier playbooks
        if failure.vault_id:
            self._set(vault=failure.vault_id, vm=failure.vm_id)

    def step(self, name: str) -> None:
        """The incident is now in the named state."""
        self._set(state=name)

    def at(self, step: int | None) -> None:
        """The incident is at a step of its last playbook's runbook; None: at none of them."""
        self._set(step=step)

    def diagnosed(self, diagnosis: Diagnosis) -> None:
        """Take over what the diagnosis found; findings of an earlier playbook stay in front."""
        now = self.incident
        self._earlier = len(now.findings)
        self._concluded = bool(diagnosis.stop or diagnosis.conclusion)
        self._set(
            step=None,
            mode=diagnosis.mode,
            job=now.job or diagnosis.job,
            playbooks=now.playbooks + ([diagnosis.playbook] if diagnosis.playbook else []),
            findings=now.findings + diagnosis.findings,
        )
        self._playbook_guidance = diagnosis.guidance
        if diagnosis.subject:
            self._set(vault=str(diagnosis.subject.item.vault), vm=diagnosis.subject.vm_id, tags=diagnosis.tags)

    def found(self, findings: list[Finding]) -> None:
        """Fresh findings replace the newest ones about the same cause; those of an earlier playbook stay."""
        fresh = {finding.cause: finding for finding in findings}
        kept = [fresh.pop(finding.cause, finding) for finding in reversed(self.incident.findings)]
        self._set(findings=kept[::-1] + list(fresh.values()))

    def confirmed(self, *causes: str) -> bool:
        """Whether the newest finding about one of the causes confirms it."""
        newest = {finding.cause: finding.verdict for finding in self.incident.findings}
        return any(newest.get(cause) is Verdict.CONFIRMED for cause in causes)

    def told(self, cause: str) -> str:
        """The summary of the newest finding about a cause."""
        return {finding.cause: finding.summary for finding in self.incident.findings}.get(cause, cause)

    def act(self, fix: str, change: Change, now: datetime, approved_by: str | None = None) -> int:
        """Record a change before it is made; answers its index."""
        action = Action(
            fix=fix,
            target=change.target,
            risk=change.risk,
            state=ActionState.PLANNED,
            summary=change.summary,
            before=change.before,
            undo=change.undo,
            started_at=now,
            approved_by=approved_by,
        )
        self._set(actions=[*self.incident.actions, action])
        return len(self.incident.actions) - 1

    def acted(self, index: int, **changes: Any) -> None:
        """Update a recorded action."""
        actions = list(self.incident.actions)
        actions[index] = replace(actions[index], **changes)
        self._set(actions=actions)

    def retry(self, purpose: str, now: datetime) -> int:
        """Record that an ad hoc backup is wanted; answers its index."""
        self._set(retries=[*self.incident.retries, Retry(purpose=purpose, state="requested", started_at=now)])
        return len(self.incident.retries) - 1

    def retried(self, index: int, **changes: Any) -> None:
        """Update a recorded retry."""
        retries = list(self.incident.retries)
        retries[index] = replace(retries[index], **changes)
        self._set(retries=retries)

    def followed(self, index: int, job: JobReport) -> None:
        """Take over how a followed job stands."""
        self.retried(
            index,
            job_id=job.job,
            state=job.status,
            code=job.code,
            message=job.message,
            started_at=job.started_at or self.incident.retries[index].started_at,
            ended_at=job.ended_at if job.ended else None,
        )

    def wait(self, name: str, why: str, since: datetime, until: datetime | None) -> None:
        """The incident lets time pass in a named state; waiting on in the same state extends it."""
        waits = list(self.incident.waits)
        if waits and waits[-1].name == name and self.incident.state == name:
            waits[-1] = replace(waits[-1], until=until)
        else:
            waits.append(Wait(name=name, why=why, since=since, until=until))
        self._set(waits=waits, state=name)

    def ask(self, approval: Approval) -> None:
        """A plan waits for a person."""
        self._set(approvals=[*self.incident.approvals, approval], state="waiting-for-approval")

    def decided(self, state: str, by: str | None, at: datetime) -> None:
        """The newest approval was decided, or ran out."""
        last = self.incident.approvals[-1]
        decided = replace(last, state=state, decided_by=by, decided_at=at)
        self._set(approvals=[*self.incident.approvals[:-1], decided])

    def broke_down(self, last: Breakdown, waits: list[Wait]) -> None:
        """Earlier orchestrations of this incident broke down: what they did, and that time passed, belongs to it."""
        now = self.incident
        self._set(actions=last.actions, retries=last.retries, waits=waits, state=STATE)
        self._set(vault=last.vault or now.vault, vm=last.vm or now.vm, job=last.job)

    def advise(self, steps: list[Advice]) -> None:
        """What a person should do first, before all else that is advised."""
        self._set(guidance=[*steps, *self.incident.guidance])

    def end(self, outcome: Outcome, reason: str | None, summary: str, now: datetime) -> None:
        """The incident has its outcome."""
        guidance = self._guidance(Verdict.CONFIRMED)
        if outcome in _NEEDS_PERSON or self._concluded:
            guidance += self._guidance(Verdict.CANNOT_TELL, self._earlier) + self._playbook_guidance
        else:
            guidance = [step for step in guidance if step.lasting]
        self._set(
            state="ended",
            outcome=outcome,
            reason=reason,
            summary=summary,
            guidance=[step for place, step in enumerate(guidance) if step not in guidance[:place]],
            ended_at=now,
            duration_seconds=(now - self.incident.opened_at).total_seconds(),
        )

    def _guidance(self, verdict: Verdict, first: int = 0) -> list[Advice]:
        found = [finding for finding in self.incident.findings[first:] if finding.verdict is verdict]
        return [step for finding in found for step in finding.guidance]

    def reported(self, reported: Reported, deliveries: list[Reported]) -> None:
        """The result was delivered, or could not be: on the whole, and to each target."""
        self._set(reported=reported, deliveries=deliveries)

    def status(self) -> dict[str, Any]:
        """The incident as custom status: whole if it fits, else with less and less detail; the end is always whole."""
        return fitting(record(self.incident))

    def _set(self, **changes: Any) -> None:
        self.incident = replace(self.incident, **changes)
