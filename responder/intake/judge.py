"""From facts to a decision: a failed backup, an ignored one, or one that a person has to look at."""

from datetime import datetime, timedelta
from typing import NamedTuple

from responder.dig import shifted
from responder.incident import FailedBackup
from responder.intake import reasons, unknown
from responder.intake.claims import Subject, settle
from responder.intake.facts import Facts, is_other_workload, reason_to_ignore
from responder.intake.model import Ignored
from responder.notify.redact import redact

# An alert comes at most that long after its job: diagnostic logs are late by up to a day. Source: Azure Monitor.
_LATEST = timedelta(hours=24)
_LONGEST_MESSAGE = 2000


class Frame(NamedTuple):
    """What the facts came in. ``at`` is when it was told; ``since`` and ``until`` bound the job, if it is not named.

    ``vault_suffices``: a job may be looked for in the whole vault, where the frame names no item.
    """

    source: str
    payload: object
    alert_id: str | None = None
    severity: str | None = None
    at: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    vault_suffices: bool = False


def judged(frame: Frame, facts: Facts) -> FailedBackup | Ignored:
    """The one result of the facts."""
    if reason := reason_to_ignore(facts):
        return Ignored(reason=reason)
    subject = settle(facts.claims)
    if isinstance(subject, str):
        return unknown.keep(frame.payload, frame.source, subject)
    span = _span(frame, facts)
    if reason := _reason_to_give_up(frame, subject, span):
        return unknown.keep(frame.payload, frame.source, reason)
    return _failure(frame, facts, subject, span)


def _reason_to_give_up(frame: Frame, subject: Subject, span: tuple[datetime, datetime] | None) -> str | None:
    if subject.vault is None:
        return reasons.NO_VAULT
    if subject.job:
        return None
    if not (frame.vault_suffices or subject.item or subject.vm or subject.vm_name):
        return reasons.NO_JOB
    return None if span else reasons.NO_TIME


def _failure(frame: Frame, facts: Facts, subject: Subject, span: tuple[datetime, datetime] | None) -> FailedBackup:
    is_machine = subject.is_machine is not False and not is_other_workload(facts)
    not_before, not_after = span if span and not subject.job else (None, None)
    return FailedBackup(
        source=frame.source,
        vault_id=subject.vault,
        job_id=subject.job,
        item_id=subject.item,
        vm_id=subject.vm,
        vm_name=subject.vm_name if is_machine else None,
        code_hint=facts.hint.code,
        code_origin=facts.hint.origin,
        message=redact(facts.message)[:_LONGEST_MESSAGE] if facts.message else None,
        occurred_at=facts.ended or facts.seen or frame.at or facts.started,
        alert_id=frame.alert_id,
        severity=frame.severity,
        user_triggered=facts.user_triggered,
        not_before=not_before,
        not_after=not_after,
        skip=None if is_machine else reasons.NOT_A_VIRTUAL_MACHINE,
    )


def _span(frame: Frame, facts: Facts) -> tuple[datetime, datetime] | None:
    """In which the job started or ended; a start alone is a span of a second, since tables cut the fractions off."""
    until = facts.ended or frame.until or facts.seen or frame.at
    until = until or (shifted(facts.started, timedelta(seconds=1)) if facts.started else None)
    if until is None:
        return None
    since = facts.started or frame.since
    return (since, until) if since and since <= until else (shifted(until, -_LATEST), until)
