"""What alerts come wrapped in: lists, batches of records, tables, Event Grid events, CloudEvents, dead letters, text.

Sources: Microsoft Learn, "Azure Event Grid event schema", "CloudEvents v1.0 schema with Azure Event Grid" and "Dead
letter events" (a list of events with more members); Azure Monitor, "Stream to Event Hubs" (``records``); Azure REST
API, lists (``value``) and Resource Graph (``data``).
"""

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from responder.dig import dig, rows, text
from responder.intake.nested import parsed
from responder.intake.tables import rows_of

_DEEPEST = 8
_BATCHES = ("records", "value", "data")


class Unwrapped(NamedTuple):
    """One alert candidate: what it is, what it came in, and the innermost event around it, if there is one."""

    inner: Any
    outer: Any
    event: Any = None

    @property
    def kind(self) -> str:
        """The type of the event in lower case; empty if there is none."""
        return (kind_of(self.event) or "").lower() if self.event else ""


def unwrap(payload: object) -> Iterator[Unwrapped]:
    """Every candidate in a payload; at least one, even for an empty list."""
    return _unwrap(Unwrapped(payload, payload), _DEEPEST)


def kind_of(event: object) -> str | None:
    """The type of an event of either schema."""
    return text(event, "eventType") or (text(event, "type") if text(event, "specversion") else None)


def _unwrap(found: Unwrapped, deep: int) -> Iterator[Unwrapped]:
    value = parsed(found.inner) if isinstance(found.inner, str) else found.inner
    kind = kind_of(value) if value and isinstance(value, Mapping) else None
    if deep and kind is None and (entries := _entries(value)):
        for entry in entries:
            yield from _unwrap(Unwrapped(entry, entry, found.event), deep - 1)
    elif kind is None:
        yield found._replace(inner=found.inner if value is None else value)
    else:
        data = _data(value) if deep else None
        inside = Unwrapped(value if data is None else data, found.outer, value)
        yield from [inside] if data is None else _unwrap(inside, deep - 1)


def _entries(value: object) -> list[Any]:
    """The parts of a list, a batch or a table; none for anything else."""
    if not isinstance(value, Mapping):
        return rows(value) if isinstance(value, list) else []
    if not value or text(value, "schemaId"):
        return []
    batch = next((found for name in _BATCHES if (found := rows(value, name))), None)
    if batch is not None:
        return batch
    return rows_of(value) or rows_of(dig(value, "data"))


def _data(event: object) -> Any:
    """The data of an event: an object or a list, also where a publisher wrote it as text or in base64."""
    data = dig(event, "data")
    if data is None and (encoded := text(event, "data_base64")):
        data = _decoded(encoded)
    if isinstance(data, str | bytes):
        data = parsed(data)
    return data if isinstance(data, dict | list) else None


def _decoded(encoded: str) -> bytes | None:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
