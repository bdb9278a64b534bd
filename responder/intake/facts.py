"""What one alert, row or record tells of a job, before anything is concluded from it."""

import re
from datetime import datetime
from typing import NamedTuple

from responder.intake import reasons
from responder.intake.claims import Claims

# A code as Azure Backup spells it: one word with a hump, not the name of an entity such as "VM agent".
_CODE = re.compile(r"(?=.{6,100}$)[A-Za-z][a-z0-9]*[A-Z][A-Za-z0-9]*")
_BACKUP = re.compile(r"backup\b", re.IGNORECASE)
_RESTORE = re.compile(r"restore|recover", re.IGNORECASE)
_QUERY = re.compile(r"addonazurebackupjobs|azurebackupreport|backupjobs", re.IGNORECASE)
_VIRTUAL_MACHINES = {"iaasvm", "azureiaasvm"}


class Hint(NamedTuple):
    """An error code that may be right, and the kind of place where it stood."""

    code: str | None = None
    origin: str | None = None


class Facts(NamedTuple):
    """``ended`` is when the job failed, ``seen`` when somebody wrote that down."""

    claims: Claims = Claims()
    status: str | None = None
    operation: str | None = None
    management: str | None = None
    hint: Hint = Hint()
    message: str | None = None
    user_triggered: bool | None = None
    started: datetime | None = None
    ended: datetime | None = None
    seen: datetime | None = None


def hint_of(failure_code: str | None, title: str | None) -> Hint:
    """The hint of the column ``JobFailureCode``, or of an ``errorTitle`` that looks like a code.

    Source: recorded jobs carry the string code in ``errorTitle``, the REST reference says the name of an entity.
    """
    if failure_code and _CODE.fullmatch(failure_code):
        return Hint(failure_code, "failure_code_column")
    return Hint(title, "error_title") if title and _CODE.fullmatch(title) else Hint()


def reason_to_ignore(facts: Facts) -> str | None:
    """Why a job is none of ours. What is not said counts as a failed backup: the job itself will tell.

    Source: Azure REST API reference, "Backup Jobs - List", ``status`` and ``operation``; workloads write
    ``Backup (Full)``.
    """
    if facts.status and facts.status.lower() != "failed":
        return reasons.JOB_NOT_FAILED
    if facts.operation and not _BACKUP.match(facts.operation):
        return reasons.RESTORE_FAILURE if _RESTORE.search(facts.operation) else reasons.NOT_A_BACKUP
    return None


def is_other_workload(facts: Facts) -> bool:
    """Whether the job says that it is no VM's. AddonAzureBackupJobs writes ``IaaSVM``, ARM ``AzureIaasVM``."""
    return bool(facts.management) and str(facts.management).lower() not in _VIRTUAL_MACHINES


def is_about_backup(query: str | None) -> bool:
    """Whether the query of an alert asks for backup jobs."""
    return bool(query) and bool(_QUERY.search(str(query)))
