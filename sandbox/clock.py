"""One virtual clock for every process of the sandbox.

The clock is a memory-mapped file of four doubles: origin (virtual epoch seconds), start (real epoch seconds),
speed, and leap. Virtual time = origin + (real - start) * speed + leap. Reading needs no lock: only ``leap``
ever changes, one aligned eight-byte store, and only forwards.
"""

import mmap
import struct
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

_LAYOUT = struct.Struct("dddd")
_LEAP = struct.Struct("d")
_LEAP_AT = 24


class Clock:
    """Virtual time, shared through a file."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("r+b")
        self._map = mmap.mmap(self._file.fileno(), _LAYOUT.size)
        self._origin, self._start, self.speed, _ = _LAYOUT.unpack(self._map[:])

    @classmethod
    def create(cls, path: Path, *, start: datetime | None = None, speed: float = 1.0) -> Self:
        """A new clock that shows ``start`` (default: now) and runs ``speed`` virtual seconds a real second."""
        now = time.time()
        origin = start.timestamp() if start else now
        path.write_bytes(_LAYOUT.pack(origin, now, speed, 0.0))
        return cls(path)

    def time(self) -> float:
        """Virtual seconds since 1970-01-01 UTC."""
        (leap,) = _LEAP.unpack_from(self._map, _LEAP_AT)
        return float(self._origin + (time.time() - self._start) * self.speed + leap)

    def now(self) -> datetime:
        """Virtual time, aware UTC."""
        return datetime.fromtimestamp(self.time(), UTC)

    def leap_to(self, moment: datetime | float) -> None:
        """Let the clock show at least ``moment``; never goes back. One process at a time may leap."""
        target = moment.timestamp() if isinstance(moment, datetime) else moment
        ahead = target - self.time()
        if ahead > 0:
            (leap,) = _LEAP.unpack_from(self._map, _LEAP_AT)
            _LEAP.pack_into(self._map, _LEAP_AT, leap + ahead)

    def real_seconds(self, virtual_seconds: float) -> float:
        """How long ``virtual_seconds`` take on the machine's clock when nothing leaps."""
        return float(virtual_seconds / self.speed)

    def close(self) -> None:
        """Let go of the file."""
        self._map.close()
        self._file.close()
