"""Every kind of page in every look: nothing serious for axe, nothing beyond the window's edge, nothing out of reach."""

from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path

import pytest
from playwright.async_api import Page

from handlers.pages import render
from responder.incident import Outcome
from sandbox import scenario as scenarios
from tests.browser import sights
from tests.browser.places import HOME, Asked, Visitors, open_at, press, sign_in, thinking
from tests.browser.test_overview import filled
from tests.scenarios.conftest import Make

_PARTS = {"base.html", "macros.html", "rows.html", "steps.html"}
_UNKNOWN = f"{HOME}/incidents/inc-none"
_SHOWN = {
    "signin.html": [f"{HOME}/signin"],
    "overview.html": [HOME],
    "incidents.html": [
        f"{HOME}/incidents?top=10",
        f"{HOME}/incidents?vm=nothing",
        f"{HOME}/incidents?since=x&state=y&top=z",
    ],
    "incident.html": [f"{HOME}/incidents?outcome={outcome}" for outcome in ("needs-human", "resolved")],
    "playbooks.html": [f"{HOME}/playbooks?q=lock", f"{HOME}/playbooks/UserErrorNothing"],
    "playbook.html": [f"{HOME}/playbooks/UserErrorRpCollectionLimitReached"],
    "switch.html": [f"{HOME}/switch"],
    "problem.html": [_UNKNOWN],
    "decision.html": [],
    "decided.html": [],
}


def test_no_template_is_left_out() -> None:
    assert _SHOWN.keys() == {path.name for path in render._TEMPLATES.glob("*.html")} - _PARTS
    assert all(Outcome(address.rpartition("=")[2]) for address in _SHOWN["incident.html"])


@pytest.mark.slow
async def test_every_page_is_sound_in_every_look(sandbox_of: Make, visitors: Visitors, node_modules: Path) -> None:
    sandbox = filled(sandbox_of(scenarios.load("restart-needs-approval")))
    async with sandbox, thinking(sandbox) as (asked,):
        page = await visitors.come(sandbox, bypass_csp=True)
        await sign_in(page, sandbox)
        found = [defect async for _ in _every(page, asked) for defect in await sights.defects(page, node_modules)]
        assert not found, "\n" + "\n".join(found)


async def _every(page: Page, asked: Asked) -> AsyncIterator[None]:
    """One page after the other."""
    for template, addresses in _SHOWN.items():
        for address in addresses:
            await open_at(page, address)
            if template == "incident.html":
                await page.get_by_role("row").nth(1).get_by_role("rowheader").get_by_role("link").click()
            yield
    await open_at(page, f"{HOME}/incidents/{asked.name}")
    yield
    await open_at(page, asked.link)
    yield
    assert await press(page, "Decline") == HTTPStatus.ACCEPTED
    yield
    assert await open_at(page, asked.link) == HTTPStatus.CONFLICT
    yield
