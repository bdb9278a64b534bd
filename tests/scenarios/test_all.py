"""Every scenario ends as its file says: outcome, changing requests, reports, playbooks.

``PLAY=few`` plays one for each playbook, and one for each way to end.
"""

import json
import os

import jsonschema
import pytest
from standardwebhooks import Webhook

from responder import schema
from sandbox import scenario as scenarios
from sandbox.play import play
from sandbox.runner import Sandbox
from sandbox.verdict import problems
from tests.scenarios.conftest import Make

FRESH = {scenarios.DEFAULT, *scenarios.names()[::40]}
"""Played with a host that is a fresh process."""


def chosen() -> list[str]:
    """The scenarios to play."""
    names = scenarios.names()
    if os.environ.get("PLAY") != "few":
        return names
    return sorted({name for kind in (_playbook, _end) for name in {kind(name): name for name in names[::-1]}.values()})


def _playbook(name: str) -> str | None:
    followed = scenarios.load(name).expect.playbooks
    return followed[-1] if followed else None


def _end(name: str) -> tuple[str, str | None]:
    scenario = scenarios.load(name)
    return scenario.outcome, scenario.reason


@pytest.mark.parametrize("name", chosen())
async def test_a_scenario(name: str, sandbox_of: Make) -> None:
    scenario = scenarios.load(name)
    async with sandbox_of(scenario, fresh=name in FRESH) as sandbox:
        incident = await play(sandbox, lambda _: None)
        assert problems(scenario, incident, sandbox.cloud, sandbox.inbox) == []
        _the_report_is_the_incident(sandbox, incident)


def _the_report_is_the_incident(sandbox: Sandbox, incident: dict[str, object]) -> None:
    (report,) = [entry for entry in sandbox.inbox.reports if entry.message["data"]["id"] == incident["id"]]
    body = json.loads(report.body)
    Webhook(sandbox.secret).verify(report.body, report.headers)
    jsonschema.validate(body, schema.message_schema())
    assert body["type"] == f"backup.incident.{incident['outcome']}"
    assert body["data"] == {**incident, "reported": None, "deliveries": []}
