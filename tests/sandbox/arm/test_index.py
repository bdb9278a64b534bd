"""What is looked up by key is what a search of the whole list would find, whatever was done to the list."""

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from sandbox.arm.index import Groups, Index

KEYS = st.sampled_from("abc")


@dataclass(eq=False)
class Thing:
    """Something with a key and an owner."""

    key: str
    owner: str


Change = Callable[[list[Thing]], None]


def _append(key: str, owner: str) -> Change:
    return lambda rows: rows.append(Thing(key, owner))


def _remove(place: int) -> Change:
    return lambda rows: rows.remove(rows[place % len(rows)]) if rows else None


def _rename(place: int, key: str) -> Change:
    return lambda rows: setattr(rows[place % len(rows)], "key", key) if rows else None


def _replace(place: int, key: str) -> Change:
    return lambda rows: rows.__setitem__(place % len(rows), Thing(key, "x")) if rows else None


def _clear(rows: list[Thing]) -> None:
    rows.clear()


PLACES = st.integers(0, 9)
GROWING = st.builds(_append, KEYS, KEYS)
SHRINKING = st.builds(_remove, PLACES) | st.just(_clear)


@given(
    st.lists(
        st.tuples(GROWING | SHRINKING | st.builds(_rename, PLACES, KEYS) | st.builds(_replace, PLACES, KEYS), KEYS)
    )
)
def test_a_key_finds_what_has_it(steps: list[tuple[Change, str]]) -> None:
    index, rows = Index[Thing](lambda thing: thing.key), list[Thing]()
    for change, key in steps:
        change(rows)
        found = index.find(rows, key)
        assert (found is not None) == any(row.key == key for row in rows)
        assert found is None or (found.key == key and any(row is found for row in rows))


@given(st.lists(st.tuples(GROWING | SHRINKING, KEYS)))
def test_an_owner_has_all_of_its_things_in_order(steps: list[tuple[Change, str]]) -> None:
    groups, rows = Groups[Thing](lambda thing: thing.owner), list[Thing]()
    for change, owner in steps:
        change(rows)
        assert groups.of(rows, owner) == [row for row in rows if row.owner == owner]


def test_another_list_is_looked_at_anew() -> None:
    groups = Groups[Thing](lambda thing: thing.owner)
    one, other = [Thing("a", "x"), Thing("b", "x")], [Thing("c", "x"), Thing("d", "y")]
    assert groups.of(one, "x") == one
    assert groups.of(other, "x") == other[:1]
