import base64
import gc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from responder.azure.clients import shared
from responder.azure.gateway import Gateway
from responder.ids import ItemId, VaultId
from responder.intake import failures
from responder.settings import Settings, load
from sandbox.arm.alerts import builtin_alert
from sandbox.arm.build import build_world
from sandbox.arm.cloud import Cloud
from sandbox.arm.server import serve
from sandbox.clock import Clock
from tests.responder.azure.background import background_loop, stop
from tests.responder.azure.canned import HEADER, CannedArm, canned_arm

START = datetime(2026, 11, 2, 1, 15, tzinfo=UTC)


def settings_for(endpoint: str, ca_file: Path, **more: str) -> Settings:
    return load(
        {
            "RESPONDER_SCOPE": "",
            "RESPONDER_WEBHOOK_URL": "https://hooks.example/in",
            "RESPONDER_WEBHOOK_SECRET": f"whsec_{base64.b64encode(bytes(32)).decode()}",
            "RESPONDER_APPROVAL_SECRET": "q" * 32,
            "RESPONDER_PUBLIC_URL": "https://func.example",
            "RESPONDER_ARM_ENDPOINT": endpoint,
            "RESPONDER_ARM_CA_FILE": str(ca_file),
            **more,
        }
    )


def hang_up(settings: Settings) -> None:
    """Close every connection, also those that the traceback of a caught error holds open."""
    for changing in (False, True):
        shared(settings, changing=changing).close()
    gc.collect()
    _leave_alone_what_is_there()


@cache
def _leave_alone_what_is_there() -> None:
    """No later collection looks at what is imported by now: it stays, and each look takes tens of milliseconds."""
    gc.freeze()


@pytest.fixture(scope="session")
def ca_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ca") / "ca.pem"


@pytest.fixture(scope="session")
def running_arm(ca_file: Path) -> Iterator[CannedArm]:
    with canned_arm(ca_file) as canned:
        yield canned


@pytest.fixture
def arm(running_arm: CannedArm, monkeypatch: pytest.MonkeyPatch) -> CannedArm:
    running_arm.fresh()
    monkeypatch.setenv("IDENTITY_ENDPOINT", running_arm.identity_endpoint)
    monkeypatch.setenv("IDENTITY_HEADER", HEADER)
    return running_arm


@pytest.fixture
def gateway(arm: CannedArm, ca_file: Path) -> Iterator[Gateway]:
    settings = settings_for(arm.url, ca_file)
    yield Gateway(settings, changing=True)
    hang_up(settings)


class Sandbox(NamedTuple):
    gateway: Gateway
    cloud: Cloud
    clock: Clock
    vault: VaultId
    item: ItemId
    job_id: str
    vm_id: str

    def later(self, **span: float) -> None:
        self.clock.leap_to(self.clock.now() + timedelta(**span))


@pytest.fixture
def world() -> dict[str, Any]:
    return {}


@pytest.fixture
def sandbox(world: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    clock = Clock.create(tmp_path / "clock", start=START)
    cloud = Cloud(build_world(world, clock.now()), clock)
    with background_loop() as run:
        servers = run(serve(cloud, tmp_path))
        monkeypatch.setenv("IDENTITY_ENDPOINT", servers.identity_endpoint)
        monkeypatch.setenv("IDENTITY_HEADER", servers.identity_header)
        settings = settings_for(servers.arm_url, servers.ca_path)
        (failure,) = failures(builtin_alert(cloud.world)).accepted
        vault, item = VaultId.parse(failure.vault_id or ""), ItemId.parse(failure.item_id or "")
        assert vault
        assert item
        yield Sandbox(
            Gateway(settings, changing=True), cloud, clock, vault, item, failure.job_id or "", failure.vm_id or ""
        )
        hang_up(settings)
        run(stop(servers.runners))
    clock.close()
