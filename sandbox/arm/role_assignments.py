"""Who holds which role in the key vault of Azure Disk Encryption, and what the roles allow.

Source: recorded answers of Microsoft.Authorization; Azure REST "Role Assignments - List For Scope"; Azure RBAC, "Azure
built-in roles for Security"; Azure Backup, "Back up and restore encrypted Azure VMs" (custom role).
"""

import re
from typing import Any

from sandbox.arm import errors
from sandbox.arm.exchange import Answer, Request, Table, page
from sandbox.arm.key_vaults import ADMINISTRATOR, granted_at, is_there, key_vault_id
from sandbox.arm.paths import same, within
from sandbox.arm.times import zulu
from sandbox.arm.world import World

ROUTES = Table()

_ASSIGNMENTS = "Microsoft.Authorization/roleAssignments"
_DEFINITIONS = "Microsoft.Authorization/roleDefinitions"
_PRINCIPAL = re.compile(r"^\s*(?:principalId eq '([^']+)'|assignedTo\('([^']+)'\))\s*$", re.IGNORECASE)
_AT_SCOPE = re.compile(r"^\s*atScope\(\)\s*$", re.IGNORECASE)
_CUSTOM = "Key Vault backup of encrypted disks"
_ROLES = {
    "Owner": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "Key Vault Administrator": "00482a5a-887f-4fb3-b363-3b7fe8e74483",
    "Key Vault Secrets User": "4633458b-17de-408a-b874-0445c86b69e6",
    _CUSTOM: "c0a7e5d2-61b8-4f93-8d24-7e19b6f3a580",
}
_DATA_ACTIONS: dict[str, list[str]] = {
    "Owner": [],
    "Key Vault Administrator": ["Microsoft.KeyVault/vaults/*"],
    "Key Vault Secrets User": [
        "Microsoft.KeyVault/vaults/secrets/getSecret/action",
        "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
    ],
    _CUSTOM: [
        "Microsoft.KeyVault/vaults/keys/read",
        "Microsoft.KeyVault/vaults/keys/backup/action",
        "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
        "Microsoft.KeyVault/vaults/secrets/getSecret/action",
        "Microsoft.KeyVault/vaults/secrets/backup/action",
    ],
}


@ROUTES.on("GET", "*/providers/" + _ASSIGNMENTS, f"{_ASSIGNMENTS}/read")
def list_assignments(request: Request) -> Answer:
    """``role_assignments.list_for_scope``: at, above and below the scope; with ``atScope()`` not below."""
    scope, text = request.params["scope"], request.query.get("$filter", "")
    rows = [row for row in _assignments(request.world) if _shown(row, scope, text)]
    return page(request, rows)


@ROUTES.on("GET", "*/providers/" + _DEFINITIONS + "/{role}", f"{_DEFINITIONS}/read")
def get_definition(request: Request) -> Answer:
    """``role_definitions.get``."""
    for name, guid in _ROLES.items():
        if same(guid, request.params["role"]):
            return Answer(200, _definition(request.world, name))
    text = f"The specified role definition with ID '{request.params['role']}' does not exist."
    raise errors.refuse(404, "RoleDefinitionDoesNotExist", text, errors.SERVICE)


def _assignments(world: World) -> list[dict[str, Any]]:
    spec = world.spec.key_vault
    owner = _assignment(world, ADMINISTRATOR, "User", "Owner", world.subscription_id)
    if spec.model != "rbac" or spec.role == "none" or not is_there(world):
        return [owner]
    role = _CUSTOM if spec.role == "custom" else spec.role
    return [owner, _assignment(world, spec.service_object_id, "ServicePrincipal", role, key_vault_id(world))]


def _assignment(world: World, principal: str, kind: str, role: str, scope: str) -> dict[str, Any]:
    created = zulu(granted_at(world))
    name = f"{principal[:24]}{_ROLES[role][-12:]}"
    return {
        "properties": {
            "roleDefinitionId": _definition_id(world, role),
            "principalId": principal,
            "principalType": kind,
            "scope": scope,
            "condition": None,
            "conditionVersion": None,
            "createdOn": created,
            "updatedOn": created,
        },
        "id": f"{scope}/providers/{_ASSIGNMENTS}/{name}",
        "type": _ASSIGNMENTS,
        "name": name,
    }


def _shown(row: dict[str, Any], scope: str, text: str) -> bool:
    where = row["properties"]["scope"]
    above, below = within(where, scope), within(scope, where)
    if not text:
        return above or below
    if _AT_SCOPE.match(text):
        return above
    found = _PRINCIPAL.match(text)
    if not found:
        message = "The filter is not supported. Supported filters are atScope(), principalId eq and assignedTo()."
        raise errors.refuse(400, "UnsupportedQuery", message, errors.SERVICE)
    return (above or below) and same(row["properties"]["principalId"], found[1] or found[2])


def _definition_id(world: World, name: str) -> str:
    return f"{world.subscription_id}/providers/{_DEFINITIONS}/{_ROLES[name]}"


def _definition(world: World, name: str) -> dict[str, Any]:
    data = _DATA_ACTIONS[name]
    actions = ["*"] if name == "Owner" else []
    permissions = [{"actions": actions, "notActions": [], "dataActions": data, "notDataActions": []}]
    properties = {
        "roleName": name,
        "type": "CustomRole" if name == _CUSTOM else "BuiltInRole",
        "description": "",
        "assignableScopes": [world.subscription_id if name == _CUSTOM else "/"],
        "permissions": permissions,
    }
    return {"properties": properties, "id": _definition_id(world, name), "type": _DEFINITIONS, "name": _ROLES[name]}
