"""Results, requests for a decision and digests as messages for a Teams channel: an Adaptive Card 1.5 in each.

A card opens addresses and does nothing else: what a person decides, the page behind the address decides, with a POST.
"""

import re
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from responder.incident import Approval, Incident, Outcome
from responder.language import say
from responder.notify import card_digest, card_sections
from responder.notify.card_parts import NAME, TEXT, Element, button, harmless, heading, line, mark, public, run, small
from responder.notify.card_room import Card, Section, message
from responder.notify.card_values import short
from responder.notify.digest import Digest
from responder.notify.redact import redact
from responder.words import duration, moment, name, outcome, portal

STYLES = {"good": "good", "warning": "warning", "attention": "attention", "neutral": "emphasis"}
"""Tone of an outcome -> style of the card's head."""

_NOT_A_NAME = re.compile(r"[^\w.-]")
_WELL = {Outcome.RESOLVED, Outcome.RESOLVED_WITH_WARNINGS, Outcome.SKIPPED}


class Links(NamedTuple):
    """Where the buttons lead; None: there is no such page. ``decision`` holds the token of its receiver."""

    incident: str | None
    decision: str | None
    overview: str | None


def result(incident: Incident, links: Links, zone: ZoneInfo) -> dict[str, Any]:
    """How an incident ended: what failed, was found, was done, and what a person should do."""
    title, tone = outcome(incident.outcome)
    parts = [
        card_sections.failed(incident, zone),
        card_sections.found(incident),
        card_sections.done(incident),
        card_sections.backups(incident, zone),
        card_sections.waited(incident, zone),
    ]
    if incident.outcome in _WELL:
        parts.append(card_sections.next_steps(incident, say("So that it does not come back")))
    else:
        parts.insert(0, card_sections.next_steps(incident, say("What to do next")))
    head = _head(title, incident, [*line(run(short(incident.summary))), *small(_facts(incident))])
    return message(Card(STYLES[tone], _words(title, incident), head, parts, buttons=_pages(incident, links)))


def approval(incident: Incident, links: Links, zone: ZoneInfo) -> dict[str, Any]:
    """The plan of the incident's newest approval, for the person who decides about it.

    Raises:
        IndexError: the incident asked for none.
    """
    asked = incident.approvals[-1]
    title = say("Your decision is needed")
    until = say(
        "Decide before {moment}: after that the plan is not carried out.", moment=moment(asked.expires_at, zone)
    )
    head = _head(title, incident, [*line(run(until, weight="Bolder")), *small(_facts(incident))])
    parts = [
        _plan(asked),
        Section(say("What it does to production"), [_impact(asked)]),
        card_sections.evidence(incident),
        card_sections.failed(incident, zone),
    ]
    tip = say("Opens the page on which you decide. Opening it changes nothing.")
    decide = [
        *button(say("Approve …"), links.decision, style="positive", tooltip=tip),
        *button(say("Decline …"), links.decision, style="destructive", tooltip=tip),
    ]
    pages = _pages(incident, links)
    return message(Card("warning", _words(title, incident), head, parts, buttons=decide, pages=pages))


def digest(digest: Digest, links: Links, zone: ZoneInfo) -> dict[str, Any]:
    """Many results: how many ended how, and those first that need a person."""
    title, tone = card_digest.title(digest)
    head = [heading(title, "Large"), *card_digest.counts(digest), *small(card_digest.span(digest, zone))]
    buttons = button(say("All incidents"), public(links.overview))
    return message(Card(STYLES[tone], title, head, card_digest.sections(digest, zone), buttons=buttons))


def _head(title: str, incident: Incident, more: list[Element]) -> list[Element]:
    vm = name(incident.vm) or incident.failure.vm_name
    return [heading(title, "Large"), *line(run(vm, NAME, weight="Bolder", size="Medium")), *more]


def _facts(incident: Incident) -> str:
    took = duration(incident.duration_seconds)
    facts = [
        say("Reason: {reason}", reason=harmless(incident.reason, NAME)) if incident.reason else "",
        say("Vault: {vault}", vault=harmless(name(incident.vault), NAME)) if incident.vault else "",
        say("Took: {duration}", duration=took) if took else "",
        incident.failure.severity or "",
    ]
    return " · ".join(fact for fact in facts if fact)


def _plan(asked: Approval) -> Section:
    undo = [*asked.undo, *([""] * len(asked.changes))]
    return Section(
        say("The plan"),
        [
            [*line(mark(f"{number}.", "Default"), run(change, 2 * TEXT)), *card_sections.undo(how)]
            for number, (change, how) in enumerate(zip(asked.changes, undo, strict=False), 1)
        ],
        more=lambda count: say("… and {count} more changes: the page on which you decide shows all.", count=count),
    )


def _impact(asked: Approval) -> list[Element]:
    risk = say("Risk: {risk}", risk=asked.risk) if asked.risk else ""
    return [*line(run(risk, weight="Bolder")), *line(run(asked.impact))]


def _pages(incident: Incident, links: Links) -> list[Element]:
    tip = say("Opens the Azure portal.")
    return [
        *button(say("Incident"), public(links.incident)),
        *button(say("VM"), public(portal(incident.vm)), tooltip=tip),
        *button(say("Vault"), public(portal(incident.vault)), tooltip=tip),
    ]


def _words(title: str, incident: Incident) -> str:
    """The card in one sentence, for clients that show no card: a name in it is cut to what names of VMs consist of."""
    vm = redact(_NOT_A_NAME.sub("", harmless(name(incident.vm) or incident.failure.vm_name, NAME)))
    return f"{title}: {vm}" if vm else title
