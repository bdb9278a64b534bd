"""The list of incidents, read from the Durable store page by page: newest first, in little memory.

The store answers in an order of its own (Azure Storage: by instance id, which for incidents is a hash), so each answer
looks through all pages of a span of time, the newest span first, until it has enough (`listing_windows`). Only the
newest rows and one page are in memory at a time.
"""

from datetime import UTC, datetime
from heapq import nlargest
from typing import Any, NamedTuple

import msgspec

from handlers.ledger import Ledger
from handlers.listing_query import Key, Query
from handlers.listing_store import Fetch, opened
from handlers.listing_windows import Window, windows
from responder.ids import same
from responder.incident import Outcome
from responder.notify.redact import redact_json
from responder.wire import Wire, parsed, record, typed

PREFIX = "inc-"
"""How the ids of incidents begin: the store also holds watchers and, as instances, entities."""

_STORE_PAGE = 50  # instances; each may hold 16 KB of status and a larger output
_MOST_PAGES = 200  # of the store, for one answer: 10,000 instances
_ENDED = {"Completed", "Failed", "Terminated", "Canceled"}
_OPEN = "Pending,Running,Suspended,ContinuedAsNew"


class Listed(Wire):
    """One incident in a list."""

    id: str
    state: str
    outcome: Outcome | None = None
    reason: str | None = None
    summary: str | None = None
    code: str | None = None  # of the playbook that was followed last
    vm: str | None = None
    vault: str | None = None
    opened_at: str
    ended_at: str | None = None
    duration_seconds: float | None = None
    rerun_of: str | None = None
    status_url: str | None = None

    @property
    def key(self) -> Key:
        """What the list is ordered by."""
        return Key(self.opened_at, self.id)


class Found(NamedTuple):
    """An answer: its rows, where the next begins, and whether all was looked through that it needed.

    Where it was not, ``following`` leads on behind what was looked through. If no span could be finished, the rows may
    not be the newest, and nothing leads on: whoever went on behind them would pass over newer ones unseen.
    """

    rows: list[Listed]
    following: Key | None
    complete: bool


class _Instance(Wire):
    """The part of an instance's status that a list needs; the rest is skipped without being built."""

    instance_id: str
    runtime_status: str = ""
    created_time: str = ""
    custom_status: msgspec.Raw = msgspec.Raw(b"null")
    output: msgspec.Raw = msgspec.Raw(b"null")


class _Code(Wire):
    code: str | None = None


class _Failure(Wire):
    vault_id: str | None = None
    vm_id: str | None = None
    rerun_of: str | None = None


class _Seen(Wire):
    """The part of an incident that a list needs."""

    state: str = "accepted"
    outcome: Outcome | None = None
    reason: str | None = None
    summary: str | None = None
    playbooks: list[_Code] = []
    vm: str | None = None
    vault: str | None = None
    ended_at: str | None = None
    duration_seconds: float | None = None
    failure: _Failure = _Failure()


async def listed(address: str, query: Query) -> Found:
    """The newest incidents that a query asks for, from after its key on.

    Args:
        address: of the store, see `handlers.durable.store_address`.
        query: what is asked for.

    Raises:
        OSError: the store did not answer.
        msgspec.DecodeError: its answer is no list of instances.
    """
    async with opened(address) as store:
        return await newest(store.page, query, None if query.state == "open" else await store.book())


async def newest(fetch: Fetch, query: Query, book: Ledger | None = None) -> Found:
    """`listed`, by way of ``fetch``. ``book``: the spans of time are chosen by it, which makes the answer quicker."""
    looked, place = _Looked([], _MOST_PAGES, complete=True), None
    for window in windows(query, book or Ledger()):
        before, looked = looked, await _look(fetch, query, window, looked)
        if not looked.complete:
            return _found(before.rows if place else looked.rows[: query.top], place, complete=False)
        if len(looked.rows) > query.top:
            return _found(looked.rows[: query.top], looked.rows[query.top - 1].key, complete=True)
        place = Key(_stamp(window.since), PREFIX) if window.since else None
    return _found(looked.rows, None, complete=True)


