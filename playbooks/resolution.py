"""From a failed job to the playbook that is about it: the most dependable trace of the error code wins.

Source: recorded answers of the Azure Backup REST API (``errorDetails[].errorTitle`` holds the symbolic code, and may be
missing or empty; ``kpisHealths`` of the protected item names the last failure).
"""

import re
from datetime import timedelta
from typing import NamedTuple

from playbooks.loader import Library
from playbooks.model import Dispatch, Playbook
from responder.azure.model import Health, Job, ProtectedItem
from responder.incident import CodeOrigin

_IDENTIFIER = re.compile(r"^[A-Za-z][A-Za-z0-9]{3,}$")
_CANCELLED = "UserErrorJobSuccessfullyCancelled"
_SLACK = timedelta(minutes=5)  # the item's lastBackupTime and the job's startTime are written by different parts


class Resolved(NamedTuple):
    """A playbook, the code that chose it and where that code stood."""

    playbook: Playbook
    code: str | None
    origin: CodeOrigin


class Traces(NamedTuple):
    """All that may tell what failed."""

    job: Job
    item: ProtectedItem | None = None
    hint: str | None = None
    refused_with: str | None = None


def resolve(library: Library, traces: Traces) -> Resolved:
    """The playbook of a failure; the one for unknown failures if nothing tells more.

    A title that no playbook knows still is the service's word: neither the item's health nor a text overrides it.
    """
    titles = [error.title for error in traces.job.errors if error.title and _is_code(library, error.title)]
    found = _refused(library, traces) or _cancelled(library, traces.job) or _titled(library, traces.job, titles)
    found = found or _numbered(library, traces.job)
    if found is None and not titles:
        found = _healthy(library, traces) or _hinted(library, traces.hint) or _worded(library, traces.job)
    first = titles[0] if titles else None
    origin = CodeOrigin.ERROR_TITLE if first else CodeOrigin.NONE
    return found or Resolved(library.unknown(), first, origin)


def _is_code(library: Library, title: str) -> bool:
    """A title may be a sentence; a code that a playbook knows may hold a blank, as an article prints one of them."""
    return _IDENTIFIER.match(title) is not None or library.by_code(title) is not None


def _refused(library: Library, traces: Traces) -> Resolved | None:
    playbook = library.by_code(traces.refused_with) if traces.refused_with else None
    return Resolved(playbook, traces.refused_with, CodeOrigin.REFUSED_REQUEST) if playbook else None


def _cancelled(library: Library, job: Job) -> Resolved | None:
    """A cancelled job carries no error that could be cured: a person stopped it."""
    playbook = library.by_code(_CANCELLED) if job.status.lower() == "cancelled" else None
    return Resolved(playbook, _CANCELLED, CodeOrigin.JOB_STATUS) if playbook else None


def _titled(library: Library, job: Job, titles: list[str]) -> Resolved | None:
    for title in titles:
        playbook = library.by_code(title)
        if playbook:
            return _inner(library, job, playbook) or Resolved(playbook, title, CodeOrigin.ERROR_TITLE)
    return None


def _numbered(library: Library, job: Job) -> Resolved | None:
    for number in [error.number for error in job.errors if error.number]:
        playbook = library.by_number(number)
        if playbook:
            resolved = Resolved(playbook, playbook.code, CodeOrigin.ERROR_NUMBER)
            return _inner(library, job, playbook) or resolved
    return None


def _inner(library: Library, job: Job, playbook: Playbook) -> Resolved | None:
    """The playbook of the error that Compute reported inside of the job's error."""
    said = " ".join(
        [text for error in job.errors for text in (error.title, error.text, *error.recommendations) if text]
        + list(job.details.values())
    ).lower()
    for entry in playbook.dispatch:
        if _says(said, entry):
            inner = library.by_code(entry.playbook)
            if inner:
                return Resolved(inner, entry.code, CodeOrigin.INNER_ERROR)
    return None


def _says(said: str, entry: Dispatch) -> bool:
    """The inner code or its text stands there; a code that means many things needs its text."""
    if entry.text:
        return entry.text.lower() in said
    return entry.code.lower() in said


def _healthy(library: Library, traces: Traces) -> Resolved | None:
    """What the item says of its last backup, if that was this job."""
    item = traces.item
    if item is None or (item.last_status or "").lower() != "failed" or not _same_run(item, traces.job):
        return None
    for entry in [*item.kpi, *item.health]:
        playbook = _of_health(library, entry)
        if playbook and playbook.scope == "backup":
            return Resolved(playbook, entry.title or playbook.code, CodeOrigin.ITEM_HEALTH)
    return None


def _of_health(library: Library, entry: Health) -> Playbook | None:
    named = library.by_code(entry.title) if entry.title else None
    return named or (library.by_number(entry.number) if entry.number else None)


def _same_run(item: ProtectedItem, job: Job) -> bool:
    if item.last_backup_at is None or job.started_at is None:
        return False
    ended = job.ended_at or job.started_at
    return job.started_at - _SLACK <= item.last_backup_at <= ended + _SLACK


def _hinted(library: Library, hint: str | None) -> Resolved | None:
    playbook = library.by_code(hint) if hint else None
    return Resolved(playbook, hint, CodeOrigin.ALERT_HINT) if playbook else None


def _worded(library: Library, job: Job) -> Resolved | None:
    """English fragments only: the service localises its texts."""
    for text in [error.text for error in job.errors if error.text]:
        playbook = library.by_text(text)
        if playbook:
            resolved = Resolved(playbook, playbook.code, CodeOrigin.MESSAGE_TEXT)
            return _inner(library, job, playbook) or resolved
    return None
