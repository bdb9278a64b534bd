"""Looks at causes again, and waits for answers on which ARM works for a while."""

from collections.abc import Iterable
from datetime import timedelta

from msgspec.structs import replace

from handlers.hops import Flow, Hops
from handlers.messages import Examine
from handlers.outcome import Ended
from playbooks.case import Subject
from playbooks.diagnosis import Diagnosis, View
from playbooks.fixes import Plan
from playbooks.model import Cause
from responder.incident import Finding, Outcome
from responder.language import say

_PAUSES = [timedelta(seconds=pause) for pause in (10, 20, 60, 120, 300)]


class Looking:
    """Fresh findings for the incident's story."""

    def __init__(self, hops: Hops) -> None:
        self._hops, self._story = hops, hops.story

    def complete(self, diagnosis: Diagnosis) -> Flow[Diagnosis]:
        """The diagnosis with the findings for which ARM needed some time; what never came stays untold."""
        if diagnosis.subject is None or not diagnosis.pending:
            return diagnosis
        causes = [cause for cause in diagnosis.causes if cause.id in diagnosis.pending]
        decisive = [cause.id for cause in causes if cause.blocks]
        later = yield from self._ask(diagnosis.subject, View(asked=diagnosis.asked), causes, decisive)
        return replace(
            diagnosis,
            findings=merged(diagnosis.findings, later.findings),
            pending=later.pending,
            asked={},
            forbidden=diagnosis.forbidden or later.forbidden,
        )

    def at(self, subject: Subject, causes: list[Cause], fixes: list[str] | None = None) -> Flow[list[Plan]]:
        """Look at some causes now and take the findings over; plans of the fixes, made on the same facts.

        Raises:
            Ended: the app may not look.
        """
        ask = Examine(subject=subject, causes=causes, fixes=fixes or [], now=self._hops.now, frugal=self._hops.frugal)
        view = yield from self._hops.ask("examine", ask, View)
        if view.pending:
            waited = [cause for cause in causes if cause.id in view.pending]
            later = yield from self._ask(subject, view, waited, None)
            view = replace(view, findings=merged(view.findings, later.findings), forbidden=later.forbidden)
        self._story.found(view.findings)
        if view.forbidden:
            raise Ended(Outcome.FAILED, "Forbidden", view.forbidden)
        return view.plans

    def _ask(self, subject: Subject, view: View, causes: list[Cause], decisive: list[str] | None) -> Flow[View]:
        """Ask again, at the URLs that ARM gave, until it has answered or the pauses are used up."""
        state, since = self._story.incident.state, self._hops.now
        for pause in _PAUSES:
            until = self._hops.now + pause
            why = say("Azure works on an answer that a check needs.")
            self._story.wait("waiting-for-azure", why, since, until)
            yield from self._hops.sleep_until(until)
            again = subject.with_(asked=view.asked)
            ask = Examine(
                subject=again,
                causes=causes,
                fixes=[],
                now=self._hops.now,
                decisive=decisive,
                frugal=self._hops.frugal,
            )
            view = yield from self._hops.ask("examine", ask, View)
            if not view.pending:
                break
        self._story.step(state)
        return view


def merged(old: list[Finding], new: Iterable[Finding]) -> list[Finding]:
    """Newer findings in the place of older ones about the same cause."""
    fresh = {finding.cause: finding for finding in new}
    return [fresh.pop(finding.cause, finding) for finding in old] + list(fresh.values())
