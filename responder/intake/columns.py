"""Rows whose columns have names: dimensions of an alert, tables, records, projections of a query.

Whoever writes a query chooses names, so each fact has several; the suffixes of the table AzureDiagnostics
(``JobUniqueId_g``), case and punctuation do not count.
Sources: Azure Monitor table references, AddonAzureBackupJobs and AzureDiagnostics; Microsoft Learn, "Automatically
retry failed backup jobs" (projection of Resource Graph); Azure Resource Graph, table RecoveryServicesResources.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from responder.dig import duration, flag, moment, shifted
from responder.intake.claims import Claims, job_of, vault_of
from responder.intake.facts import Facts, hint_of

_SUFFIX = re.compile(r"_[sgdbt]$", re.IGNORECASE)
_PUNCTUATION = re.compile(r"[^a-z0-9]+")
_SLOTS = {
    "vault": "resourceid vaultid vaultresourceid vaultarmid id",
    "log job": "jobuniqueid",
    "job": "jobid jobguid jobarmid jobresourceid",
    "item": "backupitemuniqueid protectedcontaineruniqueid protecteditemid protecteditemname protecteditemarmid"
    " backupinstanceid backupinstanceurl containername",
    "machine": "vmid virtualmachineid datasourceid datasourceresourceid datasourceurl sourceresourceid",
    "name": "vm vmname entityfriendlyname entityname",
    "failure": "jobfailurecode failurecode",
    "title": "errortitle",
    "message": "errorstring errormessage message",
    "status": "jobstatus status",
    "operation": "joboperation operation",
    "management": "backupmanagementtype",
    "by": "adhocorscheduledjob",
    "user": "isusertriggered",
    "started": "jobstartdatetime starttime jobstarttime",
    "ended": "jobenddatetime endtime jobendtime",
    "duration": "jobdurationinsecs",
    "seen": "timegenerated time fired",
}
_SLOT_OF = {name: slot for slot, names in _SLOTS.items() for name in names.split()}
_BY = {"adhoc": True, "scheduled": False}
_SUCCESS = "success"  # what JobFailureCode says of a job that did not fail

Pairs = Iterable[tuple[str, Any]]


_LONGEST_NAME = 64


class Columns:
    """The columns of one row, by what they mean; of several that mean the same all are kept, as witnesses."""

    def __init__(self, pairs: Pairs) -> None:
        self._slots: dict[str, list[Any]] = {}
        self.are_empty = True
        for name, value in pairs:
            self.are_empty = False
            if value not in (None, "") and (slot := _slot(name)):
                self._slots.setdefault(slot, []).append(value)

    def texts(self, *slots: str) -> tuple[str, ...]:
        """All texts of some slots."""
        return tuple(value for slot in slots for value in self._slots.get(slot, ()) if isinstance(value, str))

    def text(self, slot: str) -> str | None:
        """The first text of a slot."""
        return next(iter(self.texts(slot)), None)

    def value(self, slot: str) -> Any:
        """The first value of a slot, whatever its type."""
        return next(iter(self._slots.get(slot, ())), None)

    def moment(self, slot: str) -> datetime | None:
        """The first time of a slot."""
        return moment(self.text(slot))

    @property
    def are_of_a_log(self) -> bool:
        """Whether the job has the name that the tables of Log Analytics give it."""
        return "log job" in self._slots

    @property
    def are_about_a_job(self) -> bool:
        """Whether a column tells of a job, or of a protected item in a vault."""
        claims = self.claims()
        return any(job_of(job) for job in (*claims.jobs, *claims.vaults)) or (
            any(vault_of(vault) for vault in (*claims.vaults, *claims.items))
            and bool(claims.items or claims.containers)
        )

    def claims(self) -> Claims:
        """What the columns say of vault, job, item and VM."""
        items = self.texts("item")
        return Claims(
            vaults=self.texts("vault"),
            jobs=self.texts("log job", "job"),
            items=tuple(item for item in items if item.startswith("/")),
            containers=tuple(item for item in items if not item.startswith("/")),
            machines=self.texts("machine"),
            names=self.texts("name"),
        )


def facts_of(columns: Columns) -> Facts:
    """The facts that the columns of a row tell."""
    started, lasted = columns.moment("started"), duration(columns.value("duration"))
    failure = columns.text("failure")
    status = columns.text("status") or ("Completed" if (failure or "").lower() == _SUCCESS else None)
    return Facts(
        claims=columns.claims(),
        status=status,
        operation=columns.text("operation"),
        management=columns.text("management"),
        hint=hint_of(failure, columns.text("title")),
        message=columns.text("message"),
        user_triggered=_user_triggered(columns),
        started=started,
        ended=columns.moment("ended") or (shifted(started, lasted) if started and lasted else None),
        seen=columns.moment("seen"),
    )


def is_column(name: str) -> bool:
    """Whether a member of that name may tell of a job."""
    return _slot(name) is not None


def _slot(name: str) -> str | None:
    return _SLOT_OF.get(_folded(name)) if len(name) <= _LONGEST_NAME else None


@lru_cache(maxsize=512)
def _folded(name: str) -> str:
    """A column's name without case, punctuation and the suffix of AzureDiagnostics."""
    return _PUNCTUATION.sub("", _SUFFIX.sub("", name).lower())


def _user_triggered(columns: Columns) -> bool | None:
    told = _BY.get((columns.text("by") or "").lower())
    return flag(columns.value("user")) if told is None else told
