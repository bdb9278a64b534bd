"""The whole sandbox for one test: simulator, inbox, functions host, on leaping time."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.runner import Sandbox
from sandbox.scenario import Scenario

START = datetime(2026, 10, 6, 1, 0, tzinfo=UTC)


@pytest.fixture
def sandbox_of(tmp_path: Path) -> Callable[[Scenario], Sandbox]:
    """A sandbox for a scenario, to be used as an async context manager; its clock starts at a fixed moment."""

    def make(scenario: Scenario) -> Sandbox:
        return Sandbox(scenario, tmp_path / "state", speed=scenario.speed, start=START)

    return make
