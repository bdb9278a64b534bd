"""A lane of the engine: one kind of work, done in parallel up to a limit, each key by one worker at a time."""

from abc import ABC, abstractmethod
from collections.abc import Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Lane(ABC, Generic[Key]):
    """What the engine's loop needs to know of a kind of work."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.running: set[Key] = set()

    def startable(self, now: float) -> list[Key]:
        """What may start now, within the limit."""
        free = self._limit - len(self.running)
        if free <= 0:
            return []
        return [key for key in self.ready(now) if key not in self.running][:free]

    @abstractmethod
    def ready(self, now: float) -> list[Key]:
        """Keys that have work at the virtual time ``now``, the most urgent first."""

    @abstractmethod
    async def run(self, key: Key) -> None:
        """Do the work of one key."""
