"""Random worlds and failures: the app never does what a careful administrator would not allow, and always ends.

``SAFETY_WORLDS`` is how many worlds are drawn in all, over shards of which each has a seed of its own; ``SAFETY_SEED``
is the first shard's, a number or ``random``. The summary of the run prints seeds and what came up.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, seed, settings

from handlers import activities
from sandbox.arm import build_world, serve
from sandbox.arm.tokens import DIAGNOSE, REMEDIATE
from sandbox.clock import Clock
from tests.responder.azure.background import background_loop, stop
from tests.responder.azure.conftest import hang_up, settings_for
from tests.safety.corners import CORNERS, USUAL
from tests.safety.lab import Lab
from tests.safety.oracle import violations
from tests.safety.summary import SHARDS, base_seed, worlds_wanted
from tests.safety.witness import Witness
from tests.safety.worlds import trials

START = datetime(2026, 10, 6, 1, 0, tzinfo=UTC)


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    clock = Clock.create(tmp_path / "clock", start=START)
    cloud = Witness(build_world({}, clock.now()), clock)
    with background_loop() as run:
        servers = run(serve(cloud, tmp_path))
        monkeypatch.setenv("IDENTITY_ENDPOINT", servers.identity_endpoint)
        monkeypatch.setenv("IDENTITY_HEADER", servers.identity_header)
        scope = f"/subscriptions/{cloud.world.spec.subscription}"
        both = {"RESPONDER_CLIENT_ID": DIAGNOSE.client_id, "RESPONDER_REMEDIATE_CLIENT_ID": REMEDIATE.client_id}
        app = settings_for(servers.arm_url, servers.ca_path, RESPONDER_SCOPE=scope, **both)
        used = Lab(cloud, app)
        monkeypatch.setattr(activities, "configured", lambda: used.used)
        yield used
        hang_up(app)
        run(stop(servers.runners))
    clock.close()


def drawn(shard: int, body: Callable[[dict[str, Any]], None]) -> Callable[[], None]:
    """The shard's worlds, the same ones whenever it has the same seed."""
    limits = settings(
        max_examples=worlds_wanted(shard),
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )
    found: Callable[[], None] = seed(base_seed() + shard)(limits(given(trials(shard, SHARDS))(body)))
    return found


@pytest.mark.parametrize("name", CORNERS)
def test_no_corner_makes_the_app_do_harm(lab: Lab, name: str) -> None:
    trial = lab.run(USUAL | CORNERS[name])
    assert trial.incident["outcome"]
    assert violations(trial) == []
    assert lab.wrongly_sent() == []


@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_world_makes_the_app_do_harm(lab: Lab, shard: int, record_property: Callable[[str, object], None]) -> None:
    print(f"\nshard {shard} of SAFETY_SEED={base_seed()} SAFETY_WORLDS={worlds_wanted()}")  # noqa: T201  told on failure

    def harmless(world: dict[str, Any]) -> None:
        trial = lab.run(world)
        note(json.dumps(world, default=str))
        note(f"{trial.incident['outcome']} {trial.incident['reason']}: {trial.incident['summary']}")
        note("\n".join(f"{scene.at:%d %H:%M:%S} {scene.method} {scene.path}" for scene in trial.scenes))
        assert trial.incident["outcome"]
        assert violations(trial) == []
        assert lab.wrongly_sent() == []

    try:
        drawn(shard, harmless)()
    finally:
        seen = {"shard": shard, "seed": base_seed() + shard, "outcomes": lab.outcomes, "changes": lab.changes}
        record_property("safety", json.dumps(seen))
