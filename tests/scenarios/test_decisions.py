"""A decision link: a look decides nothing, the first POST decides, everybody after it is told who did."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from http import HTTPStatus

from msgspec.structs import replace

from sandbox import scenario as scenarios
from sandbox.play import deliver
from sandbox.runner import Sandbox
from tests.scenarios.conftest import Make

HTML = {"Accept": "text/html"}


@asynccontextmanager
async def waiting(sandbox_of: Make, **settings: str) -> AsyncGenerator[tuple[Sandbox, str, str]]:
    """A sandbox in which an incident waits for a person; its id and the link."""
    scenario = scenarios.load("points-not-in-vault")
    async with sandbox_of(replace(scenario, settings=settings), speed=7200) as sandbox:
        name = await deliver(sandbox)
        for _ in range(600):
            if sandbox.inbox.requests:
                break
            await asyncio.sleep(0.05)
        yield sandbox, name, str(sandbox.inbox.requests[-1].message["data"]["decisionUrl"])


async def post(sandbox: Sandbox, url: str, decision: str, **headers: str) -> tuple[int, str]:
    async with sandbox.client.session.post(url, data={"decision": decision}, headers=headers) as answer:
        return answer.status, await answer.text()


async def test_the_page_shows_the_exact_plan_with_its_reach_and_decides_nothing(sandbox_of: Make) -> None:
    async with waiting(sandbox_of) as (sandbox, name, url):
        text = ""
        for _ in range(3):
            async with sandbox.client.session.get(url, headers=HTML) as answer:
                text = await answer.text()
                assert (answer.status, answer.headers["Cache-Control"]) == (HTTPStatus.OK, "no-store")
        (asked,) = (await sandbox.client.incident(name))["approvals"]
        assert asked["state"] == "waiting"
        for told in (asked["fix"], asked["risk"], asked["impact"], *asked["undo"]):
            assert told in text
        async with sandbox.client.session.get(url, headers={"Accept": "application/json"}) as answer:
            assert (await answer.json())["plan"]["fingerprint"] == asked["fingerprint"]


async def test_of_many_that_decide_at_once_one_does(sandbox_of: Make) -> None:
    async with waiting(sandbox_of) as (sandbox, name, url):
        wanted = ["approve", "decline"] * 4
        answers = await asyncio.gather(*(post(sandbox, url, each) for each in wanted))
        assert Counter(status for status, _ in answers) == {HTTPStatus.ACCEPTED: 1, HTTPStatus.CONFLICT: 7}
        stands = next(each for each, (status, _) in zip(wanted, answers, strict=True) if status == HTTPStatus.ACCEPTED)
        told = "approved" if stands == "approve" else "declined"
        assert all(f"This plan was {told} by" in text for status, text in answers if status == HTTPStatus.CONFLICT)
        incident = await sandbox.client.wait_for_end(name, 60)
        assert incident["approvals"][0]["state"] == told
        assert incident["approvals"][0]["decidedBy"] == "the bearer of the link"
        assert incident["approvals"][0]["decidedAt"]
        status, text = await post(sandbox, url, "approve")
        assert (status, told in text) == (HTTPStatus.CONFLICT, True)


async def test_a_name_that_anybody_can_send_is_not_recorded(sandbox_of: Make) -> None:
    async with waiting(sandbox_of) as (sandbox, name, url):
        header = {"X-MS-CLIENT-PRINCIPAL-NAME": "the-boss@example.com"}
        status, _ = await post(sandbox, url, "decline", **header)
        assert status == HTTPStatus.ACCEPTED
        incident = await sandbox.client.wait_for_end(name, 60)
        assert incident["approvals"][0]["decidedBy"] == "the bearer of the link"
        assert incident["summary"].startswith("the bearer of the link declined")


async def test_whom_the_platform_has_signed_in_is_recorded(sandbox_of: Make) -> None:
    async with waiting(sandbox_of, WEBSITE_AUTH_ENABLED="True") as (sandbox, name, url):
        header = {"X-MS-CLIENT-PRINCIPAL-NAME": "operator@example.com", "X-MS-CLIENT-PRINCIPAL-ID": "7"}
        status, text = await post(sandbox, url, "decline", **header, **HTML)
        assert (status, "operator@example.com" in text) == (HTTPStatus.ACCEPTED, True)
        incident = await sandbox.client.wait_for_end(name, 60)
        assert incident["approvals"][0]["decidedBy"] == "operator@example.com"


async def test_a_link_whose_time_is_over_decides_nothing(sandbox_of: Make) -> None:
    async with sandbox_of(replace(scenarios.load("points-not-in-vault"), decision=None)) as sandbox:
        name = await deliver(sandbox)
        incident = await sandbox.client.wait_for_end(name, 90)
        assert incident["outcome"] == "expired"
        url = str(sandbox.inbox.requests[-1].message["data"]["decisionUrl"])
        status, text = await post(sandbox, url, "approve")
        assert (status, "Nobody decided in time" in text) == (HTTPStatus.GONE, True)
        assert (await sandbox.client.incident(name))["approvals"][0]["state"] == "expired"
