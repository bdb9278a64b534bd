"""Key vaults, and the roles that open them."""

from typing import Any

import pytest

from responder.azure.gateway import Gateway
from responder.azure.model import AccessPolicy, RoleAssignment, RoleDefinition
from responder.errors import Forbidden, NotFound, Rejected
from tests.responder.alerts import APP_GROUP, SUBSCRIPTION, VM
from tests.responder.azure.canned import CannedArm

KEYS = f"{APP_GROUP}/providers/Microsoft.KeyVault/vaults/kv-disks"
SERVICE = "5b0d8c1e-7a42-4d36-9f58-3c6e2a914d70"
ROLES = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
ROLE = f"{ROLES}/00482a5a-887f-4fb3-b363-3b7fe8e74483"
GONE = {"error": {"code": "ResourceNotFound", "message": "m"}}


def vault_row(**properties: object) -> dict[str, Any]:
    return {"id": KEYS, "name": "kv-disks", "location": "westeurope", "properties": properties}


def test_a_key_vault_with_access_policies(arm: CannedArm, gateway: Gateway) -> None:
    policy = {"objectId": SERVICE.upper(), "permissions": {"keys": ["Get", "List", "Backup"], "secrets": ["get"]}}
    arm.answers(200, vault_row(accessPolicies=[policy, {}], enableSoftDelete=True))
    vault = gateway.key_vault(KEYS)
    assert (vault.id, vault.name, vault.location, vault.rbac, vault.firewall) == (
        KEYS,
        "kv-disks",
        "westeurope",
        False,
        False,
    )
    assert vault.policies == [
        AccessPolicy(object_id=SERVICE, keys=["get", "list", "backup"], secrets=["get"]),
        AccessPolicy(object_id=""),
    ]
    assert arm.seen[0].path == KEYS


@pytest.mark.parametrize(
    "properties,shut",
    [
        ({"networkAcls": {"defaultAction": "Deny", "bypass": "None"}}, True),
        ({"networkAcls": {"defaultAction": "Deny", "bypass": "AzureServices"}}, False),
        ({"networkAcls": {"defaultAction": "Deny"}}, False),
        ({"networkAcls": {"defaultAction": "Allow", "bypass": "None"}}, False),
        ({"publicNetworkAccess": "Disabled", "networkAcls": {"bypass": "None"}}, True),
        ({"publicNetworkAccess": "Disabled"}, False),
        ({}, False),
    ],
)
def test_a_firewall_that_shuts_the_service_out(
    arm: CannedArm, gateway: Gateway, properties: dict[str, Any], shut: bool
) -> None:
    arm.answers(200, vault_row(enableRbacAuthorization=True, **properties))
    vault = gateway.key_vault(KEYS)
    assert vault.firewall is shut
    assert vault.rbac


def test_a_key_vault_that_is_gone(arm: CannedArm, gateway: Gateway) -> None:
    arm.answers(404, GONE)
    with pytest.raises(NotFound):
        gateway.key_vault(KEYS)
    arm.answers(404, GONE)
    assert gateway.deleted_key_vault(SUBSCRIPTION, "westeurope", "kv-disks") is False
    arm.answers(200, {"id": "/subscriptions/x/deletedVaults/kv-disks", "properties": {"vaultId": KEYS}})
    assert gateway.deleted_key_vault(SUBSCRIPTION, "westeurope", "kv-disks") is True
    where = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.KeyVault/locations/westeurope"
    assert arm.seen[-1].path == f"{where}/deletedVaults/kv-disks"
    arm.answers(403, {"error": {"code": "AuthorizationFailed", "message": "m"}})
    with pytest.raises(Forbidden):
        gateway.deleted_key_vault(SUBSCRIPTION, "westeurope", "kv-disks")


def assignment(scope: str) -> dict[str, Any]:
    return {"id": "x", "properties": {"principalId": SERVICE, "roleDefinitionId": ROLE, "scope": scope}}


def test_roles_at_and_above_a_vault_over_pages(arm: CannedArm, gateway: Gateway) -> None:
    above = ["/", "/providers/Microsoft.Management/managementGroups/g", APP_GROUP.lower()]
    path = f"{KEYS}/providers/Microsoft.Authorization/roleAssignments"
    arm.answers(200, {"value": [assignment(scope) for scope in above], "nextLink": f"{arm.url}{path}?$skipToken=2"})
    arm.answers(200, {"value": [assignment(KEYS.upper()), assignment(f"{KEYS}/secrets/one")]})
    found = gateway.role_assignments(KEYS, SERVICE)
    assert found[0] == RoleAssignment(principal_id=SERVICE, role_id=ROLE, scope="/")
    assert [each.scope for each in found] == [*above, KEYS.upper()]
    assert arm.seen[0].path == path
    assert arm.seen[0].query == {"api-version": "2022-04-01", "$filter": f"principalId eq '{SERVICE}'"}
    assert arm.seen[1].query == {"$skipToken": "2"}


@pytest.mark.parametrize("link", ["https://elsewhere.example/next", "/relative"])
def test_a_link_leads_to_no_other_host(arm: CannedArm, gateway: Gateway, link: str) -> None:
    arm.answers(200, {"value": [], "nextLink": link})
    with pytest.raises(Rejected):
        gateway.role_assignments(KEYS, SERVICE)
    assert len(arm.seen) == 1


@pytest.mark.parametrize("role", [ROLE, ROLE.removeprefix(f"/subscriptions/{SUBSCRIPTION}")])
def test_a_role_definition(arm: CannedArm, gateway: Gateway, role: str) -> None:
    permissions = [
        {"dataActions": ["Microsoft.KeyVault/vaults/*"], "notDataActions": ["Microsoft.KeyVault/vaults/keys/delete"]},
        {"actions": ["*/read"]},
    ]
    arm.answers(200, {"id": role, "properties": {"roleName": "Key Vault Administrator", "permissions": permissions}})
    assert gateway.role_definition(role) == RoleDefinition(
        id=role,
        name="Key Vault Administrator",
        data_actions=["Microsoft.KeyVault/vaults/*"],
        not_data_actions=["Microsoft.KeyVault/vaults/keys/delete"],
    )
    assert arm.seen[0].path == role


def test_no_request_without_a_proper_id(arm: CannedArm, gateway: Gateway) -> None:
    for wrong in (VM, "", f"{KEYS}/secrets/x", KEYS.replace("kv-disks", "..")):
        with pytest.raises(Rejected):
            gateway.key_vault(wrong)
        with pytest.raises(Rejected):
            gateway.role_assignments(wrong, SERVICE)
        with pytest.raises(Rejected):
            gateway.role_definition(wrong)
    with pytest.raises(Rejected):
        gateway.role_assignments(KEYS, "x' or principalId ne '")
    with pytest.raises(Rejected):
        gateway.deleted_key_vault(SUBSCRIPTION, "..", "kv-disks")
    with pytest.raises(Rejected):
        gateway.role_definition(f"{ROLES}/..")
    assert arm.seen == []


def test_what_a_url_could_misread_is_quoted(arm: CannedArm, gateway: Gateway) -> None:
    arm.answers(404, GONE)
    with pytest.raises(NotFound):
        gateway.key_vault(f"{KEYS}?api-version=1#{{x}}")
    assert arm.seen[0].path == f"{KEYS}?api-version=1#{{x}}"
    assert set(arm.seen[0].query) == {"api-version"}
