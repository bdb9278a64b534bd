"""What cards are made of: texts that no reader's client takes for more than text, and addresses that are ours.

Every text that may come from elsewhere is a TextRun. Source: Adaptive Cards schema 1.5, TextRun.text: "Markdown is not
supported", whereas TextBlock and FactSet take it. TextBlocks hold sentences of the app alone.
"""

import re
import sys
from typing import Any
from urllib.parse import urlsplit

from responder.notify.redact import redact
from responder.words import plain

Element = dict[str, Any]

NAME, SENTENCE, TEXT, COMMAND = 120, 240, 480, 900
"""Characters of a name, of a fact, of a stranger's sentence; a command is never cut, but left out beyond its length."""

_LONGEST_URL = 2000
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
# Clients replace {{DATE(...)}} and {{TIME(...)}} in TextRuns too; in two runs it is only text.
# Source: Microsoft Learn, "Adaptive Cards text features".
_FUNCTION = re.compile(r"(?<=\{)(?=\{(?:DATE|TIME)\()")


def harmless(text: str | None, longest: int) -> str:
    """One line without secrets, invisible signs and direction marks, cut to so many characters.

    Invisible signs go first, because they could split a secret; it is cut last, because half a secret is not found.
    """
    told = text or ""
    seen = told if told.isprintable() else plain(told, sys.maxsize)
    return cut(" ".join(redact(seen).split()), longest)


def cut(text: str, longest: int) -> str:
    """The text, or its beginning with a sign that there was more."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def run(text: str | None, longest: int = TEXT, **look: object) -> list[Element]:
    """A piece of text that is shown as it is; nothing for an empty one. ``look``: properties of TextRun."""
    parts = _FUNCTION.split(harmless(text, longest))
    return [{"type": "TextRun", "text": part} | look for part in parts if part]


def mark(word: str, colour: str, **look: object) -> list[Element]:
    """A word that stands in front of a text and says what kind it is."""
    return [*run(word, NAME, weight="Bolder", color=colour, **look), {"type": "TextRun", "text": "  "}]


def line(*runs: list[Element], **more: object) -> list[Element]:
    """Pieces of text, one behind the other; nothing if all are empty. ``more``: properties of RichTextBlock."""
    inlines = [piece for pieces in runs for piece in pieces]
    return [{"type": "RichTextBlock", "inlines": inlines, "spacing": "Small"} | more] if inlines else []


def heading(sentence: str, size: str = "Medium") -> Element:
    """A heading, of the app's own words."""
    look = {"size": size, "weight": "Bolder", "wrap": True, "style": "heading"}
    return {"type": "TextBlock", "text": sentence} | look


def small(sentence: str) -> list[Element]:
    """A line that matters less."""
    return line(run(sentence, size="Small", isSubtle=True))


def command(text: str) -> list[Element]:
    """A command, line by line; nothing unless it can be shown whole and unchanged, because half a command harms."""
    lines = text.strip().splitlines()
    if len(text) > COMMAND or any(harmless(part, COMMAND) != part for part in lines):
        return []
    look = {"fontType": "Monospace", "size": "Small"}
    code = [element for part in lines for element in line(run(part, COMMAND, **look), spacing="None")]
    return [{"type": "Container", "style": "emphasis", "spacing": "Small", "items": code}] if code else []


def allowed(url: str | None) -> str | None:
    """The address, if a card may lead there: https, or http on this machine."""
    if not url or len(url) > _LONGEST_URL or not (url.isascii() and url.isprintable()) or " " in url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    return url if safe and parts.hostname else None


def button(title: str, url: str | None, **look: object) -> list[Element]:
    """A button that opens an address; nothing if there is none that a card may lead to."""
    target = allowed(url)
    return [{"type": "Action.OpenUrl", "title": title, "url": target} | look] if target else []


def public(url: str | None) -> str | None:
    """An address without secrets."""
    return redact(url) if url else None
