"""A cloud of several worlds, asked without a network."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sandbox.arm import Cloud, build_world
from sandbox.clock import Clock
from tests.sandbox.arm.support import START, Direct


class Several(Direct):
    """As `Direct`, for several worlds."""

    def __init__(self, folder: Path, specs: Sequence[Mapping[str, Any]]) -> None:
        self.clock = Clock.create(folder / "clock", start=START, speed=0)
        self.cloud = Cloud([build_world(spec, START) for spec in specs], self.clock)
        self.token = self.cloud.tokens.issue("https://management.azure.com")[0]
