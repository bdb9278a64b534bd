"""Read-only diagnostics. Each module is one check, found by its name, with ``look(case, cause) -> Seen``."""

from typing import NamedTuple, Protocol, cast

from playbooks import loader, plugins
from playbooks.advice import advise
from playbooks.case import Case, PendingError
from playbooks.model import Cause, Guide
from responder.errors import Conflict, Forbidden, NotFound, PlaybookError, Rejected, ScopeLocked
from responder.incident import Evidence, Finding, Verdict
from responder.language import say
from responder.missing import right
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
        seen = Seen(verdict=Verdict.CANNOT_TELL, summary=say("Azure has been asked; its answer takes some seconds."))
        return Looked(_finding(case, cause, seen), pending=True)
    except Forbidden as missing:
        return Looked(_finding(case, cause, _not_allowed(missing)), forbidden=right(missing))
    except NotFound as gone:
        why = say("What the check looks at is not there: {told}", told=gone.message)
        return Looked(_finding(case, cause, Seen(verdict=Verdict.CANNOT_TELL, summary=why)))
    except (Rejected, Conflict, ScopeLocked) as refused:
        why = say("Azure refused to tell: {told}", told=refused.message)
        return Looked(_finding(case, cause, Seen(verdict=Verdict.CANNOT_TELL, summary=why)))
    except PlaybookError as broken:
        why = say("Not checked: {why}", why=broken)
        return Looked(_finding(case, cause, Seen(verdict=Verdict.CANNOT_TELL, summary=why)))


def _not_allowed(missing: Forbidden) -> Seen:
    action, scope = missing.action or say("A right"), missing.scope or missing.path or say("the resource")
    told = missing.message
    summary = say("Not allowed to look: {action} on {scope} is missing. {told}", action=action, scope=scope, told=told)
    if missing.identity is not None:
        summary = say(
            "Not allowed to look: {action} on {scope} is missing (identity {identity}). {told}",
            action=action,
            scope=scope,
            identity=missing.identity,
            told=told,
        )
    return Seen(verdict=Verdict.CANNOT_TELL, summary=summary)


def _check(cause: Cause) -> Check:
    return cast("Check", plugins.find("checks", cause.check))


def _elsewhere(case: Case, cause: Cause) -> Seen | None:
    """A cause that exists on one operating system only is ruled out on the other, without a look."""
    machine = case.machine_if_there() if cause.os else None
    if machine is None or machine.os in {None, cause.os}:
        return None
    evidence = Evidence(what=say("operating system"), value=machine.os, source=machine.id)
    summary = say("The VM runs {system}.", system=str(machine.os).title())
    return Seen(verdict=Verdict.RULED_OUT, summary=summary, evidence=[evidence])


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
