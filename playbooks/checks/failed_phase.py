"""In which of its phases the failed job failed."""

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts.verdicts import cannot_tell, judged
from playbooks.model import Cause
from responder.incident import Evidence
from responder.language import say

_WORDS = {"snapshot": "snapshot", "transfer": "transfer"}


def look(case: Case, cause: Cause) -> Seen:
    """Confirmed if the job failed in ``using.phase``: snapshot (Take Snapshot) or transfer (Transfer data to vault).

    A failed job may still show its phase as in progress; that is told, but proves nothing.
    Source: Azure REST API reference, "Job Details - Get", extendedInfo.tasksList.
    """
    job = case.failed_job()
    word = _WORDS[str(cause.using.get("phase", "snapshot"))]
    shown = [
        Evidence(what=say("phase {name}", name=phase.name), value=phase.status, source=job.vault_job_id)
        for phase in job.phases
    ]
    evidence = shown or [Evidence(what=say("phases"), value=[], source=job.vault_job_id)]
    failed = [phase.name for phase in job.phases if phase.status.lower() == "failed"]
    open_ones = [phase.name for phase in job.phases if phase.status.lower() == "inprogress"]
    if not failed:
        return cannot_tell(_untold(open_ones), evidence)
    text = say("The job failed in the phase {phases}.", phases=", ".join(failed))
    return judged(any(word in name.lower() for name in failed), text, text, evidence)


def _untold(open_ones: list[str]) -> str:
    if not open_ones:
        return say("The failed job does not show which of its phases failed.")
    return say(
        "The failed job does not show which of its phases failed; {phases} still shows as in progress.",
        phases=", ".join(open_ones),
    )
