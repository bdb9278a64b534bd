"""Gateway and simulated service: the machine, what surrounds it, and what is done to it."""

from datetime import timedelta
from typing import Any

import pytest

from responder import ids
from responder.azure.graph import quoted
from responder.azure.model import LongAnswer
from responder.azure.network import routes, security_rules
from responder.errors import NotFound, Rejected
from tests.responder.azure.conftest import START, Sandbox

SERVICE = "5b0d8c1e-7a42-4d36-9f58-3c6e2a914d70"
ILL: dict[str, Any] = {
    "vm": {
        "os": "linux",
        "agent": {"state": "not-ready", "version": "2.2.10"},
        "backup_extension": {"state": "Failed", "message": "The agent could not be reached."},
        "disks": [{"name": "data-1", "size_gb": 4096, "shares": 2}],
        "os_disk_encrypted": True,
        "os_disk_key": True,
        "address": "Static",
    },
    "network": {"deny": ["storage"], "route": "VirtualAppliance"},
    "health": {"state": "Unavailable", "title": "Down", "summary": "The host restarted.", "cause": "Unplanned"},
    "load": {"cpu": 97, "disk": 20},
    "policy": {"type": "V2", "every_hours": 4},
}


@pytest.mark.parametrize("world", [ILL])
def test_a_machine_that_is_ill(sandbox: Sandbox) -> None:
    gateway = sandbox.gateway
    machine = gateway.machine(sandbox.vm_id)
    assert (machine.os, machine.power, machine.state) == ("linux", "running", "Succeeded")
    assert machine.agent
    assert machine.agent.display == "Not Ready"
    (extension,) = [each for each in gateway.extensions(sandbox.vm_id) if each.name == "VMSnapshotLinux"]
    assert extension.state == "Failed"
    assert "The agent could not be reached." in extension.messages
    first, second = [gateway.disk(disk.id or "") for disk in machine.disks]
    assert first.encrypted
    assert {key.kind for key in first.keys} == {"secret", "key"}
    assert (second.size_gb, second.max_shares, second.encrypted) == (4096, 2, False)
    interface = gateway.interface(machine.interfaces[0])
    assert [address.allocation for address in interface.addresses] == ["Static"]
    assert gateway.key_vault(first.keys[0].vault_id).policies
    assert gateway.vault(sandbox.vault).location == machine.location


@pytest.mark.parametrize("world", [ILL])
def test_rules_and_routes_after_a_while(sandbox: Sandbox) -> None:
    gateway = sandbox.gateway
    (nic,) = gateway.machine(sandbox.vm_id).interfaces
    asked = [gateway.ask_security_rules(nic), gateway.ask_routes(nic)]
    again = [gateway.long_answer(each.url or "") for each in asked]
    assert all(each.url and each.body is None for each in again)
    sandbox.later(seconds=30)
    rules_body, routes_body = (gateway.long_answer(each.url or "") for each in again)
    assert rules_body == LongAnswer(body=rules_body.body)
    denied = [
        rule for rule in security_rules(rules_body.body) if rule.access == "Deny" and rule.direction == "Outbound"
    ]
    assert any(place.startswith("Storage") for rule in denied for place in rule.destinations)
    default = [each for each in routes(routes_body.body) if "0.0.0.0/0" in each.prefixes and each.active]
    assert [each.next_hop for each in default] == ["VirtualAppliance"]


@pytest.mark.parametrize("world", [{"vm": {"power": "deallocated"}}])
def test_rules_of_a_machine_that_is_off(sandbox: Sandbox) -> None:
    (nic,) = sandbox.gateway.machine(sandbox.vm_id).interfaces
    with pytest.raises(Rejected):
        sandbox.gateway.ask_security_rules(nic)


@pytest.mark.parametrize("world", [ILL])
def test_health_load_and_schedule(sandbox: Sandbox) -> None:
    gateway = sandbox.gateway
    health = gateway.availability(sandbox.vm_id)
    assert (health.state, health.title, health.cause) == ("Unavailable", "Down", "Unplanned")
    assert health.at
    job = gateway.job(sandbox.vault, sandbox.job_id)
    assert job.started_at
    assert job.ended_at
    load = gateway.metrics(sandbox.vm_id, ["Percentage CPU"], job.started_at, job.ended_at)
    assert load == {"Percentage CPU": pytest.approx(97, abs=3)}
    item = gateway.protected_item(sandbox.item)
    policy = gateway.policy(sandbox.vault, item.policy_id or "")
    assert (policy.type, policy.runs_per_day) == ("V2", 6)


KEY_VAULT = {"model": "rbac", "role": "custom", "grants_act_after_minutes": 30}


@pytest.mark.parametrize("world", [{"vm": {"os_disk_encrypted": True}, "key_vault": KEY_VAULT}])
def test_rights_in_a_key_vault(sandbox: Sandbox) -> None:
    gateway = sandbox.gateway
    (key,) = gateway.disk(gateway.machine(sandbox.vm_id).disks[0].id or "").keys
    assert gateway.key_vault(key.vault_id).rbac
    (assignment,) = gateway.role_assignments(key.vault_id, SERVICE)
    assert ids.same(assignment.scope, key.vault_id)
    assert (
        "Microsoft.KeyVault/vaults/secrets/getSecret/action" in gateway.role_definition(assignment.role_id).data_actions
    )
    (event,) = gateway.activity(sandbox.vault.subscription, START - timedelta(days=100), START)
    assert (event.operation, event.status) == ("Microsoft.Authorization/roleAssignments/write", "Succeeded")


