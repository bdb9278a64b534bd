"""Kills the functions host again and again, at random moments of a storm, and starts it on the same state."""

import random
from pathlib import Path

from sandbox.runner import Sandbox

_CALLS = 12  # an incident makes more requests to ARM than these: the last moment comes while some are open
_MEGABYTE = 1024


class Killer:
    """Moments of death, counted in requests to ARM.

    Attributes:
        done: how often the host was killed.
        peak: the largest memory of any host so far, in megabytes.
    """

    def __init__(self, sandbox: Sandbox, kills: int, vms: int, choice: random.Random) -> None:
        self._sandbox = sandbox
        self._moments = sorted(choice.randrange(1, max(2, vms * _CALLS)) for _ in range(kills))
        self.done = 0
        self.peak = 0.0

    async def look(self) -> None:
        """Kill the host if its moment has come; note how large it has become."""
        self._measure()
        if self.done < len(self._moments) and len(self._sandbox.cloud.calls) >= self._moments[self.done]:
            self.done += 1
            await self._sandbox.kill_host()
            await self._sandbox.restart_host()

    def _measure(self) -> None:
        """The high-water mark of the process. Source: Linux, proc(5), ``VmHWM``."""
        status = Path(f"/proc/{self._sandbox.host.pid}/status")
        lines = status.read_text().splitlines() if self._sandbox.host.pid and status.exists() else []
        marks = [float(line.split()[1]) / _MEGABYTE for line in lines if line.startswith("VmHWM:")]
        self.peak = max([self.peak, *marks])
