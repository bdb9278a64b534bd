"""What holds for every page: at a desk and on a telephone, in light and in dark, for eyes, hands and screen readers."""

from pathlib import Path
from typing import Any, Literal, NamedTuple

from playwright.async_api import Page, ViewportSize

from tests.browser.places import DESK, TELEPHONE, sideways

_AXE = "axe-core/axe.min.js"
_SERIOUS = {"serious", "critical"}
_RUN = "axe.run(document, {rules: {'target-size': {enabled: true}}})"  # axe leaves WCAG 2.2's size of targets out
_UNFOLD = "for (const folded of document.querySelectorAll('details')) folded.open = true"
_BEYOND = """
    () => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, summary')]
        .filter((one) => one.checkVisibility() && !one.closest('.skip, .scroll'))
        .filter((one) => { const box = one.getBoundingClientRect(); return box.left < 0 || box.right > innerWidth })
        .map((one) => one.outerHTML.slice(0, 120))
"""


class Look(NamedTuple):
    """The width of a window, and the colours that its owner likes."""

    size: ViewportSize
    colours: Literal["light", "dark"]


LOOKS = [Look(DESK, "light"), Look(DESK, "dark"), Look(TELEPHONE, "light"), Look(TELEPHONE, "dark")]


async def defects(page: Page, node_modules: Path) -> list[str]:
    """What is wrong with a page in any look, one line for each. Its context must bypass the page's policy, for axe."""
    await page.add_script_tag(path=node_modules / _AXE)
    await page.evaluate(_UNFOLD)
    found: list[str] = []
    for look in LOOKS:
        await page.set_viewport_size(look.size)
        await page.emulate_media(color_scheme=look.colours)
        wrong = [*await _violations(page), *await _outside(page)]
        found += [f"{page.url} {look.size['width']} {look.colours}: {each}" for each in wrong]
    return found


async def _violations(page: Page) -> list[str]:
    told: dict[str, Any] = await page.evaluate(_RUN)
    serious = [one for one in told["violations"] if one["impact"] in _SERIOUS]
    return [f"{one['impact']} {one['id']}: {node['html'][:200]}" for one in serious for node in one["nodes"]]


async def _outside(page: Page) -> list[str]:
    beyond: list[str] = await page.evaluate(_BEYOND)
    aside = await sideways(page)
    return [f"out of reach: {one}" for one in beyond] + ([f"{aside} pixels lie aside"] if aside else [])
