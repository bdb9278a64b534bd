"""With scripts forbidden everything works: from the sign-in to the decision and the end."""

from http import HTTPStatus

from playwright.async_api import Page

from sandbox import scenario as scenarios
from tests.browser.places import HOME, Visitors, press, sign_in, thinking
from tests.scenarios.conftest import Make


async def test_all_of_the_way_is_gone_without_a_script(sandbox_of: Make, visitors: Visitors) -> None:
    async with sandbox_of(scenarios.load("restart-needs-approval")) as sandbox:
        page = await visitors.come(sandbox, script=False)
        async with thinking(sandbox) as (asked,):
            await sign_in(page, sandbox)
            await _follow(page, "All open incidents")
            await _follow(page, "vm-app-01")
            await page.get_by_text("The same as a list").click()
            assert await page.get_by_role("region", name="Timeline").get_by_role("listitem").count() > 2
            await _follow(page, "Look every 30 seconds")
            assert "Looks again every 30 seconds." in await page.get_by_role("main").inner_text()
            await _follow(page, "Look at the plan and decide")
            assert page.url == asked.link
            assert await press(page, "Approve") == HTTPStatus.ACCEPTED
        await sandbox.client.wait_for_end(asked.name, 60)
        await _follow(page, "To the incident")
        assert "Resolved" in await page.get_by_role("heading", level=1).inner_text()
        await page.get_by_label("Mode of the new incident").select_option("read-only")
        assert await press(page, "Run again") == HTTPStatus.OK
        await _follow(page, "Switch")
        await page.get_by_role("checkbox").check()
        assert await press(page, "Pause the app") == HTTPStatus.OK
        await page.goto(f"{HOME}/incidents")
        await page.get_by_label("State").select_option("ended")
        assert await press(page, "Filter") == HTTPStatus.OK
        await _follow(page, "Playbooks")
        await page.get_by_label("Code, number or words").fill("lock")
        assert await press(page, "Search") == HTTPStatus.OK
        assert await press(page, "Sign out") == HTTPStatus.OK


async def _follow(page: Page, name: str) -> None:
    async with page.expect_navigation() as coming:
        await page.get_by_role("link", name=name).first.click()
    answer = await coming.value
    assert answer is not None
    assert answer.status == HTTPStatus.OK
