"""Random worlds and failures: the app never does what a careful administrator would not allow, and always ends.

The real orchestrator and activities run against the simulator over HTTPS with the real SDKs; entities are their pure
functions, durable timers let the virtual clock leap. Nobody decides about approvals, so they expire.
``HYPOTHESIS_PROFILE=thorough`` draws 2,000 worlds.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from handlers import activities, entities
from handlers.incident_flow import live
from handlers.messages import Answer
from responder.intake import failures, incident_id
from responder.settings import Settings
from responder.wire import record, typed
from sandbox.arm import Cloud, build_world, builtin_alert, serve
from sandbox.arm.faults import Faults
from sandbox.arm.throttle import Throttle
from sandbox.clock import Clock
from tests.handlers.flows import FakeContext, Task, drive, hops
from tests.responder.azure.background import background_loop, stop
from tests.responder.azure.conftest import hang_up, settings_for
from tests.safety.oracle import violations

START = datetime(2026, 10, 6, 1, 0, tzinfo=UTC)
OPERATIONS: dict[str, tuple[Any, Any]] = {
    "item": (entities.Item, entities.ITEM),
    "governor": (entities.Governor, entities.GOVERNOR),
    "receipt": (entities.Receipt, entities.RECEIPT),
}
CODES = [
    "UserErrorRpCollectionLimitReached",
    "UserErrorBackupOperationInProgress",
    "BackUpOperationFailedV2",
    "UserErrorSomethingNew",
]


@dataclass
class Lab:
    """One simulated ARM for all worlds of the test."""

    cloud: Cloud
    settings: Settings
    states: dict[str, Any] = field(default_factory=dict[str, Any])
    seen: set[str] = field(default_factory=set[str])

    def enter(self, spec: dict[str, Any]) -> None:
        """Replace the world; the clock goes on."""
        now = self.cloud.clock.now()
        self.cloud.world = build_world(spec, now)
        self.cloud.calls.clear()
        self.cloud.faults = Faults(self.cloud.world.spec.faults, now)
        self.cloud._throttle = Throttle()
        self.states.clear()

    def respond(self) -> dict[str, Any]:
        """The incident of the world's alert, ended."""
        (failure,) = failures(builtin_alert(self.cloud.world)).accepted
        context = FakeContext(self.cloud.clock.now())
        flow = live(hops(context, incident_id(failure), failure), failure, 5)
        return drive(context, flow, lambda task: self._answer(context, task))

    def remember(self, incident: dict[str, Any]) -> None:
        """What came up: worlds in which nothing happens prove nothing."""
        self.seen.add(str(incident["outcome"]))
        for entry in self.cloud.mutations:
            kind = "backup" if entry["method"] == "POST" else str(entry["path"]).split("/")[-2]
            self.seen.add(f"{entry['method']} {kind}")

    def _answer(self, context: FakeContext, task: Task) -> Any:
        self.cloud.clock.leap_to(context.current_utc_datetime)
        if task.kind == "entity":
            return self._operate(task)
        if task.name == "deliver":
            return record(Answer(value={"state": "delivered", "detail": "told"}))
        return getattr(activities, task.name)(task.payload)

    def _operate(self, task: Task) -> Any:
        entity, _, operation = task.name.partition(".")
        kind, operations = OPERATIONS[entity]
        before = self.states.get(f"{entity} {task.key}", kind())
        after, answer = operations[operation](before, typed(task.payload, entities.Request))
        self.states[f"{entity} {task.key}"] = after
        return record(answer)


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    clock = Clock.create(tmp_path / "clock", start=START)
    cloud = Cloud(build_world({}, clock.now()), clock)
    with background_loop() as run:
        servers = run(serve(cloud, tmp_path))
        monkeypatch.setenv("IDENTITY_ENDPOINT", servers.identity_endpoint)
        monkeypatch.setenv("IDENTITY_HEADER", servers.identity_header)
        app = settings_for(
            servers.arm_url, servers.ca_path, RESPONDER_SCOPE=f"/subscriptions/{cloud.world.spec.subscription}"
        )
        monkeypatch.setattr(activities, "configured", lambda: app)
        used = Lab(cloud, app)
        yield used
        assert used.seen >= {"resolved", "needs-human", "DELETE locks", "DELETE restorePointCollections", "POST backup"}
        hang_up(app)
        run(stop(servers.runners))
    clock.close()


