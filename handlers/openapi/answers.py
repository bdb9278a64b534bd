"""The forms of JSON that the API answers with, where no model of the app has that form already.

The handlers put these answers together field by field; here they are written down so that a schema can be made of them.
``UNSET`` marks a member that may be missing; a member that may be null has ``None`` among its types.
"""

from datetime import datetime
from typing import Literal

from msgspec import UNSET, UnsetType

from handlers.listing import Listed
from responder.incident import Approval, Outcome, Reported
from responder.wire import Wire


class Place(Wire):
    """An incident, and where it is shown."""

    id: str
    status_url: str


class Reason(Wire):
    """One thing that is wrong with a request: the field, what it holds, and what to send instead."""

    field: str
    message: str
    remedy: str


class Error(Wire):
    """A name for programs, a sentence for people, and what else is known."""

    code: str
    message: str
    reasons: list[Reason] | UnsetType = UNSET
    incident: Place | UnsetType = UNSET


class Problem(Wire):
    """Why a request was not done."""

    error: Error


class Ignored(Wire):
    """Why something in a body opens no incident."""

    reason: str


class Accepted(Wire):
    """The incidents of a body, new or known already, and what was ignored."""

    incidents: list[Place]
    ignored: list[Ignored]


class Handshake(Wire):
    """The code that Event Grid wants back before it delivers to a new subscription."""

    validation_response: str


class TakenUp(Wire):
    """The incident that takes a failure up again."""

    incidents: list[Place]


class IncidentList(Wire):
    """A page. ``continuation`` asks for the next; null: none follows, and ``note`` says if newer ones are missing."""

    incidents: list[Listed]
    continuation: str | None
    order: Literal["newest first"]
    note: str | None


class OpenedIncident(Wire):
    """An incident of which nothing is known yet (accepted), or whose orchestration broke down (stopped)."""

    id: str
    state: Literal["accepted", "stopped"]
    outcome: None
    summary: str | UnsetType = UNSET


class LocatedSignal(Wire):
    """A signal that named no job, once its jobs were found: their incidents."""

    id: str
    state: Literal["located"]
    incidents: list[str]


class WaitingPlan(Wire):
    """The plan that a person is asked about."""

    id: str
    vm: str | None
    vault: str | None
    plan: Approval


class Decided(Wire):
    """The decision that was written down."""

    id: str
    decision: Literal["approve", "decline"]
    by: str
    status_url: str


class LockPutBack(Wire):
    """What became of one lock."""

    id: str
    state: Literal["put-back", "exists", "failed"]
    reason: str | None = None


class LocksPutBack(Wire):
    """Every lock that the incident had removed."""

    locks: list[LockPutBack]


class Limits(Wire):
    """The caps, as the settings have them."""

    concurrent_incidents: int
    destructive_per_hour: int
    starts_per_hour: int
    job_reads_per_hour: int
    attempts_per_window: int
    attempt_window_hours: int
    backoff_minutes: int
    remediation_pause_hours: int


class SwitchState(Wire):
    """The switch, the caps of the whole app and how far they are used, and what was counted."""

    paused: bool
    by: str | None
    since: datetime | None
    open: int
    changes: list[datetime]
    limits: Limits
    turns_until: dict[str, datetime]
    refusals: dict[str, int]
    ended: dict[str, int]
    reasons: dict[str, int]


class SwitchSet(Wire):
    """What was asked for, and who asked."""

    paused: bool
    by: str


class DisabledTarget(Wire):
    """Since when nothing is posted to a target, and after whose message."""

    since: datetime
    by: str
    why: str


class UndeliveredResult(Reported):
    """A result that did not arrive."""

    id: str
    webhook_id: str
    outcome: Outcome | None


class Undelivered(Wire):
    """What did not arrive, newest first: with details, by id, and the number of those that are not listed any more."""

    count: int
    results: list[UndeliveredResult]
    older: list[str]
    forgotten: int


class DigestState(Wire):
    """How many results wait for the next digest, how many digests were sent, how the last one was delivered."""

    waiting: int
    sent: int
    last: Reported | None


class RedeliveryState(Wire):
    """How far the newest redelivery is, or how it ended."""

    running: bool
    delivered: int | UnsetType = UNSET
    refused: int | UnsetType = UNSET
    left: int | UnsetType = UNSET
    stopped: str | UnsetType | None = UNSET


class TargetState(Wire):
    """A receiver of results."""

    name: str
    kind: str
    state: Literal["enabled", "disabled"]
    disabled: DisabledTarget | None
    undelivered: Undelivered
    digest: DigestState
    redelivery: RedeliveryState | None


class Deliveries(Wire):
    """Every receiver of results."""

    targets: list[TargetState]


class Redelivering(Wire):
    """What will be done: the incidents whose results are posted again, and whether a digest is."""

    target: str
    enabled: bool
    redelivering: list[str]
    digest: bool
    status_url: str


class OwnPlaybooks(Wire):
    """Playbooks from the folder of the settings: how many are used, how many had to be left out."""

    used: int
    left_out: int


class Health(Wire):
    """The app has loaded, which it does with valid settings alone."""

    status: Literal["ok"]
    version: str
    own_playbooks: OwnPlaybooks | UnsetType = UNSET
