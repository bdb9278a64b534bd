"""Without a mouse: everything can be reached, what is reached can be seen, and every form can be sent."""

from http import HTTPStatus

from playwright.async_api import Page

from sandbox import scenario as scenarios
from tests.browser.places import HOME, Visitors, open_at, thinking
from tests.scenarios.conftest import Make

_MOST = 200  # presses of a key
_FOCUSED = """
    () => {
        const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect()
        const seen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
        const inside = box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight
        const name = one.labels?.[0]?.innerText || one.innerText || one.getAttribute('aria-label') || ''
        return {tag: one.tagName, name: name.trim(), seen: seen && inside}
    }
"""
_REACHABLE = """
    () => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary, [tabindex="0"]')]
        .filter((one) => one.checkVisibility()).length
"""


async def _to(page: Page, tag: str, name: str) -> None:
    """Press the tabulator until what is wanted has the focus; whatever has it on the way must be seen to have it."""
    for _ in range(_MOST):
        await page.keyboard.press("Tab")
        focused = await page.evaluate(_FOCUSED)
        assert focused["tag"] == "BODY" or focused["seen"], focused
        if (focused["tag"], focused["name"]) == (tag, name):
            return
    raise AssertionError(f"no {tag} {name} was reached")


async def _enter(page: Page, key: str = "Enter") -> int:
    async with page.expect_navigation() as coming:
        await page.keyboard.press(key)
    answer = await coming.value
    assert answer is not None
    return answer.status


async def test_a_decision_is_made_with_the_keyboard_alone(sandbox_of: Make, visitors: Visitors) -> None:
    async with sandbox_of(scenarios.load("restart-needs-approval")) as sandbox:
        page = await visitors.come(sandbox)
        async with thinking(sandbox) as (asked,):
            await open_at(page, HOME)
            await _to(page, "INPUT", "Function key")
            await page.keyboard.type(sandbox.key)
            assert await _enter(page) == HTTPStatus.OK
            await _to(page, "A", "vm-app-01")
            assert await _enter(page) == HTTPStatus.OK
            await _to(page, "A", "Look at the plan and decide")
            assert await _enter(page) == HTTPStatus.OK
            await _to(page, "BUTTON", "Decline")
            assert await _enter(page, "Space") == HTTPStatus.ACCEPTED
        assert (await sandbox.client.wait_for_end(asked.name, 60))["outcome"] == "declined"


async def test_forms_are_filled_and_sent_with_the_keyboard_alone(sandbox_of: Make, visitors: Visitors) -> None:
    async with sandbox_of(scenarios.load("read-only")) as sandbox:
        page = await visitors.come(sandbox, headers={"x-functions-key": sandbox.key})
        await open_at(page, "/api/session")
        await _to(page, "A", "Switch")
        await _enter(page)
        await _to(page, "INPUT", "Stop all changes of the app at once, also those that wait.")
        await page.keyboard.press("Space")
        await _to(page, "BUTTON", "Pause the app")
        assert await _enter(page) == HTTPStatus.OK
        await _to(page, "A", "Incidents")
        await _enter(page)
        await _to(page, "SELECT", "State")
        await page.keyboard.type("Ended")
        await _to(page, "BUTTON", "Filter")
        assert await _enter(page) == HTTPStatus.OK
        assert "state=ended" in page.url
        await _to(page, "BUTTON", "Sign out")
        await _enter(page)
        assert page.url.endswith(f"{HOME}/signin")


async def test_all_of_a_page_is_reached_and_the_first_press_leads_past_its_menu(
    sandbox_of: Make, visitors: Visitors
) -> None:
    async with sandbox_of(scenarios.load("read-only")) as sandbox:
        page = await visitors.come(sandbox, headers={"x-functions-key": sandbox.key})
        await open_at(page, "/api/session")
        for place in ("", "/incidents", "/switch", "/playbooks/UserErrorRpCollectionLimitReached"):
            await open_at(page, f"{HOME}{place}")
            await _to(page, "A", "Skip to the content")
            await page.keyboard.press("Enter")
            assert await page.evaluate("document.activeElement.id") == "content"
            await page.keyboard.press("Tab")
            assert await page.evaluate("document.activeElement.closest('main') !== null")
            await open_at(page, f"{HOME}{place}")
            assert await _around(page) == await page.evaluate(_REACHABLE)


async def _around(page: Page) -> int:
    """How many places have the focus until it has left the page."""
    await page.evaluate("window.visited = new Set()")
    for _ in range(_MOST):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement === document.body"):
            return int(await page.evaluate("window.visited.size"))
        await page.evaluate("window.visited.add(document.activeElement)")
    raise AssertionError(f"more than {_MOST} presses lead around {page.url}")
