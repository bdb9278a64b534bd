"""The page of an incident: its story, its evidence, and the two things that a person can do there."""

import json
from http import HTTPStatus
from pathlib import Path

import pytest
from playwright.async_api import Page

from sandbox import scenario as scenarios
from sandbox.play import deliver
from tests.browser import sights
from tests.browser.places import HOME, TELEPHONE, Visitors, picture, press, sign_in
from tests.scenarios.conftest import Make


@pytest.mark.slow
async def test_a_story_is_read_its_locks_are_put_back_and_it_is_run_again(
    sandbox_of: Make, visitors: Visitors, node_modules: Path, tmp_path: Path
) -> None:
    async with sandbox_of(scenarios.load("locked-collection")) as sandbox:
        name = await deliver(sandbox)
        await sandbox.client.wait_for_end(name, 90)
        page, path = await visitors.come(sandbox), f"{HOME}/incidents/{name}"
        await sign_in(page, sandbox)
        await page.get_by_role("link", name="vm-app-01").first.click()
        await _read(page)
        assert await _downloaded(page, tmp_path / "incident.json") == name
        await _pictures(page)
        reader = await visitors.come(sandbox, bypass_csp=True)
        await sign_in(reader, sandbox, path)
        found = await sights.defects(reader, node_modules)
        assert not found, "\n" + "\n".join(found)

        assert await press(page, "Put the locks back (1)") == HTTPStatus.OK
        assert "The locks are back" in await page.get_by_role("status").inner_text()
        assert [lock.name for lock in sandbox.cloud.world.locks if not lock.gone] == ["do-not-delete"]
        await page.goto(path)
        await page.get_by_label("Mode of the new incident").select_option("read-only")
        assert await press(page, "Run again") == HTTPStatus.OK
        await page.get_by_role("status").get_by_role("link", name="Incident inc-").click()
        second = page.url.partition("?")[0].rpartition("/")[2]
        assert second != name
        assert (await sandbox.client.wait_for_end(second, 60))["mode"] == "read-only"
        await page.reload()
        assert "Diagnosed, nothing changed" in await page.get_by_role("heading", level=1).inner_text()
        await page.get_by_role("link", name=name).click()
        assert page.url.endswith(path)


async def _read(page: Page) -> None:
    """What the page tells: drawn, as a list, with evidence and where it was read, and as JSON."""
    assert "Resolved" in await page.get_by_role("heading", level=1).inner_text()
    drawing = page.get_by_role("img", name="Timeline of vm-app-01")
    assert await drawing.is_visible()
    await page.get_by_text("The same as a list").click()
    events = await page.get_by_role("region", name="Timeline").get_by_role("listitem").all_inner_texts()
    assert any("remove-restore-point-locks" in event for event in events)
    assert len(events) > 5
    found = page.get_by_role("region", name="What was found")
    assert "Set by the platform team" in await found.inner_text()
    ruled_out = found.get_by_text("Restore point collections of this VM")
    assert not await ruled_out.first.is_visible()
    await found.get_by_text("Ruled out (").click()
    assert await ruled_out.first.is_visible()
    raw = page.get_by_role("region", name="As JSON")
    await raw.get_by_text("Show it here").click()
    shown = json.loads(await raw.locator("pre").inner_text())
    assert shown["outcome"] == "resolved"
    while await (opened := page.locator("details[open] > summary")).count():
        await opened.first.click()


async def _pictures(page: Page) -> None:
    await picture(page, "incident", page.locator("#findings .finding").first, 0)
    await page.emulate_media(color_scheme="dark")
    await picture(page, "incident-dark", page.locator("#timeline"))
    window = page.viewport_size
    assert window is not None
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size(TELEPHONE)
    await picture(page, "phone", page.locator("#timeline"))
    await page.set_viewport_size(window)


async def _downloaded(page: Page, path: Path) -> str:
    async with page.expect_download() as coming:
        await page.get_by_role("link", name="Download").click()
    await (await coming.value).save_as(path)
    return str(json.loads(path.read_text())["id"])


async def test_playbooks_are_found_and_read(sandbox_of: Make, visitors: Visitors) -> None:
    async with sandbox_of(scenarios.load("unknown-payload")) as sandbox:
        page = await visitors.come(sandbox)
        await sign_in(page, sandbox, f"{HOME}/playbooks")
        every = await page.get_by_role("row").count()
        await page.get_by_label("Code, number or words").fill("restore point collection")
        await press(page, "Search")
        assert 1 < await page.get_by_role("row").count() < every
        await page.get_by_role("link", name="UserErrorRpCollectionLimitReached").click()
        assert "restore point collection is full" in await page.get_by_role("heading", level=1).inner_text()
        steps = page.get_by_role("region", name="What the app does")
        assert "remove-restore-point-locks" in await steps.inner_text()
        await page.goto(f"{HOME}/playbooks/UserErrorRpCollectionLimit")
        await page.get_by_role("link", name="UserErrorRpCollectionLimitReached").click()
        assert await page.get_by_role("heading", name="Causes, in the documented order").is_visible()
