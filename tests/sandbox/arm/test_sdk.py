"""The real SDKs and the real managed identity credential against the servers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.core.pipeline import PipelineResponse
from azure.identity import ManagedIdentityCredential
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.recoveryservicesbackup import RecoveryServicesBackupClient
from azure.mgmt.resource.locks import ManagementLockClient
from azure.mgmt.resource.resources import ResourceManagementClient

from sandbox.arm import Servers
from sandbox.arm.tokens import DIAGNOSE, REMEDIATE, SYSTEM, Identity
from tests.sandbox.arm.conftest import Make
from tests.sandbox.arm.support import BACKUP, CONTAINER, SUB, VM, Direct, running

_VAULT = ("rsv-prod-weu-01", "rg-backup-prod-weu")
_ITEM = ("Azure", f"IaasVMContainer;{CONTAINER}", f"VM;{CONTAINER}")
_GROUP = "AzureBackupRG_westeurope_1"
_VM = ("rg-app-prod-weu", "vm-app-01")
_FAST: dict[str, Any] = {"polling_interval": 0}


class Azure:
    """One client of each kind, as the app builds them."""

    def __init__(self, cloud: Direct, servers: Servers) -> None:
        self.cloud, self.servers = cloud, servers
        self.credential = ManagedIdentityCredential()
        common: dict[str, Any] = {
            "base_url": servers.arm_url,
            "credential_scopes": ["https://management.azure.com/.default"],
            "connection_verify": str(servers.ca_path),
            "retry_total": 0,
        }
        subscription = SUB.rsplit("/", 1)[1]
        self.backup: Any = RecoveryServicesBackupClient(self.credential, subscription, **common)
        self.locks: Any = ManagementLockClient(self.credential, subscription, **common)
        self.compute: Any = ComputeManagementClient(self.credential, subscription, **common)
        self.resources: Any = ResourceManagementClient(self.credential, subscription, **common)

    def close(self) -> None:
        for client in (self.backup, self.locks, self.compute, self.resources, self.credential):
            client.close()


@pytest.fixture
def azure(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Azure]:
    cloud = make(locks=[{"notes": "keep", "owners": ["b8d2f6a1-3c47-4e90-95ad-61f0c7e2d384"]}], page_size=10)
    with running(cloud.cloud, tmp_path) as servers:
        monkeypatch.setenv("IDENTITY_ENDPOINT", servers.identity_endpoint)
        monkeypatch.setenv("IDENTITY_HEADER", servers.identity_header)
        clients = Azure(cloud, servers)
        yield clients
        clients.close()


def test_every_reading_of_the_app(azure: Azure) -> None:
    cloud, backup, compute = azure.cloud, azure.backup, azure.compute
    name = cloud.collection.rsplit("/", 1)[1]

    failed = next(job for job in backup.backup_jobs.list(*_VAULT) if job.properties.status == "Failed")
    detail = backup.job_details.get(*_VAULT, failed.name).properties
    assert detail.error_details[0].error_title == "UserErrorRpCollectionLimitReached"
    item = backup.protected_items.get(*_VAULT, *_ITEM).properties
    assert item["virtualMachineId"] == VM  # The SDK knows no such subtype of its base class.
    policy = backup.protection_policies.get(*_VAULT, item.policy_id.rsplit("/", 1)[1]).properties
    assert policy.instant_rp_retention_range_in_days == 2
    assert len(list(backup.recovery_points.list(*_VAULT, *_ITEM))) == 18
    assert compute.virtual_machines.get("rg-app-prod-weu", "vm-app-01").location == "westeurope"
    source = next(row for row in compute.restore_point_collections.list_all() if row.properties.source.id == VM)
    assert source.id == cloud.collection
    expanded = compute.restore_point_collections.get(_GROUP, name, expand="restorePoints")
    assert len(expanded.properties.restore_points) == 18
    inside = azure.resources.resources.list_by_resource_group(_GROUP)
    assert {row.type for row in inside} == {"Microsoft.Compute/restorePointCollections"}


def test_every_change_of_the_app(azure: Azure) -> None:
    cloud, backup, compute = azure.cloud, azure.backup, azure.compute
    name = cloud.collection.rsplit("/", 1)[1]
    with pytest.raises(ResourceExistsError) as locked:
        compute.restore_point_collections.begin_delete(_GROUP, name, polling=False)
    assert _code(locked.value) == "ScopeLocked"
    lock = next(iter(azure.locks.management_locks.list_at_subscription_level()))
    assert (lock.notes, lock.owners[0].application_id) == ("keep", "b8d2f6a1-3c47-4e90-95ad-61f0c7e2d384")
    azure.locks.management_locks.delete_at_resource_group_level(_GROUP, lock.name)
    cloud.wait(seconds=6)
    assert list(azure.locks.management_locks.list_at_resource_group_level(_GROUP)) == []

    first = _backup(azure)
    cloud.wait(minutes=15)
    assert backup.job_details.get(*_VAULT, first).properties.status == "Failed"

    poller = compute.restore_point_collections.begin_delete(_GROUP, name, polling=False)
    assert poller is not None
    cloud.wait(minutes=2)
    with pytest.raises(ResourceNotFoundError) as gone:
        compute.restore_point_collections.get(_GROUP, name)
    assert _code(gone.value) == "ResourceNotFound"

    second = _backup(azure)
    cloud.wait(minutes=90)
    assert backup.job_details.get(*_VAULT, second).properties.status == "Completed"
    assert [(call["method"], call["status"]) for call in cloud.cloud.mutations] == [
        ("DELETE", 409),
        ("DELETE", 200),
        ("POST", 202),
        ("DELETE", 202),
        ("POST", 202),
    ]


def _code(error: HttpResponseError) -> str | None:
    return error.error.code if error.error else None


def _backup(azure: Azure) -> str:
    def seen(response: PipelineResponse[Any, Any], _body: object, _headers: object) -> tuple[int, dict[str, str]]:
        return response.http_response.status_code, dict(response.http_response.headers)

    status, headers = azure.backup.backups.trigger(*_VAULT, *_ITEM, BACKUP, cls=seen, retry_total=0)
    assert status == 202
    assert headers["Content-Length"] == "0"
    operation = headers["Azure-AsyncOperation"].partition("?")[0].rsplit("/", 1)[1]
    azure.cloud.wait(seconds=20)
    found = azure.backup.protected_item_operation_statuses.get(*_VAULT, *_ITEM, operation)
    assert found.status == "Succeeded"
    job_id: str = found.properties.job_id
    return job_id


def test_a_deletion_can_be_polled(azure: Azure) -> None:
    azure.cloud.cloud.world.locks.clear()
    name = azure.cloud.collection.rsplit("/", 1)[1]
    poller = azure.compute.restore_point_collections.begin_delete(_GROUP, name, polling_interval=0)
    azure.cloud.wait(minutes=2)
    poller.wait()
    assert poller.status() == "Succeeded"


def test_locks_at_every_level(azure: Azure) -> None:
    locks = azure.locks.management_locks
    wanted = {"level": "ReadOnly", "notes": "n"}
    kind = ("Microsoft.Compute", "", "restorePointCollections", azure.cloud.collection.rsplit("/", 1)[1])
    assert locks.create_or_update_at_resource_level(_GROUP, *kind, "on-resource", wanted).level == "ReadOnly"
    assert locks.create_or_update_at_resource_group_level(_GROUP, "on-group", wanted).notes == "n"
    scope = azure.cloud.collection
    assert {lock.name for lock in locks.list_by_scope(scope)} == {"do-not-delete", "on-resource", "on-group"}
    assert {lock.name for lock in locks.list_at_resource_level(_GROUP, *kind)} == {
        "do-not-delete",
        "on-resource",
        "on-group",
    }
    locks.delete_at_resource_level(_GROUP, *kind, "on-resource")
    locks.delete_by_scope(scope, "on-resource")
    assert [call["status"] for call in azure.cloud.cloud.mutations] == [201, 201, 200, 204]


def test_a_refusal_reaches_the_client(azure: Azure) -> None:
    with pytest.raises(HttpResponseError) as refused:
        azure.backup.job_operation_results.get(*_VAULT, azure.cloud.cloud.world.jobs[0].id, "any")
    assert (refused.value.status_code, _code(refused.value)) == (403, "AuthorizationFailed")


def test_the_identity_endpoint(azure: Azure) -> None:
    servers = azure.servers
    query = {"api-version": "2019-08-01", "resource": "https://management.core.windows.net/"}
    good = requests.get(
        servers.identity_endpoint, params=query, headers={"X-IDENTITY-HEADER": servers.identity_header}, timeout=5
    )
    body = good.json()
    assert set(body) == {"access_token", "expires_on", "resource", "token_type", "client_id"}
    assert isinstance(body["expires_on"], str)
    claims = jwt.decode(body["access_token"], options={"verify_signature": False})
    assert set(claims) >= {"tid", "oid", "exp", "aud", "iss", "appid", "xms_mirid"}
    assert azure.cloud.cloud.tokens.good(body["access_token"])
    for header in ({}, {"X-IDENTITY-HEADER": "wrong"}):
        assert requests.get(servers.identity_endpoint, params=query, headers=header, timeout=5).status_code == 401
    bare = requests.get(servers.identity_endpoint, headers={"X-IDENTITY-HEADER": servers.identity_header}, timeout=5)
    assert bare.status_code == 400


@pytest.mark.parametrize("identity", [SYSTEM, DIAGNOSE, REMEDIATE], ids=lambda identity: identity.name)
def test_each_identity_gets_tokens_of_its_own(azure: Azure, identity: Identity) -> None:
    servers = azure.servers
    query = {"api-version": "2019-08-01", "resource": "https://management.azure.com", "client_id": identity.client_id}
    header = {"X-IDENTITY-HEADER": servers.identity_header}
    body = requests.get(servers.identity_endpoint, params=query, headers=header, timeout=5).json()
    claims = jwt.decode(body["access_token"], options={"verify_signature": False})
    told = (body["client_id"], claims["appid"], claims["oid"])
    assert told == (identity.client_id, identity.client_id, identity.object_id)
    assert azure.cloud.cloud.tokens.holder(body["access_token"]) == identity


def test_an_unknown_identity_gets_no_token(azure: Azure) -> None:
    servers = azure.servers
    query = {"resource": "https://management.azure.com", "client_id": "00000000-0000-0000-0000-000000000000"}
    header = {"X-IDENTITY-HEADER": servers.identity_header}
    answer = requests.get(servers.identity_endpoint, params=query, headers=header, timeout=5)
    assert answer.status_code == 400
    assert answer.json()["message"] == "Unable to load the proper Managed Identity."


def test_headers_on_the_wire(azure: Azure) -> None:
    token = azure.credential.get_token("https://management.azure.com/.default").token
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {token}"
    common: dict[str, Any] = {
        "params": {"api-version": "2026-10-01"},
        "verify": str(azure.servers.ca_path),
        "timeout": 5,
    }

    def get(path: str) -> requests.Response:
        return session.get(f"{azure.servers.arm_url}{path}", **common)

    vault = f"{SUB}/resourceGroups/rg-backup-prod-weu/providers/Microsoft.RecoveryServices/vaults/rsv-prod-weu-01"
    assert get(f"{vault}/backupJobs").headers["Content-Type"] == "application/json"
    assert get(SUB).headers["Content-Type"] == "application/json; charset=utf-8"
    assert "x-ms-request-id" in get(SUB).headers
    assert get(f"/{SUB.replace('/', '%2F')}/providers/Microsoft.Authorization/locks").status_code == 200
    deleted = session.delete(
        f"{azure.servers.arm_url}{SUB}/resourceGroups/{_GROUP}/providers/Microsoft.Authorization/locks/do-not-delete",
        **common,
    )
    assert (deleted.status_code, deleted.content) == (200, b"")
    session.close()
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"{azure.servers.arm_url}/metadata/endpoints", timeout=5)


def test_machines_disks_and_extensions(azure: Azure) -> None:
    compute = azure.compute
    machine = compute.virtual_machines.get(*_VM, expand="instanceView").properties
    assert machine.instance_view.vm_agent.statuses[0].display_status == "Ready"
    disk = compute.disks.get("rg-app-prod-weu", machine.storage_profile.os_disk.name)
    assert (disk.id, disk.properties.disk_state) == (machine.storage_profile.os_disk.managed_disk.id, "Attached")
    found = compute.virtual_machine_extensions.list(*_VM, expand="instanceView").value[0]
    assert found.properties.instance_view.statuses[0].code == "ProvisioningState/succeeded"


def test_what_is_done_to_a_machine(azure: Azure) -> None:
    azure.cloud.cloud.world.locks.clear()
    compute, machines = azure.compute, azure.compute.virtual_machines
    windows = {"commandId": "RunPowerShellScript", "script": ["Get-Service"]}
    linux = {"commandId": "RunShellScript", "script": ["id"]}
    assert _finished(azure, machines.begin_reapply(*_VM, **_FAST)) is None
    assert _finished(azure, machines.begin_restart(*_VM, **_FAST)) is None
    output = _finished(azure, machines.begin_run_command(*_VM, windows, **_FAST))
    assert [entry.code.split("/")[1] for entry in output.value] == ["StdOut", "StdErr"]
    with pytest.raises(HttpResponseError) as refused:
        machines.begin_run_command(*_VM, linux, **_FAST)
    assert refused.value.status_code == 400
    deletion = compute.virtual_machine_extensions.begin_delete(*_VM, "VMSnapshot", **_FAST)
    with pytest.raises(ResourceExistsError) as busy:
        machines.begin_restart(*_VM, **_FAST)
    assert _code(busy.value) == "Conflict"
    _finished(azure, deletion)
    assert compute.virtual_machine_extensions.list(*_VM).value == []


def test_one_restore_point_is_deleted(azure: Azure) -> None:
    azure.cloud.cloud.world.locks.clear()
    name, points = azure.cloud.collection.rsplit("/", 1)[1], azure.cloud.points()
    _finished(azure, azure.compute.restore_points.begin_delete(_GROUP, name, points[0]["name"], **_FAST))
    assert azure.cloud.points() == points[1:]


def _finished(azure: Azure, poller: Any) -> Any:
    azure.cloud.wait(minutes=3)
    return poller.result()
