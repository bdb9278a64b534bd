"""Clouds for the tests of the simulator."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.sandbox.arm.support import Direct

Make = Callable[..., Direct]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """A cloud from the keys of a world's specification."""
    made: list[Direct] = []

    def build(**spec: object) -> Direct:
        made.append(Direct(tmp_path, spec))
        return made[-1]

    yield build
    for cloud in made:
        cloud.clock.close()


@pytest.fixture
def cloud(make: Make) -> Direct:
    """The default world: 18 points, all in the vault, no lock."""
    return make()
