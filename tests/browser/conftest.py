"""A browser for the tests that draw: Chromium, the packages of package.json, and a page that reaches only this machine.

Both come from outside of Python. Where one is missing, the tests are skipped and say which command brings it; with
``BROWSER=required`` they fail instead.
"""

import json
import os
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.async_api import Page, async_playwright

from tests.browser.places import Visitors
from tests.scenarios.conftest import launch, sandbox_of

__all__ = ["launch", "sandbox_of"]  # the whole sandbox, as the scenarios' tests have it

_HERE = Path(__file__).parent
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
_ELSEWHERE = re.compile(r"^(?:https?|wss?)://(?!(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?(?:/|$))")


def _missing(what: str) -> NoReturn:
    if os.environ.get("BROWSER") == "required":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser's program."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if not found or not Path(found).is_file():
        _missing("Chromium is missing: apt install chromium, or name one in CHROMIUM")
    return Path(found)


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The folder of the packages, each in the version that package.json asks for."""
    folder = _HERE / "node_modules"
    wanted: dict[str, str] = json.loads((_HERE / "package.json").read_text())["dependencies"]
    if {name: _version(folder / name) for name in wanted} != wanted:
        _missing("packages of tests/browser/package.json are missing: npm ci --prefix tests/browser")
    return folder


def _version(package: Path) -> str | None:
    about = package / "package.json"
    return str(json.loads(about.read_text())["version"]) if about.is_file() else None


@pytest.fixture
async def page(chromium: Path) -> AsyncIterator[Page]:
    """An empty page of a browser of its own, 600 pixels wide, that reaches only this machine."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(_ARGUMENTS))
        context = await browser.new_context(viewport={"width": 600, "height": 800})
        await context.route(_ELSEWHERE, lambda route: route.abort())
        yield await context.new_page()
        await browser.close()


@pytest.fixture
async def visitors(chromium: Path) -> AsyncIterator[Visitors]:
    """People who come to the app's pages; no browser of theirs may have complained of anything."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(_ARGUMENTS))
        people = Visitors(browser)
        yield people
        await browser.close()
    assert people.complaints == []
