"""The page of an incident over HTTP: seen with a session, locks put back and the failure run again by its forms."""

import asyncio
import re
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import NamedTuple

import aiohttp

from sandbox import scenario as scenarios
from sandbox.arm import alert_by
from sandbox.inbox import Delivery
from sandbox.play import deliver
from sandbox.runner import Sandbox
from tests.handlers.told import Parts
from tests.scenarios.conftest import Make

_TOKEN = re.compile(r'name="form_token" value="([0-9a-f]+)"')


class Page(NamedTuple):
    """An answer to a browser."""

    status: int
    html: str

    @property
    def text(self) -> str:
        """Its words."""
        return Parts(self.html).text

    @property
    def token(self) -> str:
        """What its forms hold."""
        found = _TOKEN.search(self.html)
        assert found
        return found[1]


class Browser:
    """Somebody who has shown the function key once, and has a session since."""

    def __init__(self, base: str, http: aiohttp.ClientSession) -> None:
        self._base, self._http = base, http

    async def get(self, path: str) -> Page:
        async with self._http.get(f"{self._base}{path}") as answer:
            return Page(answer.status, await answer.text())

    async def post(self, path: str, **fields: str) -> Page:
        async with self._http.post(f"{self._base}{path}", data=fields, allow_redirects=False) as answer:
            return Page(answer.status, await answer.text())


@asynccontextmanager
async def browser(sandbox: Sandbox, *, key: str | None = None) -> AsyncGenerator[Browser]:
    """A browser with a session; with an empty key one without."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        if key != "":
            url = f"{sandbox.functions_url}/api/session"
            async with http.get(url, params={"code": key or sandbox.key}, allow_redirects=False) as answer:
                assert answer.status == HTTPStatus.SEE_OTHER
        yield Browser(sandbox.functions_url, http)


async def test_locks_are_put_back_and_the_failure_is_run_again_by_forms(sandbox_of: Make) -> None:
    async with sandbox_of(scenarios.load("locked-collection")) as sandbox, browser(sandbox) as somebody:
        name = await deliver(sandbox)
        path = f"/api/ui/incidents/{name}"
        await sandbox.client.wait_for_end(name, 90)
        page = await somebody.get(path)
        assert page.status == HTTPStatus.OK
        for part in ("Resolved vm-app-01", "UserErrorRpCollectionLimitReached", "Put the locks back (1)", "Run again"):
            assert part in page.text
        await _refused_without_a_token(sandbox, somebody, path)
        put_back = await somebody.post(f"{path}/restore-locks", form_token=page.token)
        assert (put_back.status, "The locks are back Put back: /subscriptions/" in put_back.text) == (
            HTTPStatus.OK,
            True,
        )
        assert [lock.name for lock in sandbox.cloud.world.locks if not lock.gone] == ["do-not-delete"]
        again = await somebody.post(f"{path}/rerun", form_token=page.token, mode="read-only")
        assert again.status == HTTPStatus.OK
        (opened,) = set(re.findall(r"/api/ui/incidents/(inc-[0-9a-f]{32})", again.html)) - {name}
        second = await sandbox.client.wait_for_end(opened, 60)
        assert (second["failure"]["rerunOf"], second["mode"]) == (name, "read-only")
        assert f"Goes on from {name}" in (await somebody.get(f"/api/ui/incidents/{opened}")).text


async def _refused_without_a_token(sandbox: Sandbox, somebody: Browser, path: str) -> None:
    """Neither a session without the form's token nor a token without its session changes anything."""
    made, token = len(sandbox.cloud.mutations), (await somebody.get(path)).token
    async with browser(sandbox) as other, browser(sandbox, key="") as stranger:
        for action in ("restore-locks", "rerun"):
            assert (await somebody.post(f"{path}/{action}")).status == HTTPStatus.FORBIDDEN
            assert (await other.post(f"{path}/{action}", form_token=token)).status == HTTPStatus.FORBIDDEN
            assert (await stranger.post(f"{path}/{action}", form_token=token)).status == HTTPStatus.UNAUTHORIZED
        for hidden in (path, f"{path}?format=json", "/api/ui/playbooks", "/api/ui/playbooks/Unknown"):
            page = await stranger.get(hidden)
            assert (page.status, "vm-app-01" in page.html) == (HTTPStatus.UNAUTHORIZED, False)
    assert len(sandbox.cloud.mutations) == made


async def test_a_plan_that_waits_leads_to_the_page_that_decides(sandbox_of: Make) -> None:
    async with sandbox_of(scenarios.load("points-not-in-vault")) as sandbox, browser(sandbox) as somebody:
        seen: list[Page] = []

        async def decide(asked: Delivery) -> None:
            name = asked.message["data"]["decisionUrl"].split("/")[-2]
            page = await somebody.get(f"/api/ui/incidents/{name}")
            seen.append(page)
            (link,) = {address for address in Parts(page.html).addresses if "/decision?token=" in address}
            assert await sandbox.client.decide(link, "decline") == HTTPStatus.ACCEPTED

        sandbox.inbox.person = decide
        name = await deliver(sandbox)
        assert (await sandbox.client.wait_for_end(name, 90))["outcome"] == "declined"
        (waiting,) = seen
        assert "A person has to decide" in waiting.text
        assert "Put the locks back" not in waiting.text
        assert "Declined vm-app-01" in (await somebody.get(f"/api/ui/incidents/{name}")).text
        locks = await somebody.post(f"/api/ui/incidents/{name}/restore-locks", form_token=waiting.token)
        assert (locks.status, "has removed no lock" in locks.text) == (HTTPStatus.CONFLICT, True)


async def test_signals_strange_ids_and_playbooks_have_pages(sandbox_of: Make) -> None:
    async with sandbox_of(scenarios.load("read-only")) as sandbox, browser(sandbox) as somebody:
        job = sandbox.cloud.world.failed_job
        assert job is not None
        told = await sandbox.client.post_alert(alert_by("metric", sandbox.cloud.world, job))
        signal = told["incidents"][0]["id"]
        page = await _located(somebody, f"/api/ui/incidents/{signal}")
        (name,) = set(re.findall(r"/api/ui/incidents/(inc-[0-9a-f]{32})", page.html))
        await sandbox.client.wait_for_end(name, 60)
        assert "Diagnosed, nothing changed vm-app-01" in (await somebody.get(f"/api/ui/incidents/{name}")).text
        for strange in ("inc-none", "item@x", "inc-%3Cscript%3E", "inc-" + "0" * 32):
            assert (await somebody.get(f"/api/ui/incidents/{strange}")).status == HTTPStatus.NOT_FOUND
        await _playbooks(somebody)


async def _located(somebody: Browser, path: str) -> Page:
    """The page of a signal once somebody has looked for its job."""
    for _ in range(600):
        page = await somebody.get(path)
        assert page.status == HTTPStatus.OK
        if "The failed job was found" in page.text:
            return page
        await asyncio.sleep(0.05)
    raise AssertionError(f"{path} never came to its end")


async def _playbooks(somebody: Browser) -> None:
    await somebody.get("/api/ui/playbooks")
    begun = time.perf_counter()
    page = await somebody.get("/api/ui/playbooks")
    assert (page.status, "UserErrorRpCollectionLimitReached" in page.text) == (HTTPStatus.OK, True)
    assert time.perf_counter() - begun < 2  # some hundredths alone; the machine may be busy
    page = await somebody.get("/api/ui/playbooks/UserErrorRpCollectionLimitReached")
    assert "The VM's restore point collection is full" in page.text
    assert (await somebody.get("/api/ui/playbooks/UserErrorNothing")).status == HTTPStatus.NOT_FOUND
