"""In Korean every page says so, and shows the words of that language."""

import re

from msgspec.structs import replace
from playwright.async_api import Page

from sandbox import scenario as scenarios
from tests.browser.places import HOME, Visitors, open_at, picture, thinking
from tests.browser.test_overview import filled
from tests.scenarios.conftest import Make

_HANGUL = re.compile("[가-힣]")
_SAME = {"VM"}


async def test_pages_speak_korean(sandbox_of: Make, visitors: Visitors) -> None:
    settings = {"RESPONDER_LANGUAGE": "ko", "RESPONDER_TIME_ZONE": "Asia/Seoul"}
    scenario = replace(scenarios.load("restart-needs-approval"), settings=settings)
    async with filled(sandbox_of(scenario)) as sandbox, thinking(sandbox) as (asked,):
        page = await visitors.come(sandbox)
        await open_at(page, f"{HOME}/signin")
        await _is_korean(page)
        await page.locator("#code").fill(sandbox.key)
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**{HOME}")
        await _is_korean(page)
        await picture(page, "overview-korean", page.locator("main > .grid"))
        incident, playbook = f"incidents/{asked.name}", "playbooks/UserErrorRpCollectionLimitReached"
        for path in ("incidents", incident, "playbooks", playbook, "switch", "incidents/inc-none"):
            await open_at(page, f"{HOME}/{path}")
            await _is_korean(page)
        await open_at(page, asked.link)
        await _is_korean(page)
        assert "KST" in await page.get_by_role("main").inner_text()


async def _is_korean(page: Page) -> None:
    """Its language, all headings that are no names, all labels and all buttons."""
    assert await page.locator("html").get_attribute("lang") == "ko"
    told = await page.locator("h1, h2, label, button, nav a, thead th, summary").all_inner_texts()
    assert [text for text in told if text.strip() and not _HANGUL.search(text) and text not in _SAME] == []
