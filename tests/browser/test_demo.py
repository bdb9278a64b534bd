"""The demo that the README invites to: its link opened in a browser, a button pressed, and it ends well."""

import asyncio
import re
import sys
from asyncio.subprocess import PIPE, Process
from http import HTTPStatus

import pytest

from tests.browser.places import Visitors, open_at, press
from tests.sources import ROOT

_LINK = re.compile(r"http://\S+/decision\?token=\S+")
_PATIENCE = 60.0  # seconds


@pytest.mark.slow
async def test_the_demo_goes_on_once_its_link_was_opened_and_approved(visitors: Visitors) -> None:
    command = (sys.executable, "-m", "sandbox", "demo", "restart-needs-approval")
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, cwd=ROOT)
    try:
        page = await visitors.come()
        assert await open_at(page, await _link(process)) == HTTPStatus.OK
        assert process.returncode is None
        assert await press(page, "Approve") == HTTPStatus.ACCEPTED
        output, _ = await asyncio.wait_for(process.communicate(), _PATIENCE)
        assert "As the scenario says: resolved" in output.decode()
        assert process.returncode == 0
    finally:
        if process.returncode is None:
            process.terminate()
            await process.communicate()


async def _link(process: Process) -> str:
    """The link that the demo shows, once it asks for a decision."""
    assert process.stdout is not None
    shown = ""
    while not (found := _LINK.search(shown)):
        line = await asyncio.wait_for(process.stdout.readline(), _PATIENCE)
        assert line, shown
        shown += line.decode()
    return found[0]
