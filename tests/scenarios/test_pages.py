"""Pages over HTTP: who may see them, who may change something, and which form an answer has."""

import asyncio
import csv
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from io import StringIO
from typing import Any, NamedTuple

import aiohttp
from msgspec.structs import replace as with_settings

from handlers.pages import seal
from sandbox import scenario as scenarios
from sandbox.play import deliver
from sandbox.runner import Sandbox
from tests.scenarios.conftest import Make

_BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
_SIGN_IN = 'name="code" type="password"'


class Answer(NamedTuple):
    """What came back."""

    status: int
    text: str
    headers: dict[str, str]


class Browser:
    """Somebody who holds nothing but what is given, and follows no redirect by itself."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        self._base, self._session = sandbox.functions_url, session

    async def get(self, path: str, **headers: str) -> Answer:
        return await self._ask("GET", path, None, headers)

    async def post(self, path: str, data: dict[str, str], **headers: str) -> Answer:
        return await self._ask("POST", path, data, headers)

    async def _ask(self, method: str, path: str, data: dict[str, str] | None, headers: dict[str, str]) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        url = self._base + path
        async with self._session.request(method, url, data=data, headers=named, allow_redirects=False) as answer:
            return Answer(answer.status, await answer.text(), dict(answer.headers))


@asynccontextmanager
async def _browser(sandbox: Sandbox) -> AsyncGenerator[Browser]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield Browser(sandbox, session)


def _cookie(answer: Answer) -> str:
    return answer.headers["Set-Cookie"].partition(";")[0]


def _token(page: str) -> str:
    return page.partition('name="form_token" value="')[2].partition('"')[0]


async def test_pages_open_for_the_key_alone(sandbox_of: Make) -> None:
    async with sandbox_of(scenarios.load("read-only")) as sandbox, _browser(sandbox) as browser:
        for path in ("/api/ui", "/api/ui/incidents", "/api/ui/switch", "/api/ui/incidents?format=csv"):
            stranger = await browser.get(path)
            assert (stranger.status, _SIGN_IN in stranger.text) == (HTTPStatus.UNAUTHORIZED, True)
            assert "no-store" in stranger.headers["Cache-Control"]
        assert (await browser.get("/api/ui/signin")).status == HTTPStatus.OK
        for wrong in ("/api/session", "/api/session?code=wrong"):
            refused = await browser.get(wrong)
            assert refused.status == HTTPStatus.UNAUTHORIZED
            assert "Set-Cookie" not in refused.headers
        opened = await browser.get(f"/api/session?code={sandbox.key}&next=/api/ui/incidents?state=open")
        assert (opened.status, opened.headers["Location"]) == (303, "/api/ui/incidents?state=open")
        assert sandbox.key not in str(opened.headers)
        assert "HttpOnly" in opened.headers["Set-Cookie"]
        cookie = _cookie(opened)
        for path in ("/api/ui", "/api/ui/incidents", "/api/ui/switch"):
            page = await browser.get(path, cookie=cookie)
            assert (page.status, "<h1>" in page.text) == (HTTPStatus.OK, True)
            assert sandbox.key not in page.text
        elsewhere = await browser.get(f"/api/session?code={sandbox.key}&next=//evil.example")
        assert elsewhere.headers["Location"] == "/api/ui"


async def test_a_forged_an_ended_and_a_foreign_cookie_open_nothing(sandbox_of: Make) -> None:
    async with sandbox_of(scenarios.load("read-only")) as sandbox, _browser(sandbox) as browser:
        now, secret = datetime.now(UTC), sandbox.secrets.approval
        good = seal.session(secret, now)
        assert (await browser.get("/api/ui", cookie=f"responder-session={good}")).status == HTTPStatus.OK
        for bad in (
            good[:-1] + ("0" if good[-1] != "0" else "1"),
            good.replace(".", ".9", 1),
            seal.session(secret, now - timedelta(hours=8, minutes=1)),
            seal.session("a secret of another app, long enough", now),
            "",
            "..",
        ):
            answer = await browser.get("/api/ui", cookie=f"responder-session={bad}")
            assert answer.status == HTTPStatus.UNAUTHORIZED
        headers = {"x_ms_client_principal_name": "somebody", "x_ms_client_principal_id": "1"}
        assert (await browser.get("/api/ui", **headers)).status == HTTPStatus.UNAUTHORIZED


async def test_the_switch_is_thrown_by_a_form_of_the_own_session_alone(sandbox_of: Make) -> None:
    async with sandbox_of(scenarios.load("read-only")) as sandbox, _browser(sandbox) as browser:
        cookie = _cookie(await browser.get(f"/api/session?code={sandbox.key}"))
        other = _cookie(await browser.get(f"/api/session?code={sandbox.key}"))
        token = _token((await browser.get("/api/ui/switch", cookie=cookie)).text)
        assert len(token) == 64
        wish = {"wish": "pause", "confirmed": "yes", "form_token": token}
        for sent, headers, status in (
            (wish, {}, 401),
            (wish, {"cookie": other}, 403),
            ({**wish, "form_token": ""}, {"cookie": cookie}, 403),
            (wish, {"cookie": cookie, "sec_fetch_site": "cross-site"}, 403),
            ({**wish, "confirmed": ""}, {"cookie": cookie}, 400),
            ({**wish, "wish": "stop"}, {"cookie": cookie}, 400),
        ):
            assert (await browser.post("/api/ui/switch", sent, **headers)).status == status
        await _thrown(sandbox, paused=False, by=None)
        thrown = await browser.post("/api/ui/switch", wish, cookie=cookie, sec_fetch_site="same-origin")
        assert (thrown.status, thrown.headers["Location"]) == (303, "/api/ui/switch?asked=pause")
        await _thrown(sandbox, paused=True, by="a holder of the function key")
        assert "The app is paused" in (await browser.get("/api/ui", cookie=cookie)).text
        await browser.post("/api/ui/switch", {**wish, "wish": "resume"}, cookie=cookie)
        await _thrown(sandbox, paused=False, by=None)
        out = await browser.post("/api/ui/signout", {"form_token": token}, cookie=cookie)
        assert (out.status, out.headers["Location"]) == (303, "/api/ui/signin")
        assert "Max-Age=0" in out.headers["Set-Cookie"]
        assert (await browser.post("/api/ui/signout", {}, cookie=cookie)).status == HTTPStatus.UNAUTHORIZED


async def _thrown(sandbox: Sandbox, *, paused: bool, by: str | None) -> None:
    """Wait until the switch stands like this: the entity hears of a wish a moment later."""
    told: dict[str, Any] = {}
    for _ in range(200):
        async with sandbox.client.session.get(f"{sandbox.functions_url}/api/switch") as answer:
            told = await answer.json()
        if (told["paused"], told["by"]) == (paused, by):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"the switch never was thrown like this: {told}")


async def test_a_name_counts_only_where_the_platform_vouches_for_it(sandbox_of: Make) -> None:
    headers = {"x_ms_client_principal_name": "Kim", "x_ms_client_principal_id": "7f0c"}
    named = {"x-functions-key": "", "x-ms-client-principal-name": "Kim"}
    plain = scenarios.load("read-only")
    async with sandbox_of(plain) as sandbox:
        await _pause(sandbox, named)
        await _thrown(sandbox, paused=True, by="a holder of the function key")
    vouched = with_settings(plain, settings={**plain.settings, "WEBSITE_AUTH_ENABLED": "True"})
    async with replace(sandbox_of(vouched), state=sandbox.state / "vouched") as sandbox, _browser(sandbox) as browser:
        page = await browser.get("/api/ui/switch", **headers)
        assert (page.status, "Kim" in page.text) == (HTTPStatus.OK, True)
        wish = {"wish": "pause", "confirmed": "yes", "form_token": _token(page.text)}
        foreign = {**headers, "x_ms_client_principal_id": "other"}
        assert (await browser.post("/api/ui/switch", wish, **foreign)).status == HTTPStatus.FORBIDDEN
        assert (await browser.post("/api/ui/switch", wish, **headers)).status == 303
        await _thrown(sandbox, paused=True, by="Kim")
        await _pause(sandbox, {**named, "x-ms-client-principal-name": "Lee"})
        await _thrown(sandbox, paused=True, by="Lee")
        refused = await browser.get("/api/ui/switch")
        assert (refused.status, "/.auth/login/aad" in refused.text) == (HTTPStatus.UNAUTHORIZED, True)
        out = await browser.post("/api/ui/signout", {"form_token": wish["form_token"]}, **headers)
        assert out.headers["Location"].startswith("/.auth/logout")


async def _pause(sandbox: Sandbox, headers: dict[str, str]) -> None:
    url, sent = f"{sandbox.functions_url}/api/switch", {**headers, "x-functions-key": sandbox.key}
    async with sandbox.client.session.post(url, json={"paused": True}, headers=sent) as answer:
        assert answer.status == HTTPStatus.ACCEPTED


async def test_an_incident_is_on_every_page_and_in_every_form(sandbox_of: Make) -> None:
    fresh = replace(sandbox_of(scenarios.load("read-only")), start=None)  # the overview's days are the machine's
    async with fresh as sandbox, _browser(sandbox) as browser:
        name = await deliver(sandbox)
        await sandbox.client.wait_for_end(name, 60)
        key = {"x_functions_key": sandbox.key}
        cookie = _cookie(await browser.get("/api/session", **key))
        page = await browser.get("/api/ui", cookie=cookie)
        assert f'href="/api/ui/incidents/{name}"' in page.text
        assert "Incidents that ended from" in page.text
        assert 'class="fill-neutral"' in page.text

        shown = await browser.get("/api/ui/incidents?state=ended&vm=&since=", cookie=cookie)
        assert f'href="/api/ui/incidents/{name}"' in shown.text
        assert (await browser.get("/api/ui/incidents?outcome=declined", cookie=cookie)).text.count(name) == 0
        assert (await browser.get("/api/ui/incidents?outcome=wrong", cookie=cookie)).status == HTTPStatus.BAD_REQUEST
        for path, sent in (("/api/ui/incidents", {"cookie": cookie}), ("/api/incidents", key)):
            table = await browser.get(f"{path}?format=csv&state=ended", **sent)
            assert table.headers["Content-Disposition"] == 'attachment; filename="incidents.csv"'
            (row,) = csv.DictReader(StringIO(table.text.removeprefix("\ufeff"), newline=""), strict=True)
            assert (row["id"], row["outcome"], row["state"]) == (name, "observed", "ended")
        assert name in (await browser.get("/api/ui/incidents?format=json", cookie=cookie)).text
        assert (await browser.get("/api/incidents?format=pdf", **key)).status == HTTPStatus.BAD_REQUEST

        for path in ("/api/incidents", f"/api/incidents/{name}"):
            for accept in ("application/json", "*/*"):
                program = await browser.get(path, accept=accept, **key)
                assert program.headers["Content-Type"] == "application/json"
                assert "Set-Cookie" not in program.headers
            person = await browser.get(f"{path}?code={sandbox.key}", accept=_BROWSER)
            assert (person.status, person.headers["Content-Type"]) == (HTTPStatus.OK, "text/html; charset=utf-8")
            assert sandbox.key not in person.text
            assert (await browser.get("/api/ui", cookie=_cookie(person))).status == HTTPStatus.OK
            assert "Set-Cookie" not in (await browser.get(path, accept=_BROWSER, cookie=cookie, **key)).headers
            assert (await browser.get(path, accept=_BROWSER, cookie=cookie)).status == HTTPStatus.UNAUTHORIZED
