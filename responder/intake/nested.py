"""Properties of a resource or a record, also where a table or a publisher wrote them as text."""

from typing import Any

import msgspec

from responder.dig import dig


def properties_of(candidate: object) -> Any:
    """The object under ``properties``; None if it holds none."""
    found = dig(candidate, "properties")
    found = parsed(found) if isinstance(found, str) else found
    return found if isinstance(found, dict) else None


def parsed(data: str | bytes) -> Any:
    """The JSON in a text; None if it holds none, or is nested too deep."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
