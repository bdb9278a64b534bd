"""What alerts come wrapped in: lists, Event Grid events, CloudEvents.

Sources: Microsoft Learn, "Azure Event Grid event schema" and "CloudEvents v1.0 schema with Azure Event Grid".
"""

import base64
import binascii
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from responder.dig import dig, rows, text

_DEEPEST = 8
_VALIDATION = "microsoft.eventgrid.subscriptionvalidationevent"


class Unwrapped(NamedTuple):
    """One alert candidate: what it is, what it came in, and whether it is Event Grid's handshake."""

    inner: Any
    outer: Any
    is_validation: bool = False


def unwrap(payload: object) -> Iterator[Unwrapped]:
    """Every candidate in a payload; at least one, even for an empty list."""
    return _unwrap(payload, payload, _DEEPEST)


def _unwrap(value: object, outer: object, deep: int) -> Iterator[Unwrapped]:
    entries = rows(value)
    kind = text(value, "eventType") or (text(value, "type") if text(value, "specversion") else None)
    if entries and deep:
        for entry in entries:
            yield from _unwrap(entry, entry, deep - 1)
    elif kind and kind.lower() == _VALIDATION:
        yield Unwrapped(None, outer, is_validation=True)
    elif kind and deep and (data := _data(value)) is not None:
        yield from _unwrap(data, outer, deep - 1)
    else:
        yield Unwrapped(value, outer)


def _data(event: object) -> Any:
    """The data of an event: an object or a list, also where a publisher wrote it as text or in base64."""
    data = dig(event, "data")
    if data is None and (encoded := text(event, "data_base64")):
        data = _decoded(encoded)
    if isinstance(data, str | bytes):
        data = _parsed(data)
    return data if isinstance(data, dict | list) else None


def _decoded(encoded: str) -> bytes | None:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None


def _parsed(data: str | bytes) -> Any:
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
