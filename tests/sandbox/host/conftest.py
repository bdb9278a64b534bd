"""One host for all tests that only ask it things."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.host.running import RunningHost


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    running = RunningHost(Path(tmp_path_factory.mktemp("host")))
    running.start()
    yield running
    running.close()
