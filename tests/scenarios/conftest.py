"""The whole sandbox for one test: simulator, inbox, functions host, on leaping time.

Hosts are forked from one process for each worker of a run, which spares half of a scenario's time; ``HOSTS=fresh``
starts each anew instead, as some tests always do.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest

from sandbox.hostfork import quick
from sandbox.hostprocess import Launch, launch_fresh
from sandbox.runner import Sandbox
from sandbox.scenario import Scenario

START = datetime(2026, 10, 6, 1, 0, tzinfo=UTC)


class Make(Protocol):
    """Makes the sandbox of a scenario."""

    def __call__(self, scenario: Scenario, speed: float | None = None, *, fresh: bool = False) -> Sandbox: ...


@pytest.fixture(scope="session")
def launch() -> Iterator[Launch]:
    """How hosts start that need not be fresh processes."""
    with quick() as start:
        yield start


@pytest.fixture
def sandbox_of(tmp_path: Path, launch: Launch) -> Make:
    """A sandbox for a scenario, to be used as an async context manager; its clock starts at a fixed moment.

    Time leaps over what nobody waits for; with a speed it runs steadily, for tests that act in between. A fresh host
    imports everything in the order and in the threads in which the app asks for it.
    """

    def make(scenario: Scenario, speed: float | None = None, *, fresh: bool = False) -> Sandbox:
        start = launch_fresh if fresh else launch
        return Sandbox(scenario, tmp_path / "state", speed=speed, start=START, launch=start)

    return make
