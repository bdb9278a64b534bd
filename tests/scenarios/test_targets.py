"""Several receivers at once over HTTP: formats, filters, a topic of Event Grid, and a storm folded into one message."""

import asyncio
import json
from typing import Any

from msgspec.structs import replace
from standardwebhooks import Webhook

from sandbox import scenario as scenarios
from sandbox.runner import Sandbox
from sandbox.scenario import InboxFault, Scenario
from tests.scenarios.conftest import Make

RESULT = "BackupResponder.Incident.Unrecognised"


def told(*targets: dict[str, Any], base: str = "unknown-payload", **more: Any) -> Scenario:
    return replace(scenarios.load(base), settings={"RESPONDER_TARGETS": json.dumps(targets)}, **more)


def hook(name: str, form: str = "json", **more: Any) -> dict[str, Any]:
    secret = {"secret": "{secret}"} if form == "json" else {}
    return {"name": name, "format": form, "url": f"{{inbox}}/{name}", **secret, **more}


TOPIC = {"name": "topic", "format": "event-grid", "url": "{topic}"}


async def ended(sandbox: Sandbox, *bodies: object) -> list[dict[str, Any]]:
    answers = [await sandbox.client.post_alert(body) for body in bodies]
    names = [entry["id"] for answer in answers for entry in answer["incidents"]]
    return list(await asyncio.gather(*(sandbox.client.wait_for_end(name, 60) for name in names)))


async def test_every_target_gets_the_result_in_its_own_format(sandbox_of: Make) -> None:
    async with sandbox_of(told(hook("second"), hook("teams", "teams"), TOPIC)) as sandbox:
        (incident,) = await ended(sandbox, {"unheard": "of"})
        states = {entry["target"]: entry["state"] for entry in incident["deliveries"]}
        assert states == dict.fromkeys(["webhook", "second", "teams", "topic"], "delivered")
        (first,), (second,) = sandbox.inbox.at("report"), sandbox.inbox.at("second")
        assert first.body == second.body
        assert Webhook(sandbox.secret).verify(second.body.encode(), second.headers)["data"]["id"] == incident["id"]
        (card,) = sandbox.inbox.at("teams")
        assert card.message["attachments"][0]["content"]["version"] == "1.5"
        assert "webhook-signature" not in card.headers
        (event,) = sandbox.topic.events
        assert (event["type"], event["subject"]) == (RESULT, f"incidents/{incident['id']}")
        assert (event["id"], event["data"]["id"]) == (f"msg_{incident['id']}", incident["id"])
        assert event["source"] == sandbox.functions_url


async def test_a_filter_keeps_from_a_target_what_it_does_not_want(sandbox_of: Make) -> None:
    wanted = hook("wanted", outcomes=["unrecognised"])
    others = [
        hook("good", outcomes=["resolved"]),
        hook("place", vaults=["rsv-prod-weu-01"]),
        hook("tag", tags={"a": "*"}),
    ]
    async with sandbox_of(told(wanted, *others)) as sandbox:
        (incident,) = await ended(sandbox, {"unheard": "of"})
        assert [entry["target"] for entry in incident["deliveries"]] == ["webhook", "wanted"]
        assert [len(sandbox.inbox.at(name)) for name in ("wanted", "good", "place", "tag")] == [1, 0, 0, 0]


async def test_a_topic_that_refuses_at_first_gets_it_later_and_holds_up_nobody(sandbox_of: Make) -> None:
    faults = [InboxFault(status=403, times=2), InboxFault(status=503, times=1)]
    async with sandbox_of(told(TOPIC, topic=faults)) as sandbox:
        (incident,) = await ended(sandbox, {"unheard": "of"})
        attempts = {entry["target"]: (entry["state"], entry["attempts"]) for entry in incident["deliveries"]}
        assert attempts == {"webhook": ("delivered", 1), "topic": ("delivered", 4)}
        assert len(sandbox.topic.events) == 1


async def test_a_storm_is_one_message(sandbox_of: Make) -> None:
    rule = {"after": 2, "minutes": 30}
    folded = [hook("ops", digest=rule), hook("teams", "teams", digest=rule), TOPIC | {"digest": rule}]
    async with sandbox_of(told(*folded)) as sandbox:
        incidents = await ended(sandbox, *({"unheard": number} for number in range(9)))
        for _ in range(400):
            if len(sandbox.topic.events) == 3 and len(sandbox.inbox.at("teams")) == 3:
                break
            await asyncio.sleep(0.05)
        singles, digest = sandbox.inbox.at("ops")[:-1], sandbox.inbox.at("ops")[-1].message
        assert [entry.message["type"] for entry in singles] == ["backup.incident.unrecognised"] * 2
        assert (digest["type"], digest["data"]["counts"]) == ("backup.incidents.digest", {"unrecognised": 7})
        named = {entry["id"] for entry in digest["data"]["incidents"]} | {
            entry.message["data"]["id"] for entry in singles
        }
        assert named == {incident["id"] for incident in incidents}
        assert [event["type"] for event in sandbox.topic.events] == [RESULT, RESULT, "BackupResponder.Incidents.Digest"]
        assert len(sandbox.inbox.at("teams")) == 3
        assert len(sandbox.inbox.reports) == 9
        collected = [entry["state"] for incident in incidents for entry in incident["deliveries"]].count("collected")
        assert collected == 3 * 7


async def test_only_a_signed_link_in_a_request_and_none_in_a_topic(sandbox_of: Make) -> None:
    targets = hook("teams", "teams"), TOPIC
    scenario = told(*targets, base="approved-deletion")
    async with sandbox_of(scenario) as sandbox:
        from sandbox.play import play

        incident = await play(sandbox, lambda _: None)
        assert incident["outcome"] == "resolved"
        request, result = sandbox.inbox.at("teams")
        links = [action["url"] for action in request.message["attachments"][0]["content"]["actions"]]
        assert any("/decision?token=" in link for link in links)
        assert "token=" not in result.body
        assert [event["type"] for event in sandbox.topic.events] == ["BackupResponder.Incident.Resolved"]
        assert "token=" not in json.dumps(sandbox.topic.events)