GONE = {"vm": {"os_disk_encrypted": True, "exists": False, "moved_to": "rg-new"}, "key_vault": {"soft_deleted": True}}


@pytest.mark.parametrize("world", [GONE])
def test_what_was_deleted_or_moved(sandbox: Sandbox) -> None:
    gateway = sandbox.gateway
    with pytest.raises(NotFound):
        gateway.machine(sandbox.vm_id)
    name = quoted(sandbox.vm_id.rpartition("/")[2])
    kql = f"resources | where type =~ 'microsoft.compute/virtualmachines' and name =~ {name} | project id"
    (row,) = gateway.query(sandbox.vault.subscription, kql)
    assert "/rg-new/" in row["id"].lower()
    spec = sandbox.cloud.world.spec
    assert gateway.deleted_key_vault(spec.subscription, spec.location, spec.key_vault.name)
    assert not gateway.deleted_key_vault(spec.subscription, spec.location, "kv-other")


ACTIVITY = {"operation": "Microsoft.Compute/restorePointCollections/delete", "status": "Failed", "code": "ScopeLocked"}


@pytest.mark.parametrize(
    "world", [{"activity": [ACTIVITY, {"operation": "x/y/write", "hours_ago": 3}], "page_size": 1}]
)
def test_the_activity_log(sandbox: Sandbox) -> None:
    newest, older = sandbox.gateway.activity(sandbox.vault.subscription, START - timedelta(days=1), START)
    assert (newest.operation, newest.status, newest.code) == (ACTIVITY["operation"], "Failed", "ScopeLocked")
    assert newest.message
    assert (older.operation, older.code) == ("x/y/write", None)
    assert older.at


def _ends(sandbox: Sandbox, url: str | None) -> tuple[str, Any]:
    assert url
    assert sandbox.gateway.operation(url).running
    sandbox.later(minutes=10)
    operation = sandbox.gateway.operation(url)
    return operation.status, operation.output


CURABLE = {
    "vm": {"os": "linux", "backup_extension": {"state": "Failed"}, "state": "Failed", "state_recovers_on": ["reapply"]}
}


@pytest.mark.parametrize("world", [CURABLE])
def test_what_is_done_to_a_machine(sandbox: Sandbox) -> None:
    gateway, vm = sandbox.gateway, sandbox.vm_id
    assert _ends(sandbox, gateway.reapply(vm)) == ("Succeeded", None)
    assert gateway.machine(vm).state == "Succeeded"
    assert _ends(sandbox, gateway.restart(vm)) == ("Succeeded", None)
    status, output = _ends(sandbox, gateway.run_command(vm, "RunShellScript", ["systemctl restart walinuxagent"]))
    assert status == "Succeeded"
    assert output["value"][0]["message"]
    assert _ends(sandbox, gateway.delete_extension(vm, "VMSnapshotLinux")) == ("Succeeded", None)
    assert "VMSnapshotLinux" not in {each.name for each in gateway.extensions(vm)}
    assert gateway.delete_extension(vm, "VMSnapshotLinux") is None


@pytest.mark.parametrize("world", [{}])
def test_a_point_is_deleted_alone(sandbox: Sandbox) -> None:
    gateway = sandbox.gateway
    found = gateway.collections(sandbox.vault.subscription)
    (mine,) = [each.id for each in found if ids.same(each.source_id, sandbox.vm_id)]
    collection = gateway.collection(mine)
    assert collection
    assert collection.points
    point = collection.points[0].id
    assert _ends(sandbox, gateway.delete_point(point))[0] == "Succeeded"
    left = gateway.collection(mine)
    assert left
    assert len(left.points or []) == len(collection.points) - 1
    assert gateway.delete_point(point) is None


@pytest.mark.parametrize("world", [{"running_job": {"minutes_ago": 5, "ends_after_minutes": 120}}])
def test_a_running_job_is_cancelled(sandbox: Sandbox) -> None:
    gateway = sandbox.gateway
    jobs = gateway.jobs(sandbox.vault, START - timedelta(hours=1), START)
    (running,) = [job for job in jobs if job.status == "InProgress"]
    gateway.cancel_job(sandbox.vault, running.id)
    assert gateway.job(sandbox.vault, running.id).status in {"Cancelling", "Cancelled"}
    sandbox.later(minutes=30)
    assert gateway.job(sandbox.vault, running.id).status == "Cancelled"


DELETED = {"item": {"state": "ProtectionStopped", "soft_deleted": True}}


@pytest.mark.parametrize("world", [DELETED])
def test_an_item_whose_protection_was_stopped(sandbox: Sandbox) -> None:
    item = sandbox.gateway.protected_item(sandbox.item)
    assert (item.protection_state, item.soft_deleted) == ("ProtectionStopped", True)
