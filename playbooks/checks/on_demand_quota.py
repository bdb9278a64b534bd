"""Whether the day's on-demand backups of this VM are used up."""

from datetime import timedelta
from typing import Any

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts import graph_jobs, jobs, options
from playbooks.facts.verdicts import cannot_tell, judged
from playbooks.model import Cause
from responder.dig import dig, text
from responder.incident import Evidence
from responder.language import say

_LIMIT = 9
_DAY = timedelta(hours=24)


def look(case: Case, cause: Cause) -> Seen:
    """Confirmed if ``using.limit`` (9) or more on-demand jobs started within 24 hours. Refused requests make no job.

    A vault does not tell who started a VM's job; Resource Graph is asked where there are jobs enough at all.
    Source: Support matrix for Azure VM backups, on-demand backups a day.
    """
    limit = int(options.number(cause, "limit", _LIMIT))
    today = [job for job in case.jobs() if job.started_at and case.now - job.started_at < _DAY]
    if len(today) < limit:
        text = say(
            "All backup jobs of this VM within 24 hours: {count}; the limit of on-demand ones is {limit}.",
            count=len(today),
            limit=limit,
        )
        evidence = [jobs.shown(job, say("backup job")) for job in today] or [_none(case.path("backupJobs"))]
        return judged(None, text, text, evidence)
    vault = case.subject.item.vault
    rows = case.gateway.query(vault.subscription, graph_jobs.since(case.subject.item, case.now - _DAY))
    return of_rows(rows, limit, case.path("backupJobs"))


def of_rows(rows: list[dict[str, Any]], limit: int, source: str) -> Seen:
    """What the graph's rows say; one that does not tell who started its job may be on-demand."""
    asked = [row for row in rows if _triggered(row) == "true"]
    unknown = [row for row in rows if not _triggered(row)]
    evidence = [_shown(row) for row in asked or unknown] or [_none(source)]
    if len(asked) < limit <= len(asked) + len(unknown):
        why = say("Who started {count} backup jobs of the last 24 hours Azure does not show.", count=len(unknown))
        return cannot_tell(why, evidence)
    said = say("On-demand backup jobs of this VM within 24 hours: {count} of {limit}.", count=len(asked), limit=limit)
    return judged(len(asked) >= limit, said, said, evidence)


def _triggered(row: dict[str, Any]) -> str:
    """``true``, ``false`` or nothing: the graph has it as a text or as a boolean."""
    value = dig(row, "properties", "isUserTriggered")
    return "" if value is None else str(value).lower()


def _shown(row: dict[str, Any]) -> Evidence:
    value = {"startTime": text(row, "properties", "startTime"), "onDemand": _triggered(row) or "not known"}
    return Evidence(what=say("backup job"), value=value, source=text(row, "id") or "")


def _none(source: str) -> Evidence:
    return Evidence(what=say("on-demand backup jobs in 24 hours"), value=0, source=source)
