"""Whatever a browser complains of is noted: else no test of a page would notice it."""

from playwright.async_api import Page

from sandbox import scenario as scenarios
from tests.browser.places import HOME, Visitors, open_at
from tests.scenarios.conftest import Make


async def test_what_a_page_must_not_do_is_noted(sandbox_of: Make, visitors: Visitors) -> None:
    async with sandbox_of(scenarios.load("unknown-payload")) as sandbox:
        page = await visitors.come(sandbox)
        await open_at(page, f"{HOME}/signin")
        assert visitors.complaints == []
        for markup, noted in (
            ("<p style='color: red'>", "Content Security Policy"),
            ("<img src='https://example.net/x.png'>", "Content Security Policy"),
        ):
            await _add(page, markup)
            assert any(noted in one for one in visitors.complaints)
            visitors.complaints.clear()
        free = await visitors.come(sandbox, bypass_csp=True)
        await open_at(free, f"{HOME}/signin")
        await _add(free, "<img src='https://example.net/x.png'>")
        assert any(one.startswith("elsewhere: https://example.net/") for one in visitors.complaints)
        visitors.complaints.clear()


async def _add(page: Page, markup: str) -> None:
    await page.evaluate(
        "(markup) => { document.querySelector('main').insertAdjacentHTML('beforeend', markup) }", markup
    )
    await page.wait_for_timeout(200)
