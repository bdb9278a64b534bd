"""A decision by the link of a request: looking decides nothing, one press decides, and no other link or time does."""

from dataclasses import replace as with_vaults
from http import HTTPStatus
from typing import Any

from msgspec.structs import replace
from playwright.async_api import Page

from sandbox import scenario as scenarios
from sandbox.runner import Sandbox
from tests.browser.places import Asked, Visitors, open_at, picture, press, sign_in, thinking
from tests.scenarios.conftest import Make

_APPROVE, _DECLINE = "Approve", "Decline"


async def _state(sandbox: Sandbox, asked: Asked) -> str:
    """How the plan stands. A decision would be there at once: its POST is answered after it was written down."""
    found: dict[str, Any] = await sandbox.client.incident(asked.name)
    return str(found["approvals"][-1]["state"])


async def _text(page: Page) -> str:
    return await page.get_by_role("main").inner_text()


async def test_one_press_approves_after_any_number_of_looks(sandbox_of: Make, visitors: Visitors) -> None:
    async with sandbox_of(scenarios.load("restart-needs-approval")) as sandbox:
        async with thinking(sandbox) as (asked,):
            await _only_look(sandbox, visitors, asked)
            page, late = await visitors.come(sandbox), await visitors.come(sandbox)
            assert await open_at(page, asked.link) == await open_at(late, asked.link) == HTTPStatus.OK
            assert "Decide before" in await _text(page)
            await picture(page, "decision")
            assert await press(page, _APPROVE) == HTTPStatus.ACCEPTED
            assert "Recorded for: the bearer of the link" in await _text(page)
            assert await press(late, _DECLINE) == HTTPStatus.CONFLICT
            assert "approved by the bearer of the link" in await _text(late)
        incident = await sandbox.client.wait_for_end(asked.name, 60)
        assert (incident["outcome"], incident["approvals"][-1]["state"]) == ("resolved", "approved")
        assert [call["path"].rpartition("/")[2] for call in sandbox.cloud.mutations] == ["restart", "backup"]
        for again in (page, late):
            assert await open_at(again, asked.link) == HTTPStatus.CONFLICT
            assert "A link decides once" in await _text(again)
        await page.reload()
        await page.get_by_role("link", name="Back to the overview").click()
        assert await page.get_by_role("heading", name="Sign in").is_visible()


async def _only_look(sandbox: Sandbox, visitors: Visitors, asked: Asked) -> None:
    """As mail scanners, previews and curious people do."""
    page, scanner = await visitors.come(sandbox), await visitors.come(sandbox, script=False)
    for address in (asked.link, f"{asked.link}&decision=approve", asked.link):
        assert await open_at(page, address) == HTTPStatus.OK
        assert await open_at(scanner, address) == HTTPStatus.OK
    for method in ("HEAD", "GET", "OPTIONS", "PUT"):
        answer = await page.request.fetch(f"{asked.link}&decision=approve", method=method)
        assert (method, answer.status == HTTPStatus.OK) == (method, method == "GET")
    assert await _state(sandbox, asked) == "waiting"
    assert sandbox.cloud.mutations == []


async def test_who_declines_ends_it_with_nothing_changed(sandbox_of: Make, visitors: Visitors) -> None:
    async with sandbox_of(scenarios.load("restart-needs-approval")) as sandbox:
        async with thinking(sandbox) as (asked,):
            page = await visitors.come(sandbox)
            await sign_in(page, sandbox)
            await open_at(page, f"/api/ui/incidents/{asked.name}")
            await page.get_by_role("link", name="Look at the plan and decide").click()
            assert await press(page, _DECLINE) == HTTPStatus.ACCEPTED
            assert "Nothing is changed" in await _text(page)
        await sandbox.client.wait_for_end(asked.name, 60)
        await page.get_by_role("link", name="To the incident").click()
        assert "Declined vm-app-01" in " ".join((await page.get_by_role("heading", level=1).inner_text()).split())
        assert sandbox.cloud.mutations == []


async def test_who_presses_too_late_is_told_so(sandbox_of: Make, visitors: Visitors) -> None:
    async with sandbox_of(replace(scenarios.load("restart-needs-approval"), decision=None)) as sandbox:
        page, other = await visitors.come(sandbox), await visitors.come(sandbox)
        async with thinking(sandbox) as (asked,):
            for window in (page, other):
                await open_at(window, asked.link)
        assert (await sandbox.client.wait_for_end(asked.name, 60))["outcome"] == "expired"
        for window, decision in ((page, _APPROVE), (other, _DECLINE)):
            assert await press(window, decision) == HTTPStatus.GONE
            assert "Nobody decided in time" in await _text(window)
        assert await open_at(page, asked.link) == HTTPStatus.GONE
        assert sandbox.cloud.mutations == []


async def test_a_link_decides_about_its_own_plan_alone(sandbox_of: Make, visitors: Visitors) -> None:
    scenario = scenarios.load("restart-needs-approval")
    second = scenario.world | {"vault": {"name": "rsv-2", "group": "rg-2"}, "vm": {"name": "vm-2", "group": "rg-vm-2"}}
    async with with_vaults(sandbox_of(scenario), more_worlds=[second]) as sandbox, thinking(sandbox) as (one, two):
        page = await visitors.come(sandbox)
        await open_at(page, one.link)
        swapped = one.link.replace(one.token, two.token)
        cut, changed = one.link[:-1], one.link.replace(one.token, ("B" if one.token[0] == "A" else "A") + one.token[1:])
        unsigned = one.link.replace(one.token, "")
        for bad in (swapped, two.link.replace(two.token, one.token), cut, changed, unsigned):
            await page.locator("form").first.evaluate("(form, address) => { form.action = address }", bad)
            assert await press(page, _APPROVE) == HTTPStatus.FORBIDDEN
            assert "This link belongs to no plan of this incident" in await _text(page)
            assert await open_at(page, bad) == HTTPStatus.FORBIDDEN
            assert await page.get_by_role("button", name=_APPROVE).count() == 0
            await open_at(page, one.link)
        assert [await _state(sandbox, each) for each in (one, two)] == ["waiting"] * 2
        assert await press(page, _DECLINE) == HTTPStatus.ACCEPTED
        assert await open_at(page, two.link) == HTTPStatus.OK
        assert await press(page, _DECLINE) == HTTPStatus.ACCEPTED
        sandbox.clock.hold(held=False)
        for each in (one, two):
            assert (await sandbox.client.wait_for_end(each.name, 60))["outcome"] == "declined"
        assert sandbox.cloud.mutations == []
