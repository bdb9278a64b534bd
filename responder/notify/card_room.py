"""A card has room for so many bytes: what matters most goes in first, and what is left out is counted.

Source: Microsoft Learn, "Create Incoming Webhooks" and "Format cards in Teams": a message has about 28 KB.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import msgspec

from responder.notify.card_parts import Element, heading, small
from responder.notify.redact import redact_json

MOST_BYTES = 28 * 1024
"""Of a whole message, as UTF-8 JSON."""

_BYTES = 24 * 1024  # what this module fills: the flow that posts the message wraps it once more


class Section(NamedTuple):
    """A part of a card under a heading. ``items``: the most important first; ``unmade``: further ones, only counted.

    ``more`` says how many are left out; ``foot`` is always shown, so it is short.
    """

    title: str
    items: list[list[Element]]
    unmade: int = 0
    more: Callable[[int], str] = str
    foot: list[Element] | None = None


class Card(NamedTuple):
    """What a card shows. ``style``: of its head, a ContainerStyle; ``words``: all of it in one short sentence.

    ``buttons`` is what a person came for; ``pages`` a row in front of it: what is wider than a telephone is cut there.
    """

    style: str
    words: str
    head: list[Element]
    sections: list[Section]
    buttons: list[Element]
    pages: list[Element] | None = None


def message(card: Card) -> dict[str, Any]:
    """The whole body for a Teams workflow, at most `MOST_BYTES` long. Secrets stay in the buttons' addresses alone.

    Source: Microsoft Learn, "Create incoming webhooks with Workflows for Microsoft Teams", Adaptive Card 1.5.
    """
    head = {"type": "Container", "style": card.style, "bleed": True, "items": card.head}
    empty = _wrapped(card, [redact_json(head)])
    room = _BYTES - size(empty)
    return _wrapped(card, [redact_json(head), *_filled(redact_json(_listed(card.sections)), card.sections, room)])


def size(value: object) -> int:
    """Bytes of a JSON value."""
    return len(msgspec.json.encode(value))


def _listed(sections: Iterable[Section]) -> list[list[list[Element]]]:
    return [section.items for section in sections]


def _wrapped(card: Card, body: list[Element]) -> dict[str, Any]:
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.5",
        "msteams": {"width": "Full"},
        "fallbackText": card.words,
        "speak": card.words,
        "body": body + ([{"type": "ActionSet", "actions": card.pages}] if card.pages else []),
        "actions": card.buttons,
    }
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "contentUrl": None, "content": content}]}


def _filled(items: list[list[list[Element]]], sections: list[Section], room: int) -> list[Element]:
    """The sections with as many items as there is room for: the first of each, then the second of each ..."""
    room -= sum(size(_section(section, [], 10**9)) for section in sections)
    taken = [0] * len(sections)
    for place in range(max(map(len, items), default=0)):
        for number, of_section in enumerate(items):
            if taken[number] == place < len(of_section) and (cost := size(of_section[place])) <= room:
                room -= cost
                taken[number] += 1
    shown = [
        _section(section, own[:count], len(own) - count + section.unmade)
        for section, own, count in zip(sections, items, taken, strict=True)
        if own or section.unmade or section.foot
    ]
    return [part | {"separator": place > 0} for place, part in enumerate(shown)]


def _section(section: Section, items: list[list[Element]], left_out: int) -> Element:
    content = [heading(section.title), *(element for item in items for element in item)]
    if left_out:
        content += small(section.more(left_out))
    content += redact_json(section.foot or [])
    return {"type": "Container", "separator": False, "spacing": "Medium", "items": content}
