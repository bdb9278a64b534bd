"""What the preflight says of the store, which the sandbox has no way to take away."""

from types import SimpleNamespace
from typing import Any

import pytest

from handlers.durable import EntityId
from handlers.preflight import deliveries, report, store
from responder.doctor.model import Probe, Status
from responder.settings import load
from tests.test_function_app import GOOD


class Store:
    """A store that answers with what was put in, or not at all."""

    def __init__(self, **states: Any) -> None:
        self.states, self.asked = states, list[str]()

    async def read_entity_state(self, entity: EntityId) -> Any:
        self.asked.append(f"{entity.name}@{entity.key}")
        known = self.states.get(entity.name)
        return SimpleNamespace(entity_exists=known is not None, entity_state=known)


class Down(Store):
    async def read_entity_state(self, entity: EntityId) -> Any:
        raise ConnectionError("account key=AccountKey=c2VjcmV0;")


def codes(probes: list[Probe]) -> list[tuple[str, Status]]:
    return [(probe.code, probe.status) for probe in probes]


async def ask(client: Any, environ: dict[str, str]) -> list[Probe]:
    return await store(client, environ)


async def test_a_store_that_is_down_is_told_without_what_it_said() -> None:
    (probe,) = await ask(Down(), {})
    assert (probe.code, probe.status) == ("StoreDown", Status.FAILED)
    assert "ConnectionError" in probe.text
    assert "c2VjcmV0" not in str(probe)
    assert probe.remedy


@pytest.mark.parametrize(
    "environ, hub",
    [({}, "BackupResponder"), ({"AzureFunctionsJobHost__extensions__durableTask__hubName": "Other"}, "Other")],
)
async def test_a_store_that_answers_is_read_and_its_hub_told(environ: dict[str, str], hub: str) -> None:
    client = Store()
    (probe,) = await ask(client, environ)
    assert (probe.code, client.asked) == ("Well", ["governor@app"])
    assert hub in probe.text


async def test_results_that_did_not_arrive_are_counted() -> None:
    client: Any = Store(target={"older": ["inc-1", "inc-2"], "forgotten": 3})
    (probe,) = await deliveries(client, load(GOOD))
    assert (probe.code, probe.status) == ("ResultsNotDelivered", Status.WARNING)
    assert "5" in probe.text


async def test_an_address_that_is_another_one_by_now_is_not_switched_off() -> None:
    gone = {"address": "0" * 32, "since": "2026-11-02T00:00:00Z", "incident": "inc-1"}
    client: Any = Store(target={"disabled": gone})
    assert codes(await deliveries(client, load(GOOD))) == [("Well", Status.OK)]


async def test_everything_is_looked_at_though_the_store_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    app = load({**GOOD, "RESPONDER_SCOPE": "", "RESPONDER_ARM_ENDPOINT": "https://127.0.0.1:1"})
    monkeypatch.setattr("handlers.config.configured", lambda: app)
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:1/msi")
    monkeypatch.setenv("IDENTITY_HEADER", "x")
    client: Any = Down()
    told = await report(client)
    assert told.status is Status.FAILED
    by_name = {probe.name: probe.code for probe in told.probes}
    assert (by_name["store"], by_name["identity"], by_name["clock"]) == ("StoreDown", "NoToken", "CannotTell")
    assert set(by_name) == {
        *("settings", "identity", "permissions", "alert-routing", "webhooks", "clock", "sweep", "store", "deliveries"),
    }
