"""Looking things up in lists that anybody may change: an answer is checked against the list, or looked for anew.

The lists stay plain lists, so that a test or a person with a debugger can still append, remove and replace.
"""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Index(Generic[T]):
    """Where things are in a list, by a key of theirs."""

    def __init__(self, key: Callable[[T], Hashable]) -> None:
        self._key = key
        self._places: dict[Hashable, int] = {}

    def find(self, rows: list[T], key: Hashable) -> T | None:
        """The thing with a key; costs a look at the whole list only if the list changed or nothing has it."""
        place = self._places.get(key)
        if place is None or place >= len(rows) or self._key(rows[place]) != key:
            self._places = {self._key(row): place for place, row in enumerate(rows)}
            place = self._places.get(key)
        return None if place is None else rows[place]


class Groups(Generic[T]):
    """Things of a list by what they belong to, in the order of the list, which mostly grows at its end."""

    def __init__(self, owner: Callable[[T], Hashable]) -> None:
        self._owner = owner
        self._seen = 0
        self._last: T | None = None
        self._found: dict[Hashable, list[T]] = {}

    def of(self, rows: list[T], owner: Hashable) -> list[T]:
        """Everything that belongs to an owner."""
        if len(rows) < self._seen or (self._seen and rows[self._seen - 1] is not self._last):
            self._seen, self._found = 0, {}
        if len(rows) > self._seen:
            for row in rows[self._seen :]:
                self._found.setdefault(self._owner(row), []).append(row)
            self._seen, self._last = len(rows), rows[-1]
        return self._found.get(owner, [])
