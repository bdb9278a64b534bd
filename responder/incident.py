"""An incident: what failed, what was found, what was done, how it ended. Stored, shown and posted as this.

Contract: the JSON form (camelCase, `responder.wire`) is ``data`` of the posted result and the body of
``GET /api/incidents/{id}``; its JSON Schema is docs/schemas/incident.schema.json.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from responder import terms
from responder.wire import Wire

Mode = terms.Mode  # settings know these two as well
Outcome = terms.Outcome


class Risk(StrEnum):
    """What a fix can do to production."""

    SAFE = "safe"
    DISRUPTIVE = "disruptive"
    MANUAL = "manual"


class Verdict(StrEnum):
    """What a check says of its cause."""

    CONFIRMED = "confirmed"
    RULED_OUT = "ruled-out"
    CANNOT_TELL = "cannot-tell"


class Evidence(Wire):
    """One observed fact and where it was read."""

    what: str
    value: Any
    source: str  # ARM path, without host and api-version


class Command(Wire):
    """A command for a person. ``at``: ``cloud`` is a shell with the Azure CLI, ``vm`` a shell inside the VM."""

    shell: str  # bash or powershell
    at: str
    line: str


class Advice(Wire):
    """One step for a person, with the names of the VM at hand filled in.

    ``lasting``: worth doing also where the failure is cured, so that it does not come back.
    """

    text: str
    portal: str | None = None  # where to click, as "Virtual machines > vm-app-01 > Extensions"
    commands: list[Command] = []
    lasting: bool = False


class Finding(Wire):
    """What a check saw of one cause of the playbook."""

    cause: str
    check: str
    verdict: Verdict
    summary: str
    evidence: list[Evidence] = []
    guidance: list[Advice] = []
    at: datetime


class ActionState(StrEnum):
    """How a change went."""

    PLANNED = "planned"
    STARTED = "started"
    DONE = "done"
    REFUSED = "refused"
    SKIPPED = "skipped"
    FAILED = "failed"
    FORBIDDEN = "forbidden"


class Action(Wire):
    """One change of the world, or one that was refused: always with its reason."""

    fix: str
    target: str
    risk: Risk
    state: ActionState
    summary: str
    reason: str | None = None
    before: Any = None
    after: Any = None
    undo: str | None = None
    started_at: datetime
    ended_at: datetime | None = None
    attempts: int = 1
    approved_by: str | None = None


class Retry(Wire):
    """One ad hoc backup that belongs to the incident, whoever started it."""

    purpose: str
    job_id: str | None = None
    state: str
    expected_failure: bool = False
    adopted: bool = False
    code: str | None = None
    message: str | None = None
    started_at: datetime
    ended_at: datetime | None = None


class Wait(Wire):
    """A named state in which the incident let time pass."""

    name: str
    why: str
    since: datetime
    until: datetime | None = None


class Approval(Wire):
    """A plan that waits for a person. ``event`` and ``fingerprint`` bind a decision to exactly this plan."""

    event: str
    fingerprint: str
    asked_at: datetime
    expires_at: datetime
    changes: list[str]
    state: str = "waiting"  # waiting, approved, declined, expired
    decided_by: str | None = None
    decided_at: datetime | None = None
    fix: str | None = None
    risk: Risk | None = None
    impact: str | None = None  # what the changes do to production, and how far that reaches
    undo: list[str] = []  # for each change: how a person takes it back


class Reported(Wire):
    """How the delivery of the result went to one target, or to the one of several where it went worst.

    ``state``: delivered, collected (a digest will tell it), unwanted (no target's filter takes it), gone, refused,
    given-up, disabled (nothing was posted: the address was gone before).
    """

    state: str
    attempts: int
    status: int | None = None
    detail: str | None = None
    at: datetime
    target: str | None = None


class FailedBackup(Wire):
    """The one internal form of every alert shape: a backup job that failed. Ids are lower-case where Azure's vary.

    ``vault_id`` None means that the payload was accepted but not understood (see ``skip``). ``job_id`` None means that
    it names no job: the one that is meant started or ended between ``not_before`` and ``not_after``, both inclusive.
    """

    source: str  # builtin-alert, log-alert-v2, log-alert-v1, metric-alert, activity-log, sweep, rerun, unknown ...
    vault_id: str | None = None
    job_id: str | None = None
    item_id: str | None = None
    vm_id: str | None = None
    vm_name: str | None = None  # the only trace of the VM where a shape gives its name without its group
    code_hint: str | None = None
    code_origin: str | None = None  # failure_code_column, aka_link, origin_alert_id, error_title
    message: str | None = None
    occurred_at: datetime | None = None
    alert_id: str | None = None
    severity: str | None = None  # Sev0 to Sev4, where an alert of Azure Monitor told of it
    user_triggered: bool | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None
    overdue_since: datetime | None = None  # no job failed: a good backup is missing since then (told by the sweep)
    skip: str | None = None  # a named reason why nothing can be done for this payload, for example NotAVirtualMachine
    payload: Any = None  # the untouched body, kept only where it was not understood
    mode: Mode | None = None  # this and what follows: asked for by a rerun, never by an alert
    playbook: str | None = None
    rerun_of: str | None = None
    run: int = 0
    from_step: int = 0
    from_playbook: str | None = None  # the playbook that ``from_step`` is a step of
    cleanup_since: datetime | None = None  # the ad hoc backup with which an earlier run started the clean-up ended then


class JobErrorRef(Wire):
    """One of the errors that a job carries."""

    code: str | None = None
    number: int | None = None
    message: str | None = None


class CodeOrigin(StrEnum):
    """Where the error code that chose the playbook was found, the most dependable place first."""

    REFUSED_REQUEST = "refused-request"  # Azure refused an ad hoc backup with it
    REQUESTED = "requested"  # nowhere: a person asked for the playbook
    SITUATION = "situation"  # the VM is gone, or its protection was stopped: whatever the job says
    JOB_STATUS = "job-status"
    ERROR_TITLE = "error-title"
    INNER_ERROR = "inner-error"  # an error of Compute, inside of the job's error
    ERROR_NUMBER = "error-number"
    ITEM_HEALTH = "item-health"
    ALERT_HINT = "alert-hint"
    MESSAGE_TEXT = "message-text"
    OVERDUE = "overdue"  # no job failed, but the last good backup is older than its policy allows
    NONE = "none"


class FailedJob(Wire):
    """The failed job as ARM tells it. ``origin`` says where ``code`` was found; ``errors`` are all that it carries."""

    id: str
    code: str | None = None
    origin: CodeOrigin = CodeOrigin.NONE
    number: int | None = None
    message: str | None = None
    errors: list[JobErrorRef] = []
    phases: dict[str, str] = {}  # "Take Snapshot" and "Transfer data to vault": how each stands
    recommendations: list[str] = []
    status: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None


class PlaybookRef(Wire):
    """Which playbook was followed, and the document it comes from."""

    code: str
    title: str
    url: str
    section: str


class Incident(Wire):
    """The whole story of one failed backup job."""

    id: str
    state: str  # "running" step name while open, "ended" when done
    outcome: Outcome | None = None
    reason: str | None = None
    step: int | None = None  # of the last playbook's runbook, from 0, where the incident is or ended
    summary: str | None = None
    mode: Mode | None = None
    failure: FailedBackup
    job: FailedJob | None = None
    vault: str | None = None
    vm: str | None = None
    tags: dict[str, str] = {}  # of the VM, when it was diagnosed
    playbooks: list[PlaybookRef] = []
    findings: list[Finding] = []
    actions: list[Action] = []
    retries: list[Retry] = []
    waits: list[Wait] = []
    approvals: list[Approval] = []
    guidance: list[Advice] = []
    opened_at: datetime
    ended_at: datetime | None = None
    duration_seconds: float | None = None
    reported: Reported | None = None
    deliveries: list[Reported] = []  # one for each target
