"""What the switch and the metrics tell of the whole app after an incident."""

from http import HTTPStatus

import aiohttp

from sandbox import scenario as scenarios
from sandbox.play import deliver
from tests.scenarios.conftest import Make

_LIMITS = {
    "concurrentIncidents",
    "destructivePerHour",
    "startsPerHour",
    "jobReadsPerHour",
    "attemptsPerWindow",
    "attemptWindowHours",
    "backoffMinutes",
    "remediationPauseHours",
}


async def test_counts_and_limits_can_be_read_at_the_switch_and_as_metrics(sandbox_of: Make) -> None:
    async with sandbox_of(scenarios.load("read-only")) as sandbox:
        switch, metrics = (f"{sandbox.functions_url}/api/{name}" for name in ("switch", "metrics"))
        async with sandbox.client.session.get(switch) as answer:
            nothing = await answer.json()
        assert (nothing["open"], nothing["ended"], nothing["refusals"]) == (0, {}, {})
        await sandbox.client.wait_for_end(await deliver(sandbox), 60)
        async with sandbox.client.session.get(switch) as answer:
            told = await answer.json()
        assert (told["paused"], told["open"], told["changes"]) == (False, 0, [])
        assert (told["ended"], told["reasons"], told["refusals"]) == ({"observed": 1}, {"ReadOnly": 1}, {})
        assert list(told["turnsUntil"]) == [sandbox.cloud.world.spec.subscription.lower()]
        assert set(told["limits"]) == _LIMITS
        assert told["limits"] == nothing["limits"]
        assert all(isinstance(value, int | float) for value in told["limits"].values())
        async with sandbox.client.session.get(metrics) as answer:
            text, kind = await answer.text(), answer.headers["Content-Type"]
        assert kind == "application/openmetrics-text; version=1.0.0; charset=utf-8"
        assert text.endswith("# EOF\n")
        lines = text.splitlines()
        assert 'responder_incidents_ended_total{outcome="observed"} 1' in lines
        assert 'responder_incident_reasons_total{reason="ReadOnly"} 1' in lines
        assert {"responder_paused 0", "responder_incidents_open 0"} <= set(lines)
        async with aiohttp.ClientSession() as stranger, stranger.get(metrics) as answer:
            assert answer.status == HTTPStatus.UNAUTHORIZED
