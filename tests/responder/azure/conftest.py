import base64
import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from responder.azure.clients import shared
from responder.azure.gateway import Gateway
from responder.settings import Settings, load
from tests.responder.azure.canned import HEADER, CannedArm, canned_arm


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
    shared(settings).close()
    gc.collect()


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
    yield Gateway(settings)
    hang_up(settings)
