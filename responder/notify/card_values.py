"""Values of facts, and ids, in a line that a person can read."""

import re
from collections.abc import Iterator, Mapping
from typing import cast

import msgspec

from responder.notify.card_parts import TEXT, cut, harmless
from responder.notify.redact import redact_json
from responder.words import name

_MOST = 6  # members of an object, entries of a list
_DEEPEST = 3
_IDS = 10  # times as long a text may be before its ids are shortened
_ARM_ID = re.compile(r"/subscriptions/[0-9a-f]{8}-[0-9a-f-]{27}(?:/[^\s/,;:'\"]+)+", re.IGNORECASE)


def short(text: str | None, longest: int = TEXT) -> str:
    """A text in which every ARM id is its last name alone: the incident has them whole."""
    return cut(_ARM_ID.sub(_last_name, harmless(text, longest * _IDS)), longest)


def _last_name(found: re.Match[str]) -> str:
    whole = found[0].rstrip(".")
    return name(whole.replace("/Subscriptions", "/subscriptions")) + found[0][len(whole) :]


def value(observed: object, longest: int) -> str:
    """An observed value: texts and numbers as they are, members as ``name value``; without secrets."""
    return short(_told(redact_json(observed), _DEEPEST), longest)


def _told(observed: object, deep: int) -> str:
    if isinstance(observed, str):
        return observed
    if isinstance(observed, list | Mapping) and not deep:
        return "…"
    if isinstance(observed, list):
        return _joined((_told(entry, deep - 1) for entry in cast("list[object]", observed)), len(observed))
    if isinstance(observed, Mapping):
        members = cast("Mapping[str, object]", observed)
        return _joined((f"{key} {_told(member, deep - 1)}" for key, member in members.items()), len(members))
    return msgspec.json.encode(observed).decode()


def _joined(parts: Iterator[str], count: int) -> str:
    told = ", ".join(part for part, _ in zip(parts, range(_MOST), strict=False))
    return f"{told} …" if count > _MOST else told
