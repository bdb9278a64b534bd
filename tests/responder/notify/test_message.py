from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema
import pytest

from responder import schema
from responder.incident import Approval, Evidence, FailedBackup, Finding, Incident, Outcome, Verdict
from responder.notify.digest import fold, row
from responder.notify.message import Message, approval_request, digest, report
from responder.wire import typed

AT = datetime(2026, 11, 2, 4, 30, tzinfo=UTC)


def incident(**fields: object) -> Incident:
    ended: dict[str, Any] = {"state": "ended", "outcome": Outcome.RESOLVED, "ended_at": AT} | fields
    return Incident(
        id="inc-1",
        failure=FailedBackup(source="builtin-alert", message="see https://x.example/?sig=abcdef"),
        opened_at=datetime(2026, 11, 2, 1, 15, tzinfo=UTC),
        findings=[
            Finding(
                cause="lock",
                check="locks",
                verdict=Verdict.CONFIRMED,
                summary="A lock",
                evidence=[Evidence(what="lock", value={"level": "CanNotDelete"}, source="/subscriptions/x")],
                at=AT,
            )
        ],
        **ended,
    )


def test_a_report_has_type_time_and_incident() -> None:
    message = report(incident())
    assert message["type"] == "backup.incident.resolved"
    assert message["timestamp"] == "2026-11-02T04:30:00Z"
    assert message["data"]["id"] == "inc-1"
    assert typed(message, Message).data.findings[0].evidence[0].value == {"level": "CanNotDelete"}


@pytest.mark.parametrize("outcome", Outcome)
def test_each_outcome_has_its_type(outcome: Outcome) -> None:
    assert report(incident(outcome=outcome))["type"] == f"backup.incident.{outcome.value}"


@pytest.mark.parametrize("missing", ["outcome", "ended_at"])
def test_no_report_of_what_has_not_ended(missing: str) -> None:
    with pytest.raises(ValueError, match="inc-1 has not ended"):
        report(incident(**{missing: None}))


def test_a_report_holds_no_secret() -> None:
    assert report(incident())["data"]["failure"]["message"] == "see https://x.example/?sig=***"


def test_an_approval_request_shows_the_plan_and_keeps_its_link() -> None:
    approval = Approval(
        event="decision-1",
        fingerprint="f",
        asked_at=AT,
        expires_at=AT + timedelta(days=1),
        changes=["Delete 18 points"],
    )
    url = "https://app.example/api/incidents/inc-1/decision?token=abc.def"
    message = approval_request(incident(outcome=None, ended_at=None, state="approval", approvals=[approval]), url)
    assert (message["type"], message["timestamp"]) == ("backup.approval.requested", "2026-11-02T04:30:00Z")
    assert message["data"]["decisionUrl"] == url
    assert message["data"]["expiresAt"] == "2026-11-03T04:30:00Z"
    assert message["data"]["plan"] == ["Delete 18 points"]
    assert message["data"]["incident"]["failure"]["message"].endswith("sig=***")


def _nodes(node: object) -> list[dict[str, Any]]:
    if isinstance(node, dict):
        return [node, *(inner for member in node.values() for inner in _nodes(member))]
    return [inner for entry in node for inner in _nodes(entry)] if isinstance(node, list) else []


@pytest.mark.parametrize("name", schema.MESSAGES)
def test_the_schema_suits_a_logic_apps_request_trigger(name: str) -> None:
    nodes = _nodes(schema.message_schema(name))
    assert not any({"$ref", "$defs", "anyOf", "oneOf"} & node.keys() for node in nodes)


def test_what_may_be_missing_may_be_null() -> None:
    outcome = schema.message_schema()["properties"]["data"]["properties"]["outcome"]
    assert outcome["type"] == ["string", "null"]
    assert None in outcome["enum"]


@pytest.mark.parametrize("name", schema.MESSAGES)
def test_the_schema_file_is_fresh(name: str) -> None:
    assert schema.file(name).read_text() == schema.text(name), "run: python -m responder.schema"


def test_every_message_fits_its_schema() -> None:
    asked = Approval(event="decision-1", fingerprint="f", asked_at=AT, expires_at=AT, changes=["Delete 18 points"])
    waiting = incident(outcome=None, ended_at=None, state="waiting-for-approval", approvals=[asked])
    told = {
        "incident": report(incident()),
        "approval": approval_request(waiting, "https://app.example/decision?token=t"),
        "digest": digest(fold("dig-1", [row(incident())])),
    }
    for name, message in told.items():
        jsonschema.validate(message, schema.message_schema(name))
