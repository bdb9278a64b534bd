"""The switch: thrown by a form with a confirmation, seen on the first page, and thrown back."""

from http import HTTPStatus

from playwright.async_api import Page, expect

from sandbox import scenario as scenarios
from tests.browser.places import HOME, Visitors, press, sign_in
from tests.scenarios.conftest import Make

_PAUSE, _RESUME = "Pause the app", "Allow changes"


async def _told(page: Page, button: str) -> None:
    """The page with the button; the switch hears of a wish a moment after the page has answered."""
    for _ in range(100):
        if await page.get_by_role("button", name=button).count():
            return
        await page.reload()
    raise AssertionError(f"never was there: {button}")


async def test_the_app_is_paused_and_let_go_on(sandbox_of: Make, visitors: Visitors) -> None:
    async with sandbox_of(scenarios.load("unknown-payload")) as sandbox:
        page = await visitors.come(sandbox)
        await sign_in(page, sandbox, f"{HOME}/switch")
        await page.get_by_role("button", name=_PAUSE).click()  # not confirmed: the browser asks for the tick
        box = page.get_by_role("checkbox")
        assert await box.evaluate("(box) => box.validity.valueMissing")
        await page.get_by_role("main").locator("form").evaluate("(form) => { form.noValidate = true }")
        assert await press(page, _PAUSE) == HTTPStatus.BAD_REQUEST
        assert "Nothing was changed" in await page.get_by_role("status").inner_text()
        await page.goto(HOME)
        notice = page.get_by_text("The app is paused: it changes nothing.")
        assert await notice.count() == 0
        for wish, back, paused in ((_PAUSE, _RESUME, True), (_RESUME, _PAUSE, False)):
            await page.goto(f"{HOME}/switch")
            await page.get_by_role("checkbox").check()
            assert await press(page, wish) == HTTPStatus.OK
            await _told(page, back)
            await page.get_by_role("link", name="Overview").click()
            await expect(notice).to_have_count(int(paused))
            async with sandbox.client.session.get(f"{sandbox.functions_url}/api/switch") as answer:
                assert (await answer.json())["paused"] is paused


async def test_a_page_of_an_earlier_session_throws_nothing(sandbox_of: Make, visitors: Visitors) -> None:
    async with sandbox_of(scenarios.load("unknown-payload")) as sandbox:
        page = await visitors.come(sandbox)
        await sign_in(page, sandbox, f"{HOME}/switch")
        await page.context.clear_cookies()
        await sign_in(other := await page.context.new_page(), sandbox)
        await page.get_by_role("checkbox").check()
        assert await press(page, _PAUSE) == HTTPStatus.FORBIDDEN
        assert "Nothing was changed" in await page.get_by_role("main").inner_text()
        await other.goto(f"{HOME}/switch")
        assert await other.get_by_role("button", name=_PAUSE).is_visible()
