"""Cards drawn by Microsoft's own renderer: all of each is drawn, and nothing in it is more than text and our links.

``WRITE_PICTURES=1 pytest -n 1 tests/browser/test_cards.py`` writes what is drawn to docs/cards, for the documentation.
"""

import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page

from responder import language
from responder.incident import Outcome
from responder.language import Language
from responder.notify import card
from responder.notify.card import Links
from tests.browser import samples

Draw = Callable[[dict[str, Any]], Awaitable[list[str]]]

_HERE = Path(__file__).parent
_PICTURES = _HERE.parent.parent / "docs" / "cards"
_PAGES = "https://responder.example.net/api/incidents"
LINKS = Links(f"{_PAGES}/inc-1", f"{_PAGES}/inc-1/decision?token=c2lnbmVk", _PAGES)
_DRAWN = {*Outcome, "approval", "digest", "resolved-korean", "telephone-needs-human"}
SEOUL = ZoneInfo("Asia/Seoul")
EVIL = (
    "[click](http://evil.example) ![x](http://evil.example/x.png) <script>window.evil = 1</script> "
    "<img src=x onerror='window.evil = 1'> <a href='javascript:window.evil=1'>x</a> **bold** _it_ `code` "
    "<at>everyone</at> &lt;b&gt; {{DATE(2026-11-02T01:14:00Z, SHORT)}} # 1. - > \u202etxt.exe\u202c http://evil.example"
)
CARDS = {str(outcome): card.result(samples.ended(outcome), LINKS, ZoneInfo("UTC")) for outcome in Outcome} | {
    "approval": card.approval(samples.asking(), LINKS, ZoneInfo("UTC")),
    "digest": card.digest(samples.night(), LINKS, ZoneInfo("UTC")),
    "five-hundred-findings": card.result(samples.huge("Text that goes on. " * 500), LINKS, ZoneInfo("UTC")),
}


@pytest.fixture
def korean() -> Iterator[None]:
    language.use(Language.KOREAN)
    yield
    language.use(Language.ENGLISH)


@pytest.fixture
async def draw(page: Page, node_modules: Path) -> Draw:
    """Draws a message's card; answers what the renderer had to complain about."""
    await page.set_content((_HERE / "card.html").read_text())
    await page.add_script_tag(path=node_modules / "adaptivecards/dist/adaptivecards.min.js")
    await page.add_script_tag(path=node_modules / "markdown-it/dist/browser/markdown-it.umd.min.js")

    async def drawn(message: dict[str, Any]) -> list[str]:
        problems: list[str] = await page.evaluate("draw", message["attachments"][0]["content"])
        return problems

    return drawn


def _texts(value: object) -> Iterator[str]:
    """What a reader sees: texts, and titles of buttons in the card's action bar."""
    if isinstance(value, list):
        for entry in value:
            yield from _texts(entry)
    elif isinstance(value, dict):
        if isinstance(text := value.get("text"), str):
            yield text
        for name, member in value.items():
            if name not in {"selectAction", "text"}:
                yield from _texts(member)
        if value.get("type") == "Action.OpenUrl":
            yield value["title"]


def _seen(text: str) -> str:
    return "".join(text.split())


async def _picture(page: Page, name: str) -> None:
    if os.environ.get("WRITE_PICTURES") == "1" and name in _DRAWN:
        _PICTURES.mkdir(parents=True, exist_ok=True)
        await page.locator("body").screenshot(path=_PICTURES / f"{name}.png")


async def test_all_of_each_card_is_drawn(page: Page, draw: Draw) -> None:
    for name, message in CARDS.items():
        assert (name, await draw(message)) == (name, [])
        seen = _seen(await page.inner_text("#card"))
        missing = [text for text in _texts(message["attachments"][0]["content"]) if _seen(text) not in seen]
        assert (name, missing) == (name, [])
        await _picture(page, name)


async def test_a_card_in_korean(page: Page, draw: Draw, korean: None) -> None:
    assert await draw(card.result(samples.cured_elsewhere(), LINKS, SEOUL)) == []
    seen = await page.inner_text("#card")
    assert "KST" in seen
    assert "해결됨" in seen
    assert "수행한 조치" in seen
    await _picture(page, "resolved-korean")


async def test_a_card_fits_a_telephone(page: Page, draw: Draw) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})
    parts = "[...document.querySelectorAll('.ac-textBlock, .ac-textRun, .ac-pushButton')]"
    right = f"Math.max(...{parts}.map((part) => part.getBoundingClientRect().right))"
    for name, message in CARDS.items():
        await draw(message)
        assert (name, await page.evaluate(right) <= 360 - 12 - 14) == (name, True)
        await _picture(page, f"telephone-{name}")


async def test_what_strangers_write_is_shown_as_it_is_and_does_nothing(page: Page, draw: Draw) -> None:
    drawn = "#card script, #card img, #card a, #card at, #card b, #card strong, #card em, #card code, #card li"
    for make in (card.result, card.approval):
        assert await draw(make(samples.huge(EVIL), LINKS, SEOUL)) == []
        seen = _seen(await page.inner_text("#card"))
        assert _seen(EVIL.replace("\u202e", "").replace("\u202c", "")) in seen
        assert await page.locator(drawn).count() == 0
        assert await page.evaluate("window.evil") is None


async def test_every_button_leads_to_a_page_of_ours(page: Page, draw: Draw) -> None:
    await draw(CARDS["approval"])
    for button in await page.get_by_role("link").all():
        await button.click()
    portal = "https://portal.azure.com/#@/resource"
    opened: list[str] = await page.evaluate("window.opened")
    assert opened == [LINKS.incident, portal + samples.VM, portal + samples.VAULT, LINKS.decision, LINKS.decision]


async def test_a_row_of_a_digest_leads_to_its_incident(page: Page, draw: Draw) -> None:
    await draw(CARDS["digest"])
    await page.get_by_text("vm-app-000", exact=True).click()
    assert await page.evaluate("window.opened") == [f"{_PAGES}/inc-0000"]
