"""What the activities do: short, repeatable, with the time from their request. SDKs load with the first call."""

import time
from typing import Any

import msgspec

from handlers.boundary import answer
from handlers.config import configured
from handlers.messages import (
    ApplyChange,
    Deliver,
    Diagnose,
    Examine,
    FollowBackup,
    FollowChange,
    StartBackup,
)
from playbooks import backup, diagnosis
from playbooks.backup import JobReport, Started
from playbooks.case import Case, Subject
from playbooks.diagnosis import Diagnosis, View
from playbooks.fixes import Applied, fix
from responder import approval
from responder.azure.gateway import Gateway
from responder.notify import message, webhook
from responder.notify.webhook import Delivery


def diagnose(payload: object) -> object:
    """Read the failed job, look its code up and run the playbook's checks."""
    return answer(payload, Diagnose, _diagnose)


def _diagnose(ask: Diagnose) -> Diagnosis:
    return diagnosis.diagnose(Gateway(configured()), configured(), ask.failure, ask.now, ask.refused_with)


def examine(payload: object) -> object:
    """Look again at some causes, and plan fixes on the same facts."""
    return answer(payload, Examine, _examine)


def _examine(ask: Examine) -> View:
    return diagnosis.examine(_case(ask.subject, ask), ask.causes, ask.fixes, ask.decisive)


def apply_change(payload: object) -> object:
    """Make one change."""
    return answer(payload, ApplyChange, _apply_change)


def _apply_change(ask: ApplyChange) -> Applied:
    return fix(ask.fix).apply(_case(ask.subject, ask), ask.change)


def follow_change(payload: object) -> object:
    """Look how a change stands."""
    return answer(payload, FollowChange, _follow_change)


def _follow_change(ask: FollowChange) -> Applied:
    return fix(ask.fix).follow(_case(ask.subject, ask), ask.change, ask.track)


def start_backup(payload: object) -> object:
    """Ask for an ad hoc backup."""
    return answer(payload, StartBackup, _start_backup)


def _start_backup(ask: StartBackup) -> Started:
    return backup.start(_case(ask.subject, ask), wanted_at=ask.wanted_at, ours=ask.ours)


def follow_backup(payload: object) -> object:
    """Look how a backup stands."""
    return answer(payload, FollowBackup, _follow_backup)


def _follow_backup(ask: FollowBackup) -> JobReport:
    return backup.follow(_case(ask.subject, ask), operation=ask.operation, job=ask.job)


def deliver(payload: object) -> object:
    """One attempt to post the result, or the request for an approval with its decision links."""
    return answer(payload, Deliver, _deliver)


def _deliver(ask: Deliver) -> Delivery:
    app = configured()
    if ask.approval:
        name = f"{ask.incident.id}-{ask.incident.approvals[-1].event}"
        return _post(message.approval_request(ask.incident, approval.link(app, ask.incident)), name)
    return _post(message.report(ask.incident), ask.incident.id)


def _post(body: dict[str, Any], name: str) -> Delivery:
    """The signature's time is the machine's, because the receiver compares it with its own clock."""
    app, text = configured(), msgspec.json.encode(body)
    return webhook.post(app.webhook_url, app.webhook_secret, f"msg_{name}", text, time.time())


def _case(subject: Subject, ask: Examine | ApplyChange | FollowChange | StartBackup | FollowBackup) -> Case:
    return Case(Gateway(configured()), configured(), subject, ask.now)
