"""What orchestrator and activities say to each other: plain JSON in Durable history, typed on both sides."""

from datetime import datetime
from typing import Any

from handlers.watch_entity import Look
from playbooks.case import Subject
from playbooks.fixes import Change
from playbooks.model import Cause
from responder.azure.model import Job
from responder.incident import FailedBackup, Incident
from responder.notify.digest import Digest
from responder.notify.message import message_id, report_id
from responder.notify.target import WEBHOOK
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
    job_reads: int = 0  # requests that it made against the vault's limit of reads of jobs


class Diagnose(Wire):
    """Ask for the diagnosis of a failed backup."""

    failure: FailedBackup
    now: datetime
    refused_with: str | None = None  # the code with which Azure refused an ad hoc backup
    job: Job | None = None  # the failed job, where the vault's watcher has read it
    frugal: bool = False


class Examine(Wire):
    """Ask for fresh findings and plans. ``decisive``: causes by which a step is decided; None: all of them.

    ``frugal``: the vault has no read of jobs left for this incident.
    """

    subject: Subject
    causes: list[Cause]
    fixes: list[str]
    now: datetime
    decisive: list[str] | None = None
    frugal: bool = False


class ApplyChange(Wire):
    """Ask for one change; ``attempt`` is the same whenever this very try is asked for again."""

    fix: str
    attempt: str
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
    """Ask for an ad hoc backup; ``wanted_at`` and ``attempt`` stay the same when it is asked again.

    ``known``: the item's jobs, just read by the vault's watcher; they count at the first execution alone.
    """

    subject: Subject
    wanted_at: datetime
    now: datetime
    attempt: str
    ours: list[str] = []
    known: list[Job] | None = None


class FollowBackup(Wire):
    """Ask how a backup stands, by its request's operation until the job is known."""

    subject: Subject
    now: datetime
    operation: str | None = None
    job: str | None = None


class CallWatcher(Wire):
    """Ask for the watcher of a vault's subscription; also the watcher's own input."""

    vault: str
    generation: int
    reads_per_hour: int


class ReadJobs(Wire):
    """Ask for one read of each vault's jobs that answers as many looks as it can."""

    looks: list[Look]
    may_list: bool
    now: datetime


class Told(Wire):
    """Whose looks were answered, and how many reads that took. ``again_after``: seconds for which Azure wants rest."""

    keys: list[str] = []
    reads: int = 0
    again_after: float | None = None


class Deliver(Wire):
    """Ask for one attempt to post the result of an incident, its request for an approval, or a digest of many.

    ``target``: its name. ``disabled``: the hash of an address that gets nothing, because it is gone.
    """

    incident: Incident | None = None
    digest: Digest | None = None
    now: datetime
    approval: bool = False
    target: str = WEBHOOK
    disabled: str | None = None

    @property
    def about(self) -> str:
        """The id of the incident or of the digest."""
        found = self.incident or self.digest
        return found.id if found else ""

    @property
    def name(self) -> str:
        """``webhook-id``: the same at every attempt."""
        if self.incident is None:
            return report_id(self.about)
        return message_id(self.incident, approval=self.approval)


class Address(Wire):
    """Ask which targets want to be told of an incident's end, or of its request for an approval."""

    incident: Incident
    now: datetime
    approval: bool = False


class Addressee(Wire):
    """A target that wants to be told; ``after`` single results within ``minutes`` it wants the others folded."""

    target: str
    after: int | None = None
    minutes: int = 0


class Addressees(Wire):
    """Who wants to be told."""

    all: list[Addressee] = []


class CallDigest(Wire):
    """Ask for the run that posts a target's digests; also the run's own input."""

    target: str
    minutes: int
    generation: int
