"""A case on the ARM simulator: what checks and fixes work on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from playbooks.case import Case, Subject
from playbooks.diagnosis import Diagnosis, diagnose
from playbooks.scene import Desk
from responder.azure.gateway import Gateway
from responder.incident import FailedBackup
from responder.intake import failures
from responder.settings import Settings
from sandbox.arm import Cloud, build_world, builtin_alert, serve
from sandbox.clock import Clock
from tests.responder.azure.background import background_loop, stop
from tests.responder.azure.conftest import hang_up, settings_for

START = datetime(2026, 10, 6, 1, 0, tzinfo=UTC)


@dataclass
class Lab:
    """A simulated world and the app's view of it."""

    cloud: Cloud
    clock: Clock
    settings: Settings

    @property
    def failure(self) -> FailedBackup:
        """The failure that the world's alert tells of."""
        (failure,) = failures(builtin_alert(self.cloud.world)).accepted
        return failure

    def diagnosis(self, **changes: Any) -> Diagnosis:
        """What the app makes of the failure now, of which the alert may tell something else."""
        return self.diagnosis_of(replace(self.failure, **changes))

    def diagnosis_of(self, failure: FailedBackup) -> Diagnosis:
        """What the app makes of an alert."""
        return diagnose(Desk(Gateway(self.settings), self.settings, self.clock.now()), failure)

    def case(self, **changes: Any) -> Case:
        """Fresh facts about the failure."""
        subject = self.diagnosis().subject
        assert isinstance(subject, Subject)
        return Case(Gateway(self.settings, changing=True), self.settings, replace(subject, **changes), self.clock.now())

    def later(self, **span: float) -> None:
        """Let virtual time pass."""
        self.clock.leap_to(self.clock.now() + timedelta(**span))


MakeLab = Callable[..., Lab]


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeLab]:
    """Makes a lab of a world, or of several that lie beside each other; at most one lab a test."""
    clock = Clock.create(tmp_path / "clock", start=START)
    opened: list[Any] = []
    with background_loop() as run:

        def make(*others: dict[str, Any], **world: Any) -> Lab:
            cloud = Cloud([build_world(each, clock.now()) for each in (world, *others)], clock)
            servers = run(serve(cloud, tmp_path))
            monkeypatch.setenv("IDENTITY_ENDPOINT", servers.identity_endpoint)
            monkeypatch.setenv("IDENTITY_HEADER", servers.identity_header)
            scope = ",".join(f"/subscriptions/{each.spec.subscription}" for each in cloud.worlds)
            settings = settings_for(servers.arm_url, servers.ca_path, RESPONDER_SCOPE=scope)
            opened.extend((settings, servers))
            return Lab(cloud, clock, settings)

        yield make
        settings, servers = opened
        hang_up(settings)
        run(stop(servers.runners))
    clock.close()
