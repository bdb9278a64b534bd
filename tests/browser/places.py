"""The app's pages as people come to them: each with a browser of their own; what it complains of is noted."""

import asyncio
import os
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple, Self

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    FloatRect,
    Locator,
    Page,
    Request,
    ViewportSize,
)

from sandbox.arm import builtin_alert
from sandbox.inbox import Delivery
from sandbox.runner import Sandbox

HOME = "/api/ui"
DESK: ViewportSize = {"width": 1200, "height": 900}
TELEPHONE: ViewportSize = {"width": 360, "height": 780}

_PICTURES = Path(__file__).parent.parent.parent / "docs" / "pages"
_MOST_BYTES = 250_000  # of a picture: the README shows them
_OURS = re.compile(r"^(?:http://127\.0\.0\.1:\d+/|data:|about:)")
_A_STATUS = "Failed to load resource: the server responded with a status of"  # a page's own; tests look at it
_NO_PAGE = {"net::ERR_ABORTED", "net::ERR_HTTP_RESPONSE_CODE_FAILURE"}  # it became a file; it had a status alone


class Visitors:
    """People, each with a browser window of their own. ``complaints``: what their browsers disliked."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.complaints: list[str] = []

    async def come(
        self,
        sandbox: Sandbox | None = None,
        *,
        script: bool = True,
        bypass_csp: bool = False,
        headers: dict[str, str] | None = None,
    ) -> Page:
        """An empty page; addresses without a host are the sandbox's, and no other machine is reached."""
        context = await self._browser.new_context(
            viewport=DESK,
            base_url=sandbox.functions_url if sandbox else None,
            java_script_enabled=script,
            bypass_csp=bypass_csp,
            extra_http_headers=headers,
            color_scheme="light",
        )
        await context.route(lambda url: not _OURS.match(url), lambda route: route.abort())
        context.set_default_timeout(20_000)
        self._listen(context)
        return await context.new_page()

    def _listen(self, context: BrowserContext) -> None:
        context.on("console", self._said)
        context.on("weberror", lambda error: self.complaints.append(f"script: {error.error}"))
        context.on("request", self._asked)
        context.on("requestfailed", self._failed)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(_A_STATUS):
            self.complaints.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        if not _OURS.match(request.url):
            self.complaints.append(f"elsewhere: {request.url}")

    def _failed(self, request: Request) -> None:
        if not (request.is_navigation_request() and request.failure in _NO_PAGE):
            self.complaints.append(f"failed: {request.url} {request.failure}")


class Asked(NamedTuple):
    """An incident that waits for a person, and the link that the person was sent."""

    name: str
    link: str

    @classmethod
    def by(cls, request: Delivery) -> Self:
        link = str(request.message["data"]["decisionUrl"])
        return cls(link.split("/")[-2], link)

    @property
    def token(self) -> str:
        return self.link.partition("token=")[2]


async def sign_in(page: Page, sandbox: Sandbox, path: str = HOME) -> None:
    """Come to a page as somebody who holds the function key and has not shown it yet."""
    await page.goto(path)
    await page.get_by_label("Function key").fill(sandbox.key)
    async with page.expect_navigation(url=lambda url: url == sandbox.functions_url + path):  # where it is already
        await page.get_by_role("button", name="Sign in").click()


async def press(page: Page, name: str) -> int:
    """Press the button of that name; answers with the status of the page that comes."""
    async with page.expect_navigation() as coming:
        await page.get_by_role("button", name=name, exact=True).click()
    answer = await coming.value
    assert answer is not None
    return answer.status


async def open_at(page: Page, path: str) -> int:
    """Go there; answers with the page's status."""
    answer = await page.goto(path)
    assert answer is not None
    return answer.status


@asynccontextmanager
async def thinking(sandbox: Sandbox) -> AsyncGenerator[list[Asked]]:
    """The failed job of each vault told, and all their incidents come to where they ask a person.

    Time stands still then, until the block is left.
    """
    everyone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    asked: list[Asked] = []

    async def hold(request: Delivery) -> None:
        asked.append(Asked.by(request))
        if len(asked) == len(sandbox.cloud.worlds):
            sandbox.clock.hold(held=True)
            everyone.set_result(None)

    sandbox.inbox.person = hold
    for world in sandbox.cloud.worlds:
        await sandbox.client.post_alert(builtin_alert(world))
    try:
        await asyncio.wait_for(everyone, 60)
        yield asked
    finally:
        sandbox.clock.hold(held=False)


async def sideways(page: Page) -> int:
    """How many pixels of the page lie beyond its window's right edge."""
    wide, seen = await page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    return max(0, int(wide) - int(seen))


async def picture(page: Page, name: str, upto: Locator | None = None, space: int = 16) -> None:
    """The page for the documentation, down to the end of something and some pixels; with ``WRITE_PICTURES=1``."""
    if os.environ.get("WRITE_PICTURES") != "1":
        return
    _PICTURES.mkdir(parents=True, exist_ok=True)
    file = _PICTURES / f"{name}.png"
    await page.evaluate("scrollTo(0, 0)")
    box = await (upto or page.get_by_role("main")).bounding_box()
    assert box is not None
    height = box["y"] + box["height"] + (space if upto else 0)
    clip: FloatRect = {"x": 0, "y": 0, "width": (page.viewport_size or DESK)["width"], "height": height}
    await page.screenshot(path=file, full_page=True, clip=clip)
    assert file.stat().st_size < _MOST_BYTES, name
