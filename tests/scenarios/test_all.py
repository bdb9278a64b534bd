"""Every scenario ends as its file says: outcome, changing requests, reports, playbooks."""

import json
from collections.abc import Callable
from itertools import pairwise

import jsonschema
import pytest
from standardwebhooks import Webhook

from responder import schema
from sandbox import scenario as scenarios
from sandbox.play import play
from sandbox.runner import Sandbox
from sandbox.scenario import Scenario
from sandbox.verdict import problems


@pytest.mark.parametrize("name", scenarios.names())
async def test_a_scenario(name: str, sandbox_of: Callable[[Scenario], Sandbox]) -> None:
    scenario = scenarios.load(name)
    async with sandbox_of(scenario) as sandbox:
        incident = await play(sandbox, lambda _: None)
        assert problems(scenario, incident, sandbox.cloud.mutations, sandbox.inbox) == []
        _no_two_jobs_ran_together(sandbox)
        _the_report_is_the_incident(sandbox, incident)


def _no_two_jobs_ran_together(sandbox: Sandbox) -> None:
    """By the simulator's own record of the VM's jobs."""
    spans = sorted(
        (job.started, job.ends) for job in sandbox.cloud.world.jobs if job.item is sandbox.cloud.world.subject
    )
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))


def _the_report_is_the_incident(sandbox: Sandbox, incident: dict[str, object]) -> None:
    (report,) = sandbox.inbox.reports
    body = json.loads(report.body)
    Webhook(sandbox.secret).verify(report.body, report.headers)
    jsonschema.validate(body, schema.message_schema())
    assert body["type"] == f"backup.incident.{incident['outcome']}"
    assert body["data"] == {**incident, "reported": None}
