"""Every request to Azure Resource Manager carries the correlation id of the incident that it is sent for."""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from responder import logs
from responder.azure.gateway import Gateway
from responder.errors import NotFound, Unavailable
from responder.trail import correlation_id
from tests.responder.alerts import VM
from tests.responder.azure.canned import CannedArm
from tests.responder.azure.conftest import Sandbox

INCIDENTS = [f"inc-{number:032x}" for number in (0xBACC, 0x1, 0xF << 124)]
LOCKED = {"locks": [{"at": "group", "name": "keep", "level": "CanNotDelete"}]}


@pytest.fixture
def world() -> dict[str, Any]:
    return LOCKED


def ask_with_each_client(sandbox: Sandbox) -> None:
    """A request of each SDK's client, a plain one, and a change."""
    gateway, subscription = sandbox.gateway, sandbox.vault.subscription
    gateway.job(sandbox.vault, sandbox.job_id)
    gateway.machine(sandbox.vm_id)
    gateway.group_resources(subscription, sandbox.vault.group)
    gateway.vaults(subscription)
    (lock,) = gateway.locks(subscription)
    gateway.delete_lock(lock.id)
    gateway.put_lock(lock)


def carried(sandbox: Sandbox) -> set[str]:
    return {call.correlation for call in sandbox.cloud.calls}


@pytest.mark.parametrize("incident", INCIDENTS)
def test_each_client_tells_the_incident(sandbox: Sandbox, incident: str) -> None:
    with logs.about(incident=incident):
        ask_with_each_client(sandbox)
    assert len(sandbox.cloud.calls) == 7
    assert carried(sandbox) == {correlation_id(incident)}


@pytest.mark.parametrize("run", ["", "sweep", "digest-" + "0" * 32, "inc-none", "inc-" + "A" * 32])
def test_what_is_done_for_no_incident_carries_none(sandbox: Sandbox, run: str) -> None:
    with logs.about(incident=run, operation="Look"):
        ask_with_each_client(sandbox)
    assert carried(sandbox) == {""}


def test_incidents_in_many_threads_do_not_mix(sandbox: Sandbox) -> None:
    """They share clients, connections and the threads of one pool."""

    def work(number: int) -> None:
        with logs.about(incident=f"inc-{number:032x}"), missing():
            sandbox.gateway.machine(sandbox.vm_id.replace("vm-app-01", f"vm-{number}"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(1, 41)))
    asked = {call.path.rpartition("/vm-")[2]: call.correlation for call in sandbox.cloud.calls}
    assert asked == {str(number): correlation_id(f"inc-{number:032x}") for number in range(1, 41)}


@contextmanager
def missing() -> Generator[None]:
    with pytest.raises(NotFound):
        yield


def test_the_id_of_each_request_stays_its_own(arm: CannedArm, gateway: Gateway) -> None:
    with logs.about(incident=INCIDENTS[0]):
        for _ in range(2):
            arm.answers(503)
            with pytest.raises(Unavailable):
                gateway.machine(VM)
    own = {seen.headers["x-ms-client-request-id"] for seen in arm.seen}
    assert len(own) == len(arm.seen) == 2
    assert {seen.headers["x-ms-correlation-request-id"] for seen in arm.seen} == {correlation_id(INCIDENTS[0])}
    assert all("correlation" not in name.lower() for token in arm.tokens for name in token)