def _found(rows: list[Listed], following: Key | None, *, complete: bool) -> Found:
    return Found([_masked(row) for row in rows], following, complete)


class _Looked(NamedTuple):
    """The newest rows so far, how many more pages may be read, and whether the last window was read to its end."""

    rows: list[Listed]
    pages: int
    complete: bool


async def _look(fetch: Fetch, query: Query, window: Window, before: _Looked) -> _Looked:
    """Look through a window. An incident of the very moment between two windows is in both, and kept once."""
    kept, token = before.rows, None
    for left in reversed(range(before.pages)):
        page = await fetch(_fields(query, window), token)
        found = {row.id: row for row in (*kept, *rows_of(page.body)) if _wanted(row, query)}
        kept = nlargest(query.top + 1, found.values(), key=lambda row: row.key)
        token = page.token
        if token is None:
            return _Looked(kept, left, complete=True)
    return _Looked(kept, 0, complete=False)


def rows_of(body: bytes) -> list[Listed]:
    """The incidents on a page of the store; entities and other orchestrations are left out.

    Raises:
        msgspec.DecodeError: it is no list of instances.
    """
    instances = parsed(body, list[_Instance])
    return [_listed(instance) for instance in instances if instance.instance_id.startswith(PREFIX)]


def _fields(query: Query, window: Window) -> dict[str, str]:
    """What the store can filter by itself; its times have fractions, the shown ones have not."""
    fields = {"instanceIdPrefix": PREFIX, "showInput": "false", "top": str(_STORE_PAGE)}
    if window.since:
        fields["createdTimeFrom"] = _stamp(window.since)
    if window.until:
        fields["createdTimeTo"] = _stamp(window.until)
    if query.state == "open":
        fields["runtimeStatus"] = _OPEN
    return fields


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _listed(instance: _Instance) -> Listed:
    seen = _seen(instance.output) or _seen(instance.custom_status) or _Seen()
    over = instance.runtime_status in _ENDED and seen.state != "ended"
    return Listed(
        id=instance.instance_id,
        state="ended" if over else seen.state,
        outcome=seen.outcome,
        reason=instance.runtime_status if over else seen.reason,
        summary=seen.summary,
        code=seen.playbooks[-1].code if seen.playbooks else None,
        vm=seen.vm or seen.failure.vm_id,
        vault=seen.vault or seen.failure.vault_id,
        opened_at=instance.created_time,
        ended_at=seen.ended_at,
        duration_seconds=seen.duration_seconds,
        rerun_of=seen.failure.rerun_of,
    )


def _masked(row: Listed) -> Listed:
    """The row without secrets in its texts."""
    return typed(redact_json(record(row)), Listed)


def _seen(raw: msgspec.Raw) -> _Seen | None:
    """The incident in a status or an output; None for anything else, as for the text of a failure."""
    try:
        return parsed(raw, _Seen)
    except (msgspec.DecodeError, RecursionError):
        return None


def _wanted(row: Listed, query: Query) -> bool:
    if query.after and row.key >= query.after:
        return False
    ended = row.state == "ended"
    if query.state is not None and ended is not (query.state == "ended"):
        return False
    if query.outcome is not None and row.outcome is not query.outcome:
        return False
    if query.code is not None and not same(row.code, query.code):
        return False
    return _names(row.vault, query.vault) and _names(row.vm, query.vm)


def _names(resource: str | None, wanted: str | None) -> bool:
    """Whether a resource is the wanted one, by its whole id or, without a slash, by its name."""
    if wanted is None:
        return True
    known = resource or ""
    return same(known if "/" in wanted else known.rstrip("/").rpartition("/")[2], wanted)


def shown(row: Listed, public_url: str) -> dict[str, Any]:
    """The row as the API shows it."""
    return {**record(row), "statusUrl": f"{public_url}/api/incidents/{row.id}"}
