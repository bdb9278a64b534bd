"""Read-only diagnostics. Each module is one check, found by its name, with ``look(case, cause) -> Seen``."""

from typing import NamedTuple, Protocol, cast

from playbooks import loader, plugins
from playbooks.advice import advise
from playbooks.case import Case, PendingError
from playbooks.model import Cause, Guide
from responder.errors import Conflict, Forbidden, NotFound, PlaybookError, Rejected, ScopeLocked
from responder.incident import Evidence, Finding, Verdict
from responder.wire import Wire


class Seen(Wire):
    """What a check saw. ``reasons`` are refusal names whose guidance the playbook adds."""

    verdict: Verdict
    summary: str
    evidence: list[Evidence] = []
    reasons: list[str] = []


class Looked(NamedTuple):
    """A finding, whether ARM still works on what it needs, and the right that was missing."""

    finding: Finding
    pending: bool = False
    forbidden: str | None = None


class Check(Protocol):
    """The function of a check module."""

    def look(self, case: Case, cause: Cause) -> Seen:
        """Confirm the cause, rule it out, or say why that cannot be told."""
        ...


def run(case: Case, cause: Cause) -> Looked:
    """The finding about one cause. What may not be read, is not there or comes later cannot be told, and says so."""
    try:
        return Looked(_finding(case, cause, _elsewhere(case, cause) or _check(cause).look(case, cause)))
    except PendingError:
        seen = Seen(verdict=Verdict.CANNOT_TELL, summary="Azure has been asked; its answer takes some seconds.")
        return Looked(_finding(case, cause, seen), pending=True)
    except Forbidden as missing:
        why = f"{missing.action or 'A right'} on {missing.scope or missing.path or 'the resource'}"
        seen = Seen(verdict=Verdict.CANNOT_TELL, summary=f"Not allowed to look: {why} is missing. {missing.message}")
        return Looked(_finding(case, cause, seen), forbidden=missing.message)
    except NotFound as gone:
        seen = Seen(verdict=Verdict.CANNOT_TELL, summary=f"What the check looks at is not there: {gone.message}")
        return Looked(_finding(case, cause, seen))
    except (Rejected, Conflict, ScopeLocked) as refused:
        seen = Seen(verdict=Verdict.CANNOT_TELL, summary=f"Azure refused to tell: {refused.message}")
        return Looked(_finding(case, cause, seen))
    except PlaybookError as broken:
        return Looked(_finding(case, cause, Seen(verdict=Verdict.CANNOT_TELL, summary=f"Not checked: {broken}")))


def _check(cause: Cause) -> Check:
    return cast("Check", plugins.find("checks", cause.check))


def _elsewhere(case: Case, cause: Cause) -> Seen | None:
    """A cause that exists on one operating system only is ruled out on the other, without a look."""
    machine = case.machine_if_there() if cause.os else None
    if machine is None or machine.os in {None, cause.os}:
        return None
    evidence = Evidence(what="operating system", value=machine.os, source=machine.id)
    return Seen(verdict=Verdict.RULED_OUT, summary=f"The VM runs {str(machine.os).title()}.", evidence=[evidence])


def _finding(case: Case, cause: Cause, seen: Seen) -> Finding:
    return Finding(
        cause=cause.id,
        check=cause.check,
        verdict=seen.verdict,
        summary=seen.summary,
        evidence=seen.evidence,
        guidance=advise(case, _guides(cause, seen)),
        at=case.now,
    )


def _guides(cause: Cause, seen: Seen) -> list[Guide]:
    """What a person can do; also where the cause cannot be seen from outside."""
    if seen.verdict is Verdict.RULED_OUT:
        return []
    shared = [step for name in cause.topics for step in loader.topic(name).steps]
    return cause.guidance + shared + [line for reason in seen.reasons for line in cause.refusals.get(reason, [])]
