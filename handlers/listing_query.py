"""What a list of incidents is asked for: the query string, checked, with every mistake named."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import NamedTuple, TypeVar

from handlers.reasons import Reason
from responder.incident import Outcome
from responder.language import say
from responder.wire import Wire, utc

T = TypeVar("T")

MOST = 100
DEFAULT = 50

_STATES = ("open", "ended")
_KNOWN = ("state", "outcome", "errorCode", "vault", "vm", "since", "top", "continuation")
_OURS = {"code"}  # the function key, which is why the filter by code has another name
_FIRST_YEAR, _LAST_YEAR = 2000, 9000  # of a place in the list; times are added to and taken from it


class Key(NamedTuple):
    """The place of an incident in the list: newest first, then by id."""

    opened_at: str
    id: str


class Query(Wire):
    """A checked query; None filters nothing. ``code``: of the playbook that was followed last."""

    state: str | None = None
    outcome: Outcome | None = None
    code: str | None = None
    vault: str | None = None
    vm: str | None = None
    since: datetime | None = None
    top: int = DEFAULT
    after: Key | None = None


def parse(fields: Mapping[str, str]) -> tuple[Query, list[Reason]]:
    """The query, and all that is wrong with it."""
    reasons = [_unknown(name) for name in fields if name not in _KNOWN and name.lower() not in _OURS]
    outcome, since, top, after = (
        _read(fields, "outcome", Outcome, _one_of(Outcome), reasons),
        _read(fields, "since", _moment, say("Use a time such as {example}.", example="2026-11-02T01:00:00Z"), reasons),
        _read(fields, "top", _top, say("Use a whole number from 1 to {most}.", most=MOST), reasons),
        _read(
            fields, "continuation", from_token, say("Use the continuation of the answer before, unchanged."), reasons
        ),
    )
    state = _read(fields, "state", _state, _one_of(_STATES), reasons)
    query = Query(
        state=state,
        outcome=outcome,
        code=fields.get("errorCode"),
        vault=fields.get("vault"),
        vm=fields.get("vm"),
        since=since,
        top=top or DEFAULT,
        after=after,
    )
    return query, reasons


def to_token(key: Key) -> str:
    """The opaque form in which a caller carries the place of the next page."""
    return urlsafe_b64encode(f"{key.opened_at} {key.id}".encode()).decode().rstrip("=")


def from_token(token: str) -> Key:
    """The place in a token.

    Raises:
        ValueError: it is none of ours.
    """
    padded = token + "=" * (-len(token) % 4)
    opened_at, _, name = urlsafe_b64decode(padded.encode()).decode().partition(" ")
    if not name.startswith("inc-") or not _FIRST_YEAR <= utc(opened_at).year <= _LAST_YEAR:
        raise ValueError(token)
    return Key(opened_at, name)


def _read(
    fields: Mapping[str, str], name: str, read: Callable[[str], T], remedy: str, reasons: list[Reason]
) -> T | None:
    given = fields.get(name)
    if given is None:
        return None
    try:
        return read(given)
    except (ValueError, OverflowError):
        reasons.append(Reason(name, say("'{value}' is not understood.", value=given[:100]), remedy))
        return None


def _state(given: str) -> str:
    if given not in _STATES:
        raise ValueError(given)
    return given


def _top(given: str) -> int:
    top = int(given)
    if not 1 <= top <= MOST:
        raise ValueError(given)
    return top


def _moment(given: str) -> datetime:
    """Since when. A plus sign that was not encoded arrives as a blank.

    No incident is older than the first year, and a store may refuse a time that is.
    """
    moment = utc(given.strip().replace(" ", "+") if "T" in given else given)
    return max(moment, datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC))


def _unknown(name: str) -> Reason:
    near = get_close_matches(name.lower(), _KNOWN, n=1)
    remedy = say("Did you mean {names}?", names=near[0]) if near else say("Use {form}.", form=", ".join(_KNOWN))
    return Reason(name[:100], say("There is no such filter."), remedy)


def _one_of(known: Iterable[str]) -> str:
    return say("Use one of {values}.", values=", ".join(known))
