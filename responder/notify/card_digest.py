"""The parts of a digest's card: counts by outcome, and a row for each incident that leads to its page."""

from zoneinfo import ZoneInfo

from responder.incident import Outcome
from responder.language import say
from responder.notify.card_parts import NAME, SENTENCE, Element, allowed, line, mark, public, run, small
from responder.notify.card_room import Section
from responder.notify.card_values import short
from responder.notify.digest import Digest, DigestRow
from responder.words import moment, name, outcome

_COLOURS = {"good": "Good", "warning": "Warning", "attention": "Attention", "neutral": "Default"}
_WORST_FIRST = ("attention", "warning", "good", "neutral")
_FOR_A_PERSON = {
    Outcome.FAILED,
    Outcome.NEEDS_HUMAN,
    Outcome.UNRECOGNISED,
    Outcome.EXPIRED,
    Outcome.DECLINED,
    Outcome.OBSERVED,
}
_MOST = 25  # rows of a section


def title(told: Digest) -> tuple[str, str]:
    """The digest in a sentence, and the tone of its worst outcome."""
    needing = sum(told.counts.get(ended, 0) for ended in _FOR_A_PERSON)
    tones = {outcome(ended).tone for ended in Outcome if told.counts.get(ended)}
    tone = next((tone for tone in _WORST_FIRST if tone in tones), "neutral")
    count = sum(told.counts.values())
    if needing:
        return say("{needing} of {count} failed backups need a person", needing=needing, count=count), tone
    return say("{count} failed backups, none needs a person", count=count), tone


def counts(told: Digest) -> list[Element]:
    """How many ended how."""
    return [
        element
        for ended in Outcome
        if (count := told.counts.get(ended))
        for element in line(
            mark(str(count), _COLOURS[outcome(ended).tone]),
            run(outcome(ended).title),
        )
    ]


def span(told: Digest, zone: ZoneInfo) -> str:
    """From when to when."""
    return f"{moment(told.since, zone)} → {moment(told.until, zone)}"


def sections(told: Digest, zone: ZoneInfo) -> list[Section]:
    """Those that need a person, then the others."""
    needing = [row for row in told.incidents if row.outcome in _FOR_A_PERSON]
    others = [row for row in told.incidents if row.outcome not in _FOR_A_PERSON]
    return [
        _section(say("These need a person"), needing, 0, zone),
        _section(say("The others"), others, told.left_out, zone),
    ]


def _section(heading: str, rows: list[DigestRow], unmade: int, zone: ZoneInfo) -> Section:
    return Section(
        heading,
        [_row(row, zone) for row in rows[:_MOST]],
        max(0, len(rows) - _MOST) + unmade,
        lambda count: say("… and {count} more incidents: see the overview.", count=count),
    )


def _row(row: DigestRow, zone: ZoneInfo) -> list[Element]:
    shown = outcome(row.outcome)
    told = [
        *line(run(name(row.vm) or row.id, NAME, weight="Bolder")),
        *line(mark(shown.title, _COLOURS[shown.tone]), run(row.code, NAME, fontType="Monospace")),
        *line(run(short(row.summary, SENTENCE), size="Small")),
        *small(moment(row.ended_at, zone)),
    ]
    box: Element = {"type": "Container", "spacing": "Medium", "items": told}
    if target := allowed(public(row.status_url)):
        box["selectAction"] = {"type": "Action.OpenUrl", "title": say("Open the incident"), "url": target}
    return [box]
