"""What a query for instances asks of the store. The store filters by itself: it may hold very many.

Both times of a query are inclusive. Source: Durable Functions, "HTTP API reference", "Get all instances status";
DurableTask.AzureStorage, ``OrchestrationInstanceStatusQueryCondition`` (``ge`` and ``le``).
"""

from typing import Any, NamedTuple

from sandbox.durable.schema import ENDED, LIVE, LIVE_NAMES
from sandbox.durable.views import ENTITY_STATUS, Query

_BEHIND_ALL = "\U0010ffff"  # the last character of all
_SHOWN = f"CASE WHEN suspended AND status IN ({LIVE_NAMES}) THEN 'Suspended' ELSE status END"


class Search(NamedTuple):
    """An SQL statement and its values."""

    statement: str
    values: list[Any]


def instances(query: Query, after: str, most: int) -> Search:
    """Up to ``most`` instances in the order of their ids, from behind ``after`` on.

    The inner statement reads nothing but an index; rows, which are large, are read for the answer alone.
    """
    stored = sorted(_stored(query.statuses))
    shown = sorted(query.statuses or {*stored, "Suspended"})
    inner = (
        f"SELECT id FROM instances INDEXED BY instances_by_status WHERE status IN ({_marks(stored)})"  # noqa: S608
        f" AND created BETWEEN ? AND ? AND {_SHOWN} IN ({_marks(shown)})"
        " AND id > ? AND id >= ? AND id < ? ORDER BY id LIMIT ?"
    )
    times = [query.created_from, query.created_to]
    values = [*stored, *times, *shown, after, *_span(query.prefix), most]
    return Search(f"SELECT * FROM instances WHERE id IN ({inner}) ORDER BY id", values)  # noqa: S608  question marks


def entities(query: Query, after: str, most: int) -> Search:
    """Up to ``most`` entities, which clients see as instances that run for ever."""
    statement = (
        "SELECT * FROM entities WHERE present AND created BETWEEN ? AND ?"
        " AND id > ? AND id >= ? AND id < ? ORDER BY id LIMIT ?"
    )
    wanted = not query.statuses or ENTITY_STATUS in query.statuses
    times = [query.created_from, query.created_to]
    return Search(statement, [*times, after, *_span(query.prefix), most if wanted else 0])


def _stored(statuses: frozenset[str]) -> set[str]:
    """As which statuses those that clients see may be stored."""
    every = {*LIVE, *ENDED}
    return every & {*statuses, *(LIVE if "Suspended" in statuses else ())} if statuses else every


def _span(prefix: str) -> tuple[str, str]:
    return prefix, prefix + _BEHIND_ALL


def _marks(values: list[str]) -> str:
    return ",".join("?" * len(values))
