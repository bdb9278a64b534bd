"""What a query for instances finds: as the naive reading of the reference has it, and without reading all rows."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from sandbox.durable import search
from sandbox.durable.outbox import fresh
from sandbox.durable.schema import SCHEMA, Entity, Instance
from sandbox.durable.store import Store
from sandbox.durable.views import Query, status_body

_STORED = ("Pending", "Running", "Completed", "Failed", "Terminated")
_SHOWN = (*_STORED, "Suspended", "ContinuedAsNew", "Canceled")
_TIMES = st.sampled_from((0.0, 1.0, 1.5, 2.0, 3.0))


class Held(NamedTuple):
    """An instance of a test."""

    id: str
    status: str
    suspended: int
    created: float


HELD = st.builds(
    Held, st.text("ai-@", min_size=1, max_size=3), st.sampled_from(_STORED), st.integers(0, 1), created=_TIMES
)
QUERIES = st.builds(
    Query,
    created_from=st.just(float("-inf")) | _TIMES,
    created_to=st.just(float("inf")) | _TIMES,
    statuses=st.frozensets(st.sampled_from(_SHOWN)),
    prefix=st.sampled_from(("", "a", "i-", "@")),
)


def _instance(held: Held) -> Instance:
    new = fresh(held.id, "waiter", None, held.created, None)
    return new._replace(status=held.status, suspended=held.suspended)


def _matches(held: Held, query: Query) -> bool:
    shown = status_body(_instance(held))["runtimeStatus"]
    wanted = not query.statuses or shown in query.statuses
    return wanted and held.id.startswith(query.prefix) and query.created_from <= held.created <= query.created_to


@given(st.lists(HELD, max_size=12, unique_by=lambda held: held.id), QUERIES, st.sampled_from(("", "a", "i")), st.data())
def test_instances_are_found_as_the_reference_says(
    held: list[Held], query: Query, after: str, data: st.DataObject
) -> None:
    expected = sorted(one.id for one in held if _matches(one, query) and one.id > after)
    most = data.draw(st.integers(0, 5))
    with closing(Store(Path(":memory:"))) as store:
        for one in held:
            store.put(_instance(one))
        assert [found.id for found in store.instances(query, after)] == expected
        assert [found.id for found in store.instances(query, after, most)] == expected[:most]


@given(st.lists(st.tuples(st.text("ab", min_size=1, max_size=2), _TIMES), unique_by=lambda one: one[0]), QUERIES)
def test_entities_run_for_ever(held: list[tuple[str, float]], query: Query) -> None:
    with closing(Store(Path(":memory:"))) as store:
        for key, created in held:
            store.put_entity(Entity(f"@item@{key}", "{}", 1, created, created))
        store.put_entity(Entity("@item@gone", None, 0, 1.0, 1.0))
        found = [entity.id for entity in store.entities(query, "", 99)]
    runs = not query.statuses or "Running" in query.statuses
    assert found == sorted(
        f"@item@{key}"
        for key, created in held
        if runs and query.prefix in ("", "@") and query.created_from <= created <= query.created_to
    )


def test_a_span_of_time_is_read_from_an_index() -> None:
    """What an answer costs must not grow with what is stored outside of its span."""
    found = search.instances(Query(created_from=1.0, created_to=2.0, prefix="inc-"), "", 50)
    with closing(sqlite3.connect(":memory:")) as hub:
        hub.executescript(SCHEMA)
        plan = [str(row[3]) for row in hub.execute(f"EXPLAIN QUERY PLAN {found.statement}", found.values)]
    assert any(
        "USING COVERING INDEX instances_by_status (status=? AND created>? AND created<?)" in step for step in plan
    )
    assert any("USING PRIMARY KEY (id=?)" in step for step in plan)
