"""The whole sandbox for one test: simulator, inbox, functions host, on leaping time."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest

from sandbox.runner import Sandbox
from sandbox.scenario import Scenario

START = datetime(2026, 10, 6, 1, 0, tzinfo=UTC)


class Make(Protocol):
    """Makes the sandbox of a scenario."""

    def __call__(self, scenario: Scenario, speed: float | None = None) -> Sandbox: ...


@pytest.fixture
def sandbox_of(tmp_path: Path) -> Make:
    """A sandbox for a scenario, to be used as an async context manager; its clock starts at a fixed moment.

    Time leaps over what nobody waits for; with a speed it runs steadily, for tests that act in between.
    """

    def make(scenario: Scenario, speed: float | None = None) -> Sandbox:
        return Sandbox(scenario, tmp_path / "state", speed=speed, start=START)

    return make
