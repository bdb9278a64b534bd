"""How functions hosts start."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from sandbox.hostfork import HostTemplate


@pytest.fixture(scope="module")
def template() -> Iterator[HostTemplate]:
    """What hosts are forked from."""
    if sys.platform != "linux":
        pytest.skip("hosts are forked on Linux alone")
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SOMETHING_EARLIER", "is not there any more when hosts start")
            running = stack.enter_context(HostTemplate())
        yield running
