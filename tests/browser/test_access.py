"""Who gets in: the form to sign in at, what of the key is left behind, and the way out."""

from http import HTTPStatus

from playwright.async_api import Page

from sandbox import scenario as scenarios
from tests.browser.places import HOME, Visitors, open_at, press, sign_in
from tests.scenarios.conftest import Make

_WANTED = f"{HOME}/incidents?state=open"


async def test_the_key_opens_the_page_that_was_wanted_and_stays_nowhere(sandbox_of: Make, visitors: Visitors) -> None:
    async with sandbox_of(scenarios.load("unknown-payload")) as sandbox:
        page = await visitors.come(sandbox)
        assert await open_at(page, _WANTED) == HTTPStatus.UNAUTHORIZED
        await page.get_by_label("Function key").fill("wrong")
        async with page.expect_response("**/api/session?*") as refused:  # the host's answer has no page
            await page.get_by_role("button", name="Sign in").click()
        assert (await refused.value).status == HTTPStatus.UNAUTHORIZED
        await page.wait_for_url(
            lambda url: url.startswith("chrome-error:"), wait_until="commit"
        )  # the browser's own page, which would interrupt what comes next
        assert await page.context.cookies() == []
        await open_at(page, _WANTED)
        await page.get_by_label("Function key").fill(sandbox.key)
        async with page.expect_navigation(url=f"**{_WANTED}"):  # the page to sign in at has this address too
            await page.keyboard.press("Enter")
        assert await page.get_by_role("heading", level=1).inner_text() == "Incidents"
        (cookie,) = await page.context.cookies()
        assert (cookie.get("httpOnly"), cookie.get("sameSite"), cookie.get("path")) == (True, "Lax", "/api")
        assert await page.evaluate("document.cookie") == ""
        assert sandbox.key not in f"{await page.content()} {cookie.get('value')} {await _history(page)}"
        for place in ("Overview", "Incidents", "Playbooks", "Switch"):
            await page.get_by_role("navigation", name="Main").get_by_role("link", name=place, exact=True).click()
            await page.get_by_role("heading", level=1).first.wait_for()
            assert await page.locator("input[type=password]").count() == 0


async def test_whoever_has_signed_out_is_asked_again_also_going_back(sandbox_of: Make, visitors: Visitors) -> None:
    async with sandbox_of(scenarios.load("unknown-payload")) as sandbox:
        page = await visitors.come(sandbox)
        await sign_in(page, sandbox)
        assert "a holder of the function key" in await page.get_by_role("banner").inner_text()
        assert await press(page, "Sign out") == HTTPStatus.OK
        assert page.url.endswith(f"{HOME}/signin")
        await page.go_back()
        assert await page.get_by_role("heading", name="Sign in").is_visible()
        assert await open_at(page, HOME) == HTTPStatus.UNAUTHORIZED


async def _history(page: Page) -> str:
    """All addresses that the browser remembers of this window."""
    session = await page.context.new_cdp_session(page)
    known = await session.send("Page.getNavigationHistory")
    addresses = [entry["url"] for entry in known["entries"] if "code=wrong" not in entry["url"]]
    return " ".join(addresses)
