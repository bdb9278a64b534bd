"""What the log says: every line names its incident, each change is told once, a replay in silence, secrets never."""

import json
import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from handlers import delivering
from handlers.boundary import answer
from handlers.entities import Grant, Request
from handlers.logbook import Logbook
from handlers.messages import Answer, Deliver, Examine
from handlers.story import Story
from playbooks.fixes import Change
from responder import logs
from responder.errors import Forbidden, Throttled
from responder.guards import Refusal
from responder.incident import ActionState, Approval, Outcome, Reported, Risk
from responder.notify.webhook import Delivery, DeliveryState
from responder.wire import record, typed
from tests.handlers.flows import FAILURE, START, FakeContext, drive, hops
from tests.handlers.test_boundary import ASK
from tests.sources import ROOT

SECRETS = (
    "https://prod.logic.azure.com/run?sig=s3cr3tSignature01",
    "https://responder.example/api/incidents/inc-1/decision?token=s3cr3tDecision1",
    "Authorization: Bearer s3cr3tBearer0123456789",
    "AccountKey=s3cr3tAccountKey==;",
    "whsec_s3cr3tWebhook0123456789",
    '{"x-functions-key": "s3cr3tFunctionKey01"}',  # its quotes are escaped where it is a field
)


def told(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """The fields of all events, as a query finds them: what stands between the first and the last brace."""
    return [json.loads(text[text.index("{") :]) for text in caplog.messages if "{" in text]


@pytest.fixture(autouse=True)
def every_level(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.INFO, "responder"):
        yield


def test_an_event_begins_with_its_incident_and_ends_with_its_fields(caplog: pytest.LogCaptureFixture) -> None:
    with logs.about(incident="inc-1", vault="/v"):
        logs.event("waiting", state="backing-off", until=START, why=None, reasons=[])
    (line,) = caplog.messages
    assert line.startswith('inc-1 waiting {"event":"waiting",')
    assert told(caplog) == [
        {
            "event": "waiting",
            "incident": "inc-1",
            "vault": "/v",
            "state": "backing-off",
            "until": "2026-10-06T01:00:00Z",
        }
    ]


def test_outside_of_an_incident_nothing_is_put_in_front(caplog: pytest.LogCaptureFixture) -> None:
    with logs.about(incident="inc-1"):
        pass
    logs.LOG.warning("sweep: %s", "nothing")
    assert caplog.messages == ["sweep: nothing"]  # queries look for that beginning


@pytest.mark.parametrize("secret", SECRETS)
def test_no_secret_is_logged_whichever_way_it_comes(secret: str, caplog: pytest.LogCaptureFixture) -> None:
    logs.event("change", reason=secret, verdicts={"cause": secret})
    logs.LOG.warning("told %s", secret)
    logs.LOG.error("activity failed", exc_info=ValueError(secret))
    assert len(caplog.records) == 3
    assert "ValueError" in caplog.text
    assert "s3cr3t" not in caplog.text
    assert told(caplog)  # the fields are JSON still


def test_a_long_answer_of_azure_is_cut(caplog: pytest.LogCaptureFixture) -> None:
    logs.event("trouble", why="x" * 5000)
    assert len(caplog.messages[0]) < 400


def _ask(error: Exception, payload: object) -> Answer:
    def work(_: Examine) -> object:
        raise error

    return typed(answer(payload, Examine, work), Answer)


def test_throttling_names_the_api_and_the_seconds(caplog: pytest.LogCaptureFixture) -> None:
    _ask(
        Throttled("slow down", retry_after_seconds=324, status=429, path="GET /backupJobs"),
        ASK | {"incidentId": "inc-7"},
    )
    (fields,) = told(caplog)
    assert fields == {
        "event": "throttled",
        "incident": "inc-7",
        "operation": "Examine",
        "api": "GET /backupJobs",
        "status": 429,
        "seconds": 324,
    }
    assert caplog.records[0].levelno == logging.WARNING


def test_a_missing_right_and_a_bug_are_told_with_the_incident(caplog: pytest.LogCaptureFixture) -> None:
    asked = ASK | {"incidentId": "inc-7"}
    _ask(Forbidden("no", action="Microsoft.Authorization/locks/delete", scope="/s/g", status=403), asked)
    _ask(KeyError("x"), asked)
    (fields,) = told(caplog)
    assert (fields["event"], fields["kind"]) == ("trouble", "Forbidden")
    assert fields["action"] == "Microsoft.Authorization/locks/delete"
    assert caplog.messages[1] == "inc-7 activity failed"


def test_what_an_older_version_asked_for_is_answered_without_an_incident(caplog: pytest.LogCaptureFixture) -> None:
    _ask(Throttled("slow down", status=429), ASK)
    assert "incident" not in told(caplog)[0]


def test_an_activity_is_told_for_whom_it_works() -> None:
    context = FakeContext()
    asked: list[Any] = []

    def reply(task: Any) -> Any:
        asked.append(task.payload)
        return record(Answer(value={}))

    drive(context, hops(context, "inc-7").ask("examine", typed(ASK, Examine), dict[str, Any]), reply)
    assert asked[0]["incidentId"] == "inc-7"


def _story() -> Story:
    return Story("inc-1", FAILURE, START)


CHANGE = Change(target="/locks/l", risk=Risk.SAFE, summary="Delete the lock")


def test_each_change_of_an_incident_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    story, book = _story(), Logbook()

    def follow(hours: float = 0) -> None:
        book.follow(story.incident, START + timedelta(hours=hours), replaying=False)

    follow()
    index = story.act("remove-locks", CHANGE, START)
    follow()
    story.acted(index, state=ActionState.REFUSED, reason="ForeignLock: not ours")
    follow()
    follow()
    retry = story.retry("check", START)
    follow()
    story.retried(retry, state="Completed", job_id="job-2", started_at=START + timedelta(minutes=1))
    follow()
    approval = Approval(event="d-1", fingerprint="f", asked_at=START, expires_at=START, changes=[], fix="restart-vm")
    story.ask(approval)
    follow()
    story.decided("approved", "ann@example.com", START)
    follow()
    story.end(Outcome.RESOLVED, None, "fine", START)
    follow()
    reported = Reported(state="given-up", attempts=9, at=START, target="ops")
    story.reported(reported, [reported])
    follow()
    follow()
    seen = [(entry["event"], entry.get("state")) for entry in told(caplog)]
    assert seen == [
        ("accepted", None),
        ("change", "planned"),
        ("change", "refused"),
        ("backup", "requested"),
        ("backup", "Completed"),
        ("decision", "waiting"),
        ("decision", "approved"),
        ("ended", None),
        ("delivery", "given-up"),
    ]
    assert {entry["incident"] for entry in told(caplog)} == {"inc-1"}
    grave = [entry["event"] for entry, line in zip(told(caplog), caplog.records, strict=True) if line.levelno > 20]
    assert grave == ["change", "delivery"]
    assert "ann@example.com" not in caplog.text  # who decided is in the incident


def test_a_wait_that_grows_little_by_little_is_told_every_hour(caplog: pytest.LogCaptureFixture) -> None:
    story, book = _story(), Logbook()
    for quarter in range(9):
        now = START + timedelta(minutes=15 * quarter)
        story.wait("waiting-for-permit", "Paused", now, now + timedelta(minutes=15))
        book.follow(story.incident, now, replaying=False)
        story.step("planning")
    waits = [entry["until"] for entry in told(caplog) if entry["event"] == "waiting"]
    assert waits == ["2026-10-06T01:15:00Z", "2026-10-06T02:15:00Z", "2026-10-06T03:15:00Z"]


def test_an_incident_in_which_nothing_changes_gives_a_sign_every_hour(caplog: pytest.LogCaptureFixture) -> None:
    story, book = _story(), Logbook()
    for half in range(5):
        book.follow(story.incident, START + timedelta(minutes=30 * half), replaying=False)
    assert [entry["event"] for entry in told(caplog)] == ["accepted", "at", "at"]


def test_a_replay_is_followed_in_silence_and_what_comes_after_it_is_told(caplog: pytest.LogCaptureFixture) -> None:
    story, book = _story(), Logbook()
    book.follow(story.incident, START, replaying=True)
    index = story.act("remove-locks", CHANGE, START)
    book.follow(story.incident, START, replaying=True)
    assert caplog.messages == []
    story.acted(index, state=ActionState.DONE)
    book.follow(story.incident, START, replaying=False)
    assert [(entry["event"], entry["state"]) for entry in told(caplog)] == [("change", "done")]


@pytest.mark.parametrize("replaying, lines", [(False, ["refused", "accepted"]), (True, [])])
def test_a_refusal_is_told_once(replaying: bool, lines: list[str], caplog: pytest.LogCaptureFixture) -> None:
    context = FakeContext()
    context.is_replaying = replaying
    ours = hops(context)
    no = record(Grant(refused=Refusal(reason="Paused", text="stopped")))
    for _ in range(2):
        drive(context, ours.grant("governor", "app", "permit", _request()), lambda _: no)
    assert sorted(entry["event"] for entry in told(caplog)) == sorted(lines)


@pytest.mark.parametrize("name, events", [("inc-1", ["accepted"]), ("digest-ops-1", []), ("redelivery-ops", [])])
def test_the_runs_of_digests_and_redeliveries_are_no_incidents(
    name: str, events: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    hops(FakeContext(), name).log()
    assert [entry["event"] for entry in told(caplog)] == events


def _request() -> Request:
    return Request(incident="inc-1", now=START)


@pytest.mark.parametrize("state, level", [(DeliveryState.DELIVERED, 20), (DeliveryState.RETRY, 30)])
def test_an_attempt_to_deliver_names_the_target_and_never_its_address(
    state: DeliveryState, level: int, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = Delivery(state=state, status=503, detail="HTTP 503 of https://x.example/?sig=s3cr3tSig", address="hash")
    monkeypatch.setattr(delivering, "_deliver", lambda _: tried)
    incident = replace(_story().incident, outcome=Outcome.RESOLVED)
    ask = Deliver(incident=incident, now=START, target="ops")
    delivering.deliver(record(ask) | {"incidentId": "inc-1"})
    (fields,) = told(caplog)
    assert (fields["event"], fields["target"], fields["state"]) == ("attempt", "ops", str(state))
    assert caplog.records[0].levelno == level
    assert not {"address", "hash", "s3cr3tSig"} & set(json.dumps(fields).replace('"', " ").split())
    assert "s3cr3t" not in caplog.text


def _text(*folders: str) -> str:
    return "".join(path.read_text() for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))


def test_every_event_is_explained() -> None:
    code = _text("handlers")
    events = set(re.findall(r'(?:\bLine|logs\.event|\.note)\(\s*"([\w-]+)"', code)) | {"throttled", "unavailable"}
    page = (ROOT / "docs" / "observability.md").read_text()
    assert len(events) >= 14
    assert {event for event in events if f"`{event}`" not in page} == set()


def test_every_reason_is_explained_to_whoever_is_called() -> None:
    code = _text("handlers", "playbooks", "responder")
    begins = r"Refusal\(\s*reason=|needs_human\(\s*|_stopped\(\s*|Ended\(Outcome\.\w+, |Stop\(outcome=[\w.]+, reason="
    told = set(re.findall(rf'\b(?:{begins})"(\w+)"', code))
    catalogue = "".join(path.read_text() for path in (ROOT / "playbooks" / "catalogue").glob("*.yaml"))
    told |= set(re.findall(r"\breason: ([A-Z]\w+)", catalogue))
    page = (ROOT / "docs" / "on-call.md").read_text()
    assert len(told) > 50
    assert {name for name in told if f"`{name}`" not in page} == set()
