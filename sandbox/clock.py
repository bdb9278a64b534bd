"""One virtual clock for every process of the sandbox.

The clock is a memory-mapped file of five doubles: origin (virtual epoch seconds), start (real epoch seconds), speed,
leap, and held. Virtual time = origin + (real - start) * speed + leap. Reading needs no lock: only ``leap`` and ``held``
ever change, each by one aligned eight-byte store, and ``leap`` only forwards.
"""

import mmap
import struct
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

_LAYOUT = struct.Struct("ddddd")
_DOUBLE = struct.Struct("d")
_LEAP_AT, _HELD_AT = 24, 32


class Clock:
    """Virtual time, shared through a file."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("r+b")
        if path.stat().st_size < _LAYOUT.size:  # of an earlier version, which held nobody
            self._file.truncate(_LAYOUT.size)
        self._map = mmap.mmap(self._file.fileno(), _LAYOUT.size)
        self._origin, self._start, self.speed, _, _ = _LAYOUT.unpack(self._map[:])

    @classmethod
    def create(cls, path: Path, *, start: datetime | None = None, speed: float = 1.0) -> Self:
        """A new clock that shows ``start`` (default: now) and runs ``speed`` virtual seconds a real second."""
        now = time.time()
        origin = start.timestamp() if start else now
        path.write_bytes(_LAYOUT.pack(origin, now, speed, 0.0, 0.0))
        return cls(path)

    def time(self) -> float:
        """Virtual seconds since 1970-01-01 UTC."""
        (leap,) = _DOUBLE.unpack_from(self._map, _LEAP_AT)
        return float(self._origin + (time.time() - self._start) * self.speed + leap)

    def now(self) -> datetime:
        """Virtual time, aware UTC."""
        return datetime.fromtimestamp(self.time(), UTC)

    def leap_to(self, moment: datetime | float) -> None:
        """Let the clock show at least ``moment``; never goes back. One process at a time may leap."""
        target = moment.timestamp() if isinstance(moment, datetime) else moment
        ahead = target - self.time()
        if ahead > 0:
            (leap,) = _DOUBLE.unpack_from(self._map, _LEAP_AT)
            _DOUBLE.pack_into(self._map, _LEAP_AT, leap + ahead)

    @property
    def held(self) -> bool:
        """Whether nobody may let it leap, because a person is thinking."""
        (held,) = _DOUBLE.unpack_from(self._map, _HELD_AT)
        return bool(held)

    def hold(self, *, held: bool) -> None:
        """Let nobody leap from now on, or let them leap again."""
        _DOUBLE.pack_into(self._map, _HELD_AT, float(held))

    def real_seconds(self, virtual_seconds: float) -> float:
        """How long ``virtual_seconds`` take on the machine's clock when nothing leaps."""
        return float(virtual_seconds / self.speed)

    def close(self) -> None:
        """Let go of the file."""
        self._map.close()
        self._file.close()
