"""The key vault of disk encryption, deleted vaults, role assignments and role definitions."""

from typing import Any

import pytest

from tests.sandbox.arm.conftest import Make
from tests.sandbox.arm.support import SUB, VM, Direct, code

KEY_VAULT = f"{SUB}/resourceGroups/rg-keys-prod-weu/providers/Microsoft.KeyVault/vaults/kv-disks-weu-01"
DELETED = f"{SUB}/providers/Microsoft.KeyVault/locations/westeurope/deletedVaults/kv-disks-weu-01"
ASSIGNMENTS = "/providers/Microsoft.Authorization/roleAssignments"
DEFINITIONS = "/providers/Microsoft.Authorization/roleDefinitions"
SERVICE = "5b0d8c1e-7a42-4d36-9f58-3c6e2a914d70"
ADMINISTRATOR = "00482a5a-887f-4fb3-b363-3b7fe8e74483"
OF_SERVICE = {"$filter": f"principalId eq '{SERVICE}'"}


def _rbac(role: str) -> dict[str, Any]:
    return {"model": "rbac", "role": role}


def _roles(cloud: Direct, scope: str, **query: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = cloud.rows(f"{scope}{ASSIGNMENTS}", **query)
    return rows


def test_the_shape_of_a_vault(cloud: Direct) -> None:
    body = cloud.get(KEY_VAULT)
    assert (body["id"], body["name"], body["type"]) == (KEY_VAULT, "kv-disks-weu-01", "Microsoft.KeyVault/vaults")
    properties = body["properties"]
    assert properties["vaultUri"] == "https://kv-disks-weu-01.vault.azure.net/"
    assert properties["enableRbacAuthorization"] is False
    assert properties["networkAcls"]["defaultAction"] == "Allow"
    policies = {policy["objectId"]: policy for policy in properties["accessPolicies"]}
    assert len(policies) == 2
    assert policies[SERVICE]["tenantId"] == properties["tenantId"]
    assert policies[SERVICE]["permissions"]["keys"] == ["get", "list", "backup"]
    assert policies[SERVICE]["permissions"]["secrets"] == ["get", "list", "backup"]


def test_the_service_may_have_less_or_nothing(make: Make) -> None:
    less = make(key_vault={"keys": [], "secrets": ["get"]}).get(KEY_VAULT)["properties"]["accessPolicies"][1]
    assert less["permissions"] == {"keys": [], "secrets": ["get"], "certificates": [], "storage": []}
    (only,) = make(key_vault={"keys": [], "secrets": []}).get(KEY_VAULT)["properties"]["accessPolicies"]
    assert only["objectId"] != SERVICE


def test_a_firewall_lets_nobody_pass(make: Make) -> None:
    acls = make(key_vault={"firewall": True}).get(KEY_VAULT)["properties"]["networkAcls"]
    assert (acls["defaultAction"], acls["bypass"]) == ("Deny", "None")


def test_gone_or_soft_deleted(make: Make) -> None:
    gone, soft = make(key_vault={"exists": False}), make(key_vault={"soft_deleted": True})
    for cloud in (gone, soft):
        answer = cloud.ask("GET", KEY_VAULT)
        assert (answer.status, code(answer)) == (404, "ResourceNotFound")
    assert code(gone.ask("GET", DELETED)) == "DeletedVaultNotFound"
    body = soft.get(DELETED)
    assert (body["id"], body["type"]) == (DELETED, "Microsoft.KeyVault/deletedVaults")
    assert body["properties"]["vaultId"] == KEY_VAULT
    assert soft.ask("GET", DELETED.replace("westeurope", "northeurope")).status == 404
    assert make().ask("GET", DELETED).status == 404


def test_another_vault_or_group_is_not_found(cloud: Direct) -> None:
    assert code(cloud.ask("GET", f"{KEY_VAULT}x")) == "ResourceNotFound"
    assert code(cloud.ask("GET", KEY_VAULT.replace("rg-keys-prod-weu", "rg-none"))) == "ResourceGroupNotFound"


@pytest.mark.parametrize(
    "role, kind, actions",
    [
        ("Key Vault Administrator", "BuiltInRole", ["Microsoft.KeyVault/vaults/*"]),
        (
            "Key Vault Secrets User",
            "BuiltInRole",
            [
                "Microsoft.KeyVault/vaults/secrets/getSecret/action",
                "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
            ],
        ),
        (
            "custom",
            "CustomRole",
            [
                "Microsoft.KeyVault/vaults/keys/read",
                "Microsoft.KeyVault/vaults/keys/backup/action",
                "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
                "Microsoft.KeyVault/vaults/secrets/getSecret/action",
                "Microsoft.KeyVault/vaults/secrets/backup/action",
            ],
        ),
    ],
)
def test_a_role_of_the_service(make: Make, role: str, kind: str, actions: list[str]) -> None:
    cloud = make(key_vault=_rbac(role))
    assert cloud.get(KEY_VAULT)["properties"]["enableRbacAuthorization"] is True
    (row,) = _roles(cloud, KEY_VAULT, **OF_SERVICE)
    assert (row["type"], row["properties"]["scope"]) == ("Microsoft.Authorization/roleAssignments", KEY_VAULT)
    assert row["properties"]["principalType"] == "ServicePrincipal"
    definition = cloud.get(row["properties"]["roleDefinitionId"])
    assert definition["id"] == row["properties"]["roleDefinitionId"]
    assert definition["properties"]["type"] == kind
    (permission,) = definition["properties"]["permissions"]
    assert (permission["dataActions"], permission["notDataActions"]) == (actions, [])


def test_assignments_at_above_and_below(make: Make) -> None:
    cloud = make(key_vault=_rbac("Key Vault Administrator"))
    scopes = [row["properties"]["scope"] for row in _roles(cloud, KEY_VAULT)]
    assert scopes == [SUB, KEY_VAULT]
    assert len(_roles(cloud, SUB)) == 2
    assert [row["properties"]["scope"] for row in _roles(cloud, SUB, **{"$filter": "atScope()"})] == [SUB]
    assert _roles(cloud, VM, **OF_SERVICE) == []
    assert len(_roles(cloud, KEY_VAULT, **{"$filter": f"assignedTo('{SERVICE}')"})) == 1


def test_no_role_no_row(make: Make) -> None:
    assert _roles(make(key_vault=_rbac("none")), KEY_VAULT, **OF_SERVICE) == []
    assert _roles(make(), KEY_VAULT, **OF_SERVICE) == []


def test_a_filter_that_is_not_known(cloud: Direct) -> None:
    answer = cloud.ask("GET", f"{KEY_VAULT}{ASSIGNMENTS}", **{"$filter": "roleName eq 'x'"})
    assert (answer.status, code(answer)) == (400, "UnsupportedQuery")


def test_a_role_that_is_not_known(cloud: Direct) -> None:
    answer = cloud.ask("GET", f"{SUB}{DEFINITIONS}/00000000-0000-0000-0000-000000000000")
    assert (answer.status, code(answer)) == (404, "RoleDefinitionDoesNotExist")
    assert cloud.get(f"{DEFINITIONS}/{ADMINISTRATOR}")["properties"]["roleName"] == "Key Vault Administrator"


@pytest.mark.parametrize("minutes, year", [(0, "2026-05"), (30, "2026-11")])
def test_young_rights_have_a_young_date(make: Make, minutes: int, year: str) -> None:
    cloud = make(key_vault={**_rbac("custom"), "grants_act_after_minutes": minutes})
    assert cloud.get(KEY_VAULT)["systemData"]["lastModifiedAt"].startswith(year)
    (row,) = _roles(cloud, KEY_VAULT, **OF_SERVICE)
    assert row["properties"]["createdOn"].startswith(year)
