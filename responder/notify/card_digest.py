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
_FOR_A_PERSON = (
    Outcome.FAILED,
    Outcome.NEEDS_HUMAN,
    Outcome.UNRECOGNISED,
    Outcome.EXPIRED,
    Outcome.DECLINED,
    Outcome.OBSERVED,
)
_OTHERS = (Outcome.RESOLVED_WITH_WARNINGS, Outcome.RESOLVED, Outcome.SKIPPED)
_ROWS, _MORE_ROWS = 20, 10


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
        for ended in (*_FOR_A_PERSON, *_OTHERS)
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
    """Those that need a person, then the others, shortly."""
    needing = [row for row in told.incidents if row.outcome in _FOR_A_PERSON]
    others = [row for row in told.incidents if row.outcome not in _FOR_A_PERSON]
    return [
        _section(say("These need a person"), [_row(row, zone) for row in needing[:_ROWS]], len(needing)),
        _section(say("The others"), [_short_row(row) for row in others[:_MORE_ROWS]], len(others) + told.left_out),
    ]


def _section(title: str, rows: list[list[Element]], all_: int) -> Section:
    return Section(
        title, rows, all_ - len(rows), lambda count: say("… and {count} more incidents: see the overview.", count=count)
    )


def _row(row: DigestRow, zone: ZoneInfo) -> list[Element]:
    told = [
        *line(run(_name(row), NAME, weight="Bolder")),
        *line(_outcome(row), run(short(row.summary, SENTENCE))),
        *line(run(row.code, NAME, fontType="Monospace", size="Small")),
        *small(moment(row.ended_at, zone)),
    ]
    return _leading(row, told, "Medium")


def _short_row(row: DigestRow) -> list[Element]:
    return _leading(row, line(_outcome(row), run(_name(row), NAME)), "Small")


def _name(row: DigestRow) -> str:
    return name(row.vm) or row.id


def _outcome(row: DigestRow) -> list[Element]:
    shown = outcome(row.outcome)
    return mark(shown.title, _COLOURS[shown.tone])


def _leading(row: DigestRow, told: list[Element], spacing: str) -> list[Element]:
    """The row as one area that leads to its incident, where that has a page."""
    box: Element = {"type": "Container", "spacing": spacing, "items": told}
    if target := allowed(public(row.status_url)):
        box["selectAction"] = {"type": "Action.OpenUrl", "title": say("Open the incident"), "url": target}
    return [box]
