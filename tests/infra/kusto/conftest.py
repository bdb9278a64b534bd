"""The evaluator, once for each process of a test run, and the whole sandbox."""

from collections.abc import Iterator

import pytest

from tests.infra.kusto.engine import Engine, started
from tests.infra.kusto.rows import Journal
from tests.scenarios.conftest import launch, sandbox_of

__all__ = ["launch", "sandbox_of"]


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """Runs queries over rows."""
    with started() as running:
        yield running


@pytest.fixture
def journal(caplog: pytest.LogCaptureFixture) -> Journal:
    """Rows of what the app logs in this test."""
    return Journal(caplog)
