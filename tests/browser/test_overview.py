"""What people see first, and the list behind it: figures, a chart, filters, pages and files."""

import asyncio
import csv
import re
from dataclasses import replace
from http import HTTPStatus
from io import StringIO
from pathlib import Path

import pytest
from playwright.async_api import Page

from sandbox import scenario as scenarios
from sandbox.filling import fill
from sandbox.runner import Sandbox
from tests.browser.places import HOME, Visitors, open_at, picture, press, sign_in, thinking
from tests.scenarios.conftest import Make

_MANY = 60


def filled(sandbox: Sandbox) -> Sandbox:
    """With 90 days behind it, on the machine's time, as the overview's days are."""
    fill(sandbox.state, 700, seed=3)
    return replace(sandbox, start=None)


def _number(text: str) -> int:
    found = re.search(r"\d+", text)
    assert found
    return int(found[0])


async def _rows(page: Page, region: str) -> list[str]:
    return await page.get_by_role("region", name=region).first.get_by_role("row").all_inner_texts()


async def test_the_overview_tells_of_a_month_and_leads_on(sandbox_of: Make, visitors: Visitors) -> None:
    sandbox = filled(sandbox_of(scenarios.load("restart-needs-approval")))
    async with sandbox, thinking(sandbox) as (asked,):
        page = await visitors.come(sandbox)
        await sign_in(page, sandbox)
        ended_last = page.get_by_role("region", name="Ended last").first
        await picture(page, "overview", ended_last.get_by_role("row").nth(3), 0)
        opened = await _rows(page, "Open incidents")
        assert "Waits for a decision" in opened[1]
        await page.get_by_text("The same as a table").click()
        days = page.get_by_role("region", name="Ended incidents by day and outcome").get_by_role("row")
        totals = [_number(row.rpartition("\t")[2]) for row in (await days.all_inner_texts())[1:]]
        ended = page.get_by_role("listitem").filter(has_text="Ended in 30 days").locator(".value")
        assert sum(totals) == int(await ended.inner_text()) > 100
        assert await page.get_by_role("img", name="Ended incidents of 30 days, by outcome").is_visible()

        codes = page.get_by_role("region", name="Commonest error codes")
        code = await codes.get_by_role("listitem").first.get_by_role("link").first.inner_text()
        await codes.get_by_role("listitem").first.get_by_role("link").last.click()
        assert await page.get_by_label("Error code").input_value() == code
        assert all(code in row for row in (await _rows(page, "Newest first"))[1:])
        await page.get_by_role("row").nth(1).get_by_role("link", name=code).click()
        assert page.url.endswith(f"{HOME}/playbooks/{code}")
        await page.goto(f"{HOME}/incidents")
        await picture(page, "list", page.get_by_role("row").nth(9), 0)
        await page.goto(HOME)
        await page.get_by_role("link", name="vm-app-01").first.click()
        assert page.url.endswith(f"{HOME}/incidents/{asked.name}")


@pytest.mark.slow
async def test_a_long_list_is_filtered_leafed_through_and_taken_along(
    sandbox_of: Make, visitors: Visitors, tmp_path: Path
) -> None:
    async with sandbox_of(scenarios.load("read-only")) as sandbox:
        posted = [await sandbox.client.post_alert({"unheard": number}) for number in range(_MANY)]
        names = {entry["id"] for answer in posted for entry in answer["incidents"]}
        await asyncio.gather(*(sandbox.client.wait_for_end(name, 60) for name in names))
        page = await visitors.come(sandbox)
        await sign_in(page, sandbox, f"{HOME}/incidents")
        newest = await _names(page)
        assert await press_link(page, "Older") == HTTPStatus.OK
        older = await _names(page)
        assert (len(newest), len(older), {*newest, *older}) == (50, _MANY - 50, names)
        assert await page.get_by_role("link", name="Older").count() == 0
        await press_link(page, "Newest")
        assert await _names(page) == newest
        await _filtered(page)
        assert await _file(page, tmp_path) == names


async def _filtered(page: Page) -> None:
    for label, wanted, count in (("State", "Open", 0), ("State", "Ended", 50), ("Outcome", "Resolved", 0)):
        await page.get_by_label(label).select_option(label=wanted)
        await press(page, "Filter")
        assert len(await _names(page)) == count
        assert await page.get_by_label(label).locator("option:checked").inner_text() == wanted
    assert "No incident is like this." in await page.get_by_role("main").inner_text()
    await press_link(page, "Show all")
    await page.get_by_label("VM").fill("vm-app-01")
    await page.get_by_label("Opened since (UTC)").fill("2026-01-01T00:00")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**vm=vm-app-01**")
    assert await _names(page) == []
    assert await open_at(page, f"{HOME}/incidents?since=yesterday") == HTTPStatus.BAD_REQUEST
    assert await page.get_by_label("Opened since (UTC)").get_attribute("aria-invalid") == "true"
    await press_link(page, "Show all")


async def _names(page: Page) -> list[str]:
    links = await page.get_by_role("row").get_by_role("rowheader").get_by_role("link").all()
    return [str(await link.get_attribute("href")).rpartition("/")[2] for link in links]


async def press_link(page: Page, name: str) -> int:
    """Follow the link of that name; answers with the status of the page that comes."""
    async with page.expect_navigation() as coming:
        await page.get_by_role("link", name=name, exact=True).click()
    answer = await coming.value
    assert answer is not None
    return answer.status


async def _file(page: Page, folder: Path) -> set[str]:
    async with page.expect_download() as coming:
        await page.get_by_role("link", name="CSV").click()
    file = await coming.value
    assert file.suggested_filename == "incidents.csv"
    await file.save_as(folder / "incidents.csv")
    text = (folder / "incidents.csv").read_text("utf-8-sig")
    return {row["id"] for row in csv.DictReader(StringIO(text, newline=""), strict=True)}
