"""Our own envelope: an event ``AzureBackup.JobFailed``, whose subject names vault and job and whose data is the alert.

Contract: ``subject`` is ``<vault id in lower case>/backupJobs/<job id>``, ``data`` the untouched alert, in the Event
Grid schema or in CloudEvents 1.0. What a bridge publishes that knows no alert needs no data.
"""

import msgspec

from responder.dig import moment, text
from responder.incident import FailedBackup
from responder.intake import reasons, unknown
from responder.intake.claims import Claims, Subject, settle
from responder.intake.facts import Facts
from responder.intake.judge import Frame, judged
from responder.intake.model import Ignored, Results

SOURCE = "own-event"
KIND = "azurebackup.jobfailed"


def reconciled(event: object, data: Results | None) -> Results | None:
    """What the data tells, if the subject agrees; what the subject tells, if the data is nothing that we know."""
    claims = Claims(vaults=tuple(filter(None, [text(event, "subject")])))
    subject = settle(claims)
    if isinstance(subject, str) or subject.vault is None or subject.job is None:
        return data
    if data is None:
        frame = Frame(SOURCE, event, at=moment(event, "eventTime") or moment(event, "time"))
        return [judged(frame, Facts(claims=claims))]
    return [_agreed(event, result, subject) for result in data]


def _agreed(event: object, result: FailedBackup | Ignored, subject: Subject) -> FailedBackup | Ignored:
    if isinstance(result, Ignored) or result.vault_id is None:
        return result
    if result.vault_id != subject.vault:
        return unknown.keep(event, SOURCE, reasons.CONTRADICTORY_VAULT)
    if result.job_id not in {None, subject.job}:
        return unknown.keep(event, SOURCE, reasons.CONTRADICTORY_JOB)
    return msgspec.structs.replace(result, job_id=subject.job, not_before=None, not_after=None)
