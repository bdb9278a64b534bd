"""Records of a vault's diagnostic setting, as an Event Hub hands them over.

Sources: Azure Monitor, "Common schema for Azure resource logs"; table reference, AddonAzureBackupJobs. No recording is
public, so the columns may stand in ``properties`` or beside it, in any case. Every state of every job is told.
"""

from responder.dig import pairs, text
from responder.intake import reasons
from responder.intake.columns import Columns, facts_of
from responder.intake.judge import Frame, judged
from responder.intake.model import Ignored, Results
from responder.intake.nested import properties_of

SOURCE = "diagnostics"

_JOBS = {"addonazurebackupjobs", "azurebackupreport"}
_OTHERS = ("addonazurebackup", "coreazurebackup")


def understand(candidate: object) -> Results | None:
    """The job of the record; None if Azure Backup did not write it."""
    properties = properties_of(candidate)
    category = (text(candidate, "category") or text(properties, "category") or "").lower()
    operation = (text(candidate, "operationName") or text(properties, "operationName") or "job").lower()
    if category in _JOBS and operation == "job":
        columns = Columns([*pairs(candidate), *pairs(properties)])
        return [judged(Frame(SOURCE, candidate), facts_of(columns))]
    return [Ignored(reason=reasons.NOT_A_JOB)] if category in _JOBS or category.startswith(_OTHERS) else None
