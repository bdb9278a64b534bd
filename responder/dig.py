"""Reading JSON that may have any shape: a missing key, a null and a wrong type are all None, nothing ever raises."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from responder.wire import utc


def dig(value: object, *keys: str) -> Any:
    """What lies under a path of object keys; a key in another case counts where the exact one is missing."""
    for key in keys:
        value = _member(value, key)
    return value


def text(value: object, *keys: str) -> str | None:
    """A text that is not empty."""
    found = dig(value, *keys)
    return found if isinstance(found, str) and found else None


def number(value: object, *keys: str) -> int | None:
    """A whole number, also one that was written as text."""
    found = dig(value, *keys)
    if isinstance(found, bool):
        return None
    if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) <= len(str(2**63)):
        return int(found)
    return found if isinstance(found, int) else None


def flag(value: object, *keys: str) -> bool | None:
    """A truth value, also one that was written as text."""
    found = dig(value, *keys)
    if isinstance(found, str):
        return {"true": True, "false": False}.get(found.lower())
    return found if isinstance(found, bool) else None


def rows(value: object, *keys: str) -> list[Any]:
    """The entries of a list; none for anything else."""
    found = dig(value, *keys)
    return list(found) if isinstance(found, list | tuple) else []


def texts(value: object, *keys: str) -> list[str]:
    """The texts in a list."""
    return [entry for entry in rows(value, *keys) if isinstance(entry, str)]


def moment(value: object, *keys: str) -> datetime | None:
    """An aware UTC time; None for the years 1 and 2001, by which Azure Backup says "not yet" and "never"."""
    found = dig(value, *keys)
    try:
        at = utc(found) if isinstance(found, str) else None
    except (ValueError, OverflowError):
        return None
    return None if at is None or at in _NEVER else at


def duration(value: object, *keys: str) -> timedelta | None:
    """A length of time from a number of seconds, also one that was written as text; None if it is negative."""
    found = dig(value, *keys)
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return None
    try:
        length = timedelta(seconds=float(found))
    except (ValueError, OverflowError):
        return None
    return length if length >= timedelta() else None


def shifted(at: datetime, by: timedelta) -> datetime:
    """A time that much later, or as late (early) as a time can be."""
    try:
        return at + by
    except OverflowError:
        return _LAST if by > timedelta() else _FIRST


def pairs(value: object, *keys: str) -> list[tuple[str, Any]]:
    """The members of an object; none for anything else."""
    found = dig(value, *keys)
    return list(_texted(cast("Mapping[object, object]", found))) if isinstance(found, Mapping) else []


_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_NEVER = {datetime(1, 1, 1, tzinfo=UTC), datetime(2001, 1, 1, tzinfo=UTC)}


def _member(value: object, key: str) -> object:
    # A dictionary is nearly always what comes; to ask for the type alone spares the slow check of an abstract class.
    if type(value) is not dict and not isinstance(value, Mapping):
        return None
    members = cast("Mapping[object, object]", value)
    if key in members:
        return members[key]
    wanted = key.lower()
    for name, member in members.items():
        if isinstance(name, str) and name.lower() == wanted:
            return member
    return None


def _texted(members: Mapping[object, object]) -> Iterable[tuple[str, object]]:
    return ((name, member) for name, member in members.items() if isinstance(name, str))
