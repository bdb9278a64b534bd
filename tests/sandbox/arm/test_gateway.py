"""The order of the gateway, and how it says no."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.arm.paths import canonical, resource_scope, within
from tests.sandbox.arm.conftest import Make
from tests.sandbox.arm.support import BACKUP, CONTAINER, ITEM, LOCKS, RP_GROUP, SUB, VAULT, VM, VM_GROUP, Direct, code


def _raw(path: str, **query: str) -> dict[str, Any]:
    return {"method": "GET", "path": path, "query": query, "body": b"", "base_url": "https://localhost:1"}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic abc"}, {"Authorization": "Bearer not.a.token"}])
def test_without_a_good_token_there_is_a_challenge(cloud: Direct, headers: dict[str, str]) -> None:
    answer = cloud.cloud.answer(_raw("/subscriptions", **{"api-version": "2022-12-01"}), headers)
    assert (answer.status, code(answer)) == (401, "AuthenticationFailed")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer authorization_uri=")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_a_token_for_something_else_is_refused(cloud: Direct) -> None:
    cloud.token = cloud.cloud.tokens.issue("https://vault.azure.net")[0]
    assert cloud.ask("GET", SUB).status == 401


def test_api_version_is_required(cloud: Direct) -> None:
    answer = cloud.cloud.answer(_raw(SUB), {"Authorization": f"Bearer {cloud.token}"})
    assert (answer.status, code(answer)) == (400, "MissingApiVersionParameter")


@pytest.mark.parametrize("version", ["2016-12-01", "2026-10-01", "2099-01-01-preview"])
def test_any_api_version_is_accepted(cloud: Direct, version: str) -> None:
    assert cloud.ask("GET", VAULT, **{"api-version": version}).status == 200


def test_metadata_needs_no_token_and_is_an_object(cloud: Direct) -> None:
    body = cloud.cloud.answer(_raw("/metadata/endpoints", **{"api-version": "2022-09-01"}), {}).body
    assert set(body) >= {"name", "portal", "authentication", "graph", "graphAudience", "resourceManager", "suffixes"}
    assert set(body["authentication"]) == {"loginEndpoint", "audiences", "tenant", "identityProvider"}
    assert body["resourceManager"] == "https://localhost:1"


def test_unknown_things_are_not_found_as_arm_says_it(cloud: Direct) -> None:
    other = "/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups"
    kind = "Microsoft.Compute/virtualMachines"
    expected = {
        other: "SubscriptionNotFound",
        f"{SUB}/resourceGroups/rg-none": "ResourceGroupNotFound",
        f"{SUB}/resourceGroups/rg-none/providers/{kind}/vm-x": "ResourceGroupNotFound",
        f"{SUB}/resourceGroups/rg-none/providers/Microsoft.Web/sites/x": "ResourceGroupNotFound",
        f"{VM_GROUP}/providers/{kind}/vm-x": "ResourceNotFound",
        f"{VM_GROUP}/providers/Microsoft.Compute/restorePointCollections/x": "ResourceNotFound",
        f"{VM_GROUP}/providers/Microsoft.Web/sites/site-x": "ResourceNotFound",
        f"{VM_GROUP}{LOCKS}/none": "LockNotFound",
        f"{SUB}/resourceGroups/rg-none{LOCKS}": "ResourceGroupNotFound",
    }
    answers = {path: cloud.ask("GET", path) for path in expected}
    assert {path: code(answer) for path, answer in answers.items()} == expected
    assert {answer.status for answer in answers.values()} == {404}
    text = answers[f"{VM_GROUP}/providers/Microsoft.Web/sites/site-x"].body["error"]["message"]
    assert text.startswith("The Resource 'Microsoft.Web/sites/site-x' under resource group 'rg-app-prod-weu'")


def test_paths_have_no_case_and_semicolons_may_be_encoded(cloud: Direct) -> None:
    plain = cloud.get(ITEM)
    assert cloud.get(ITEM.upper()) == plain
    assert cloud.get(ITEM.replace(";", "%3B")) == plain
    assert cloud.get(ITEM.replace("/subscriptions", "/Subscriptions")) == plain


def test_a_scope_may_be_encoded_whole(make: Make) -> None:
    cloud = make(locks=[{}])
    scope = RP_GROUP.replace("/", "%2F")
    assert [row["name"] for row in cloud.rows(f"/{scope}{LOCKS}")] == ["do-not-delete"]


@given(st.lists(st.from_regex(r"\A[A-Za-z0-9;_.-]{1,8}\Z"), min_size=1, max_size=6))
def test_canonical_undoes_encoding(segments: list[str]) -> None:
    path = "/" + "/".join(segments)
    assert canonical(path.replace("/", "%2F").replace(";", "%3B")) == path
    assert canonical("/" + path) == path
    assert within(path, f"{path}/x")
    assert not within(path, f"{path}x")


@pytest.mark.parametrize(
    "path, scope",
    [
        (f"{VAULT}/backupJobs", VAULT),
        (f"{VAULT}/backupJobs/1", f"{VAULT}/backupJobs/1"),
        (f"{ITEM}/backup", ITEM),
        (f"{RP_GROUP}{LOCKS}", RP_GROUP),
        (f"{RP_GROUP}{LOCKS}/l", f"{RP_GROUP}{LOCKS}/l"),
        (f"{SUB}/resourceGroups", f"{SUB}/resourceGroups"),
    ],
)
def test_scope_of_a_request(path: str, scope: str) -> None:
    assert resource_scope(path) == scope


def test_every_request_is_recorded_and_changes_apart(make: Make) -> None:
    cloud = make(locks=[{}])
    cloud.ask("GET", f"{SUB}{LOCKS}")
    status = {"resourceType": "VM", "resourceId": VM}
    cloud.ask("POST", f"{SUB}/providers/Microsoft.RecoveryServices/locations/westeurope/backupStatus", status)
    cloud.ask("DELETE", cloud.collection)
    cloud.ask("DELETE", f"{RP_GROUP}{LOCKS}/do-not-delete")
    assert [call.status for call in cloud.cloud.calls] == [200, 200, 409, 200]
    at = "2026-11-02T14:30:05.2500000Z"
    gone = {"method": "DELETE", "at": at, "identity": "system", "correlation": ""}
    rights = [("Microsoft.Compute/restorePointCollections/delete",), ("Microsoft.Authorization/locks/delete",)]
    assert cloud.cloud.mutations == [
        {**gone, "path": cloud.collection, "status": 409, "actions": rights[0]},
        {**gone, "path": f"{RP_GROUP}{LOCKS}/do-not-delete", "status": 200, "actions": rights[1]},
    ]
    assert sum(cloud.cloud.counts.values()) == 4


def test_a_body_that_is_not_json_is_refused(cloud: Direct) -> None:
    raw = _raw(f"{ITEM}/backup", **{"api-version": "1"}) | {"method": "POST", "body": b"{"}
    answer = cloud.cloud.answer(raw, {"Authorization": f"Bearer {cloud.token}"})
    assert (answer.status, code(answer)) == (400, "InvalidRequestContent")


@pytest.mark.parametrize("body", [None, {}, {"properties": {}}, BACKUP["properties"]])
def test_a_backup_request_must_be_one(cloud: Direct, body: object) -> None:
    assert cloud.ask("POST", f"{ITEM}/backup", body).status == 400


def test_backup_status_names_vault_and_item(cloud: Direct) -> None:
    path = f"{SUB}/providers/Microsoft.RecoveryServices/locations/westeurope/backupStatus"
    found = cloud.ask("POST", path, {"resourceType": "VM", "resourceId": VM.lower()}).body
    assert (found["protectionStatus"], found["vaultId"]) == ("Protected", VAULT)
    assert found["containerName"] == f"iaasvmcontainer;{CONTAINER}"
    missing = cloud.ask("POST", path, {"resourceType": "VM", "resourceId": f"{VM}x"}).body
    assert missing["protectionStatus"] == "NotProtected"


def test_lists_come_in_pages(make: Make) -> None:
    cloud = make(page_size=2)
    first = cloud.get(f"{VAULT}/backupJobs", **{"$filter": "operation eq 'Backup'"})
    assert len(first["value"]) == 2
    assert "%24skipToken=2" in first["nextLink"]
    assert "%24filter=operation" in first["nextLink"]
    last = cloud.get(f"{VAULT}/backupJobs", **{"$filter": "operation eq 'Backup'", "$skipToken": "2"})
    assert len(last["value"]) == 1
    assert "nextLink" not in last


def test_a_wrong_specification_names_the_key(make: Make) -> None:
    with pytest.raises(msgspec.ValidationError, match=r"\$\.points\.tier"):
        make(points={"tier": "tape"})
    with pytest.raises(msgspec.ValidationError, match="unknown field `lock`"):
        make(lock=[])
