"""A receiver that fails for an hour, in every way: no report is lost, none arrives twice, people see and mend it."""

import asyncio
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import pytest
from msgspec.structs import replace

from sandbox import scenario as scenarios
from sandbox.runner import Sandbox
from sandbox.scenario import InboxFault, Scenario
from tests.scenarios.conftest import START, Make

INCIDENTS = 3
MANY = 11  # with the first one more than a redelivery posts before it begins anew
HOUR = 60.0
OUTAGES = {
    "500": [InboxFault(status=500, for_minutes=HOUR)],
    "429": [InboxFault(status=429, retry_after=600, for_minutes=HOUR)],
    "429-in-200": [InboxFault(mood="throttled-in-200", for_minutes=HOUR)],
    "refused": [InboxFault(mood="closed", for_minutes=HOUR)],
    "time-out": [InboxFault(mood="silent", for_minutes=HOUR)],
    "drip": [InboxFault(mood="drip", status=503, for_minutes=HOUR)],
}

SLOW = {"time-out", "drip"}  # each attempt takes a real second, and those of several incidents do not overlap


def _failing(faults: list[InboxFault]) -> Scenario:
    """Incidents that end at once, so that their reports meet the outage from its beginning to its end."""
    return replace(scenarios.load("unknown-payload"), inbox=faults, settings={"RESPONDER_WEBHOOK_SECONDS": "1"})


async def _incidents(sandbox: Sandbox, count: int = INCIDENTS) -> list[dict[str, Any]]:
    answers = [await sandbox.client.post_alert({"unheard": number, "of": "x"}) for number in range(count)]
    names = [entry["id"] for answer in answers for entry in answer["incidents"]]
    return list(await asyncio.gather(*(sandbox.client.wait_for_end(name, 60) for name in names)))


async def _deliveries(sandbox: Sandbox, wish: object = None) -> tuple[int, dict[str, Any]]:
    method = "POST" if wish else "GET"
    url = f"{sandbox.functions_url}/api/deliveries"
    async with sandbox.client.session.request(method, url, json=wish) as answer:
        return answer.status, await answer.json()


async def _settled(sandbox: Sandbox) -> dict[str, Any]:
    """The target once its redelivery has ended."""
    for _ in range(200):
        (target,) = (await _deliveries(sandbox))[1]["targets"]
        if target["redelivery"] and not target["redelivery"]["running"]:
            return dict(target)
        await asyncio.sleep(0.05)
    raise AssertionError("the redelivery does not end")


def _arrived(sandbox: Sandbox) -> list[str]:
    """Incidents whose reports were taken, as often as they were."""
    return sorted(entry.message["data"]["id"] for entry in sandbox.inbox.reports for _ in range(entry.taken))


@pytest.mark.parametrize("outage", OUTAGES)
async def test_no_report_is_lost_and_none_arrives_twice(outage: str, sandbox_of: Make) -> None:
    async with sandbox_of(_failing(OUTAGES[outage])) as sandbox:
        incidents = await _incidents(sandbox, 1 if outage in SLOW else INCIDENTS)
        assert _arrived(sandbox) == sorted(incident["id"] for incident in incidents)
        assert {entry.headers["webhook-id"] for entry in sandbox.inbox.reports} == {
            f"msg_{incident['id']}" for incident in incidents
        }
        for incident in incidents:
            reported = incident["reported"]
            assert (reported["state"], reported["status"]) == ("delivered", 202)
            assert reported["attempts"] > 3
            assert datetime.fromisoformat(reported["at"]) > START + timedelta(minutes=HOUR)
        (target,) = (await _deliveries(sandbox))[1]["targets"]
        assert (target["state"], target["undelivered"]["count"]) == ("enabled", 0)


async def test_what_a_dripping_receiver_has_taken_comes_again_under_the_same_id(sandbox_of: Make) -> None:
    async with sandbox_of(_failing([InboxFault(mood="drip", times=INCIDENTS)])) as sandbox:
        incidents = await _incidents(sandbox)
        assert {incident["reported"]["attempts"] for incident in incidents} == {2}
        assert [entry.taken for entry in sandbox.inbox.reports] == [2] * INCIDENTS


async def test_a_receiver_that_is_gone_gets_nothing_until_a_person_enables_it(sandbox_of: Make) -> None:
    async with sandbox_of(_failing([InboxFault(status=410, times=1)])) as sandbox:
        (gone,) = (await sandbox.client.post_alert({"the": "first"}))["incidents"]
        assert (await sandbox.client.wait_for_end(gone["id"], 30))["reported"]["state"] == "gone"
        incidents = await _incidents(sandbox, MANY)
        assert {incident["reported"]["state"] for incident in incidents} == {"disabled"}
        assert sandbox.inbox.received == []
        (target,) = (await _deliveries(sandbox))[1]["targets"]
        assert (target["state"], target["disabled"]["by"], target["undelivered"]["count"]) == (
            *("disabled", gone["id"]),
            1 + MANY,
        )
        assert sandbox.inbox_url not in str(target)
        status, body = await _deliveries(sandbox, {"redeliver": "all"})
        assert (status, body["error"]["code"]) == (HTTPStatus.CONFLICT, "TargetDisabled")
        status, body = await _deliveries(sandbox, {"redeliver": "all", "enable": True})
        assert (status, len(body["redelivering"])) == (HTTPStatus.ACCEPTED, 1 + MANY)
        target = await _settled(sandbox)
        assert target["redelivery"] == {
            "running": False,
            "delivered": 1 + MANY,
            "refused": 0,
            "left": 0,
            "stopped": None,
        }
        assert (target["state"], target["undelivered"]["count"]) == ("enabled", 0)
        assert _arrived(sandbox) == sorted([gone["id"], *(incident["id"] for incident in incidents)])
        assert (await sandbox.client.incident(gone["id"]))["reported"]["state"] == "delivered"


async def test_a_refused_result_is_kept_and_can_be_posted_again(sandbox_of: Make) -> None:
    async with sandbox_of(_failing([InboxFault(status=404, times=INCIDENTS + 1)])) as sandbox:
        names = [incident["id"] for incident in await _incidents(sandbox)]
        (target,) = (await _deliveries(sandbox))[1]["targets"]
        listed = {entry["id"]: entry for entry in target["undelivered"]["results"]}
        assert sorted(listed) == sorted(names)
        assert {(entry["state"], entry["status"], entry["outcome"]) for entry in listed.values()} == {
            ("refused", 404, "unrecognised")
        }
        status, body = await _deliveries(sandbox, {"redeliver": ["inc-unknown"]})
        assert (status, body["error"]["code"]) == (HTTPStatus.NOT_FOUND, "NotListed")
        status, body = await _deliveries(sandbox, {"redeliver": "some", "with": 1})
        assert (status, len(body["error"]["reasons"])) == (HTTPStatus.BAD_REQUEST, 2)
        assert (await _deliveries(sandbox, {"redeliver": names[:2]}))[0] == HTTPStatus.ACCEPTED
        target = await _settled(sandbox)
        assert (target["redelivery"]["delivered"], target["redelivery"]["refused"]) == (1, 1)
        assert {(entry["id"], entry["attempts"]) for entry in target["undelivered"]["results"]} == {
            *((names[0], 2), (names[2], 1)),
        }
        assert _arrived(sandbox) == [names[1]]