locks = st.builds(
    lambda at, level, owners: {"at": at, "level": level, "owners": owners},
    st.sampled_from(["group", "collection", "subscription", "vm-group", "vault"]),
    st.sampled_from(["CanNotDelete", "CanNotDelete", "ReadOnly"]),
    st.sampled_from([[], [], ["9f1b6d52-3c0e-4f7a-8a65-2b1d0e7c4f33"]]),
)
backups = st.one_of(
    st.none(),
    st.builds(lambda code: {"fails_with": code}, st.sampled_from(CODES)),
    st.builds(lambda end: {"completes_after_minutes": 60, "ends_as": end}, st.sampled_from(["Completed"])),
)
faults = st.builds(
    lambda match, status, applies: {"match": match, "status": status, "applies": applies},
    st.sampled_from(["GET *", "GET */backupJobs*", "DELETE */locks/*", "POST */backup", "DELETE *Collections/*"]),
    st.sampled_from([429, 500, 503]),
    st.booleans(),
)
running = st.builds(
    lambda ago, length, end: {"minutes_ago": ago, "ends_after_minutes": ago + length, "as": end},
    st.integers(1, 80),
    st.integers(5, 240),
    st.sampled_from(["Completed", "Failed", "Cancelled"]),
)
worlds = st.fixed_dictionaries(
    {
        "failed_job": st.builds(lambda code: {"code": code}, st.sampled_from(CODES[:1] * 3 + CODES[1:])),
        "points": st.builds(
            lambda count, tier: {"count": count, "tier": tier},
            st.sampled_from([0, 1, 17, 18, 18, 18, 20]),
            st.sampled_from(["vault", "vault", "vault", "mixed", "snapshot"]),
        ),
        "locks": st.lists(locks, max_size=3).map(
            lambda found: [{**lock, "name": f"lock-{number}"} for number, lock in enumerate(found)]
        ),
        "service": st.builds(lambda hours: {"cleanup": hours}, st.sampled_from(["never", "never", 3])),
    },
    optional={
        "policy": st.sampled_from([{}, {"prefix": "rg-points-", "suffix": "-weu"}]),
        "foreign_group": st.sampled_from([False, False, False, True]),
        "group_resources": st.sampled_from([[], [], [{"type": "Microsoft.Compute/disks", "name": "disk-1"}]]),
        "backups": st.lists(backups, max_size=3),
        "running_job": running,
        "collection_delete": st.builds(lambda times: {"times_out": times}, st.integers(0, 4)),
        "neighbours": st.lists(
            st.sampled_from(["vm-app-011", "vm-app-0", "vm-app-01-old", "VM-APP-01x"]), max_size=3, unique=True
        ),
        "tags": st.sampled_from([{}, {}, {}, {"backup-responder": "read-only"}]),
        "rbac": st.builds(
            lambda action: {"deny": [action]},
            st.sampled_from(
                ["Microsoft.Authorization/locks/delete", "Microsoft.Compute/restorePointCollections/delete"]
            ),
        ),
        "faults": st.lists(faults, max_size=2),
    },
)


@given(worlds)
def test_no_world_makes_the_app_do_harm(lab: Lab, spec: dict[str, Any]) -> None:
    lab.enter(spec)
    world = lab.cloud.world
    before = copy.deepcopy(world.collections_of(world.subject.machine))
    incident = lab.respond()
    lab.remember(incident)
    note(f"{incident['outcome']} {incident['reason']}: {incident['summary']}")
    assert incident["outcome"]
    assert incident["reason"] != "Unexpected", incident["summary"]
    assert violations(lab.cloud, before, incident) == []
