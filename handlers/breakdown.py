"""What is remembered of an incident whose orchestration broke down: when, why, and what it had done by then.

It travels in the input of the orchestration that follows. What decides whether something may be done once more is not
here: that the entities know.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from responder.incident import Action, FailedBackup, FailedJob, Retry, Wait
from responder.language import say
from responder.wire import Wire

REASON = "BrokeDown"
"""Reason of an incident that broke down, began anew, and broke down again."""

STATE = "broke-down"
"""Name of the wait between a breakdown and the new beginning."""

SETTLED = timedelta(minutes=5)
"""How long what was sent before a breakdown may take to show itself in Azure, before anything new is begun."""


class Breakdown(Wire):
    """An orchestration that failed as a whole.

    Attributes:
        at: when it failed; it had begun at ``began``.
        why: what Durable Functions says, one line, without secrets.
        posted: the incident had ended, and all who were to be told had been; ``taken``: names of targets that had.
        job: the failed job, as it was diagnosed.
        vault: ARM id, as it was diagnosed; ``vm`` likewise.
        actions: changes that were recorded by then; ``retries``: ad hoc backups.
    """

    at: datetime
    began: datetime
    why: str
    posted: bool = False
    taken: list[str] = []
    job: FailedJob | None = None
    vault: str | None = None
    vm: str | None = None
    actions: list[Action] = []
    retries: list[Retry] = []

    @property
    def wait(self) -> Wait:
        """The time between the breakdown and what is begun after it."""
        why = say("The orchestration broke down, and the incident began anew: {why}", why=self.why)
        return Wait(name=STATE, why=why, since=self.at, until=self.at + SETTLED)


class Told(Wire):
    """Input of what tells of an incident that broke down twice. ``incidents``: what a signal became, if it was one."""

    failure: FailedBackup
    breakdowns: list[Breakdown]
    incidents: list[str] = []


def life(earlier: Sequence[Breakdown]) -> str:
    """What is added to names of which the earlier orchestrations of an incident have used some; nothing at first."""
    return f"-b{len(earlier)}" if earlier else ""
