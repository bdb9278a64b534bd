"""What orchestrator and activities say to each other: plain JSON in Durable history, typed on both sides."""

from datetime import datetime
from typing import Any

from playbooks.case import Subject
from playbooks.fixes import Change
from playbooks.model import Cause
from responder.incident import FailedBackup, Incident
from responder.wire import Wire


class Trouble(Wire):
    """Why a step could not be done, as data: an exception would reach the orchestrator as bare text."""

    kind: str  # name of the typed error, or Unexpected
    text: str
    action: str | None = None
    scope: str | None = None


class Answer(Wire):
    """Every activity's answer: a value, a trouble, or the wish to be asked again after some seconds."""

    value: Any = None
    trouble: Trouble | None = None
    again_after: float | None = None
    why: str | None = None


class Diagnose(Wire):
    """Ask for the diagnosis of a failed backup."""

    failure: FailedBackup
    now: datetime
    refused_with: str | None = None  # the code with which Azure refused an ad hoc backup


class Examine(Wire):
    """Ask for fresh findings and plans. ``decisive``: causes by which a step is decided; None: all of them."""

    subject: Subject
    causes: list[Cause]
    fixes: list[str]
    now: datetime
    decisive: list[str] | None = None


class ApplyChange(Wire):
    """Ask for one change."""

    fix: str
    subject: Subject
    change: Change
    now: datetime


class FollowChange(Wire):
    """Ask how a started change stands."""

    fix: str
    subject: Subject
    change: Change
    now: datetime
    track: str | None = None


class StartBackup(Wire):
    """Ask for an ad hoc backup; ``wanted_at`` stays the same when it is asked again."""

    subject: Subject
    wanted_at: datetime
    now: datetime
    ours: list[str] = []


class FollowBackup(Wire):
    """Ask how a backup stands, by its request's operation until the job is known."""

    subject: Subject
    now: datetime
    operation: str | None = None
    job: str | None = None


class Deliver(Wire):
    """Ask for one attempt to post the result, or the request for an approval."""

    incident: Incident
    now: datetime
    approval: bool = False
