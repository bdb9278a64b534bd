"""The key vault of Azure Disk Encryption, and deleted vaults.

Source: recorded answers of Microsoft.KeyVault; Azure REST "Vaults - Get Deleted"; Azure Backup, "Back up and restore
encrypted Azure VMs" (rights of the service).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sandbox.arm import errors, lookup
from sandbox.arm.exchange import Answer, Request, Table
from sandbox.arm.paths import same
from sandbox.arm.times import zulu
from sandbox.arm.world import World

ROUTES = Table()

_TYPE = "Microsoft.KeyVault/vaults"
ADMINISTRATOR = "9d3f1b57-0c64-4a82-b1e9-58a7d2c6f034"  # A person who owns the subscription.
_GRANTED = timedelta(minutes=2)  # Before the failed job began, if the rights are young.
_LONG_AGO = timedelta(days=180)
_OPEN = {"bypass": "AzureServices", "defaultAction": "Allow"}


@ROUTES.on("GET", lookup.GROUP + "/providers/" + _TYPE + "/{name}", f"{_TYPE}/read")
def get_key_vault(request: Request) -> Answer:
    """``vaults.get``: a vault that was deleted is not found, soft-deleted or not."""
    spec = request.world.spec.key_vault
    group, name = request.params["group"], request.params["name"]
    if not (is_there(request.world) and same(group, spec.group) and same(name, spec.name)):
        known = same(group, spec.group) or request.world.group(group)
        raise errors.no_resource(_TYPE, name, group) if known else errors.no_group(group)
    return Answer(200, _vault(request.world))


@ROUTES.on(
    "GET",
    lookup.SUB + "/providers/Microsoft.KeyVault/locations/{loc}/deletedVaults/{name}",
    "Microsoft.KeyVault/locations/deletedVaults/read",
)
def get_deleted_key_vault(request: Request) -> Answer:
    """``vaults.get_deleted``: in the location in which it was."""
    world = request.world
    known = same(request.params["name"], world.spec.key_vault.name) and same(request.params["loc"], world.spec.location)
    if not (known and world.spec.key_vault.soft_deleted):
        text = f"The specified deleted vault '{request.params['name']}' does not exist."
        raise errors.refuse(404, "DeletedVaultNotFound", text, errors.SERVICE)
    return Answer(200, _deleted(world))


def key_vault_id(world: World) -> str:
    """The ARM id of the key vault, whether it exists or not."""
    return world.resource_id(world.spec.key_vault.group, _TYPE, world.spec.key_vault.name)


def granted_at(world: World) -> datetime:
    """When the service got its rights: long ago, or shortly before the failed job where they are young."""
    began = world.failed_job.started if world.failed_job else world.now
    return began - (_GRANTED if world.spec.key_vault.grants_act_after_minutes else _LONG_AGO)


def is_there(world: World) -> bool:
    """Whether the vault exists and was not deleted."""
    return world.spec.key_vault.exists and not world.spec.key_vault.soft_deleted


def _vault(world: World) -> dict[str, Any]:
    spec = world.spec.key_vault
    changed = zulu(granted_at(world))
    rules: dict[str, Any] = {"ipRules": [], "virtualNetworkRules": []}
    rules |= {"bypass": "None", "defaultAction": "Deny"} if spec.firewall else _OPEN
    return {
        "id": key_vault_id(world),
        "name": spec.name,
        "type": _TYPE,
        "location": world.spec.location,
        "tags": {},
        "systemData": {"lastModifiedBy": "admin@example.com", "lastModifiedByType": "User", "lastModifiedAt": changed},
        "properties": {
            "sku": {"family": "A", "name": "standard"},
            "tenantId": world.spec.tenant,
            "networkAcls": rules,
            "accessPolicies": _policies(world),
            "enabledForDeployment": False,
            "enabledForDiskEncryption": True,
            "enableSoftDelete": True,
            "softDeleteRetentionInDays": 90,
            "enableRbacAuthorization": spec.model == "rbac",
            "vaultUri": f"https://{spec.name}.vault.azure.net/",
            "provisioningState": "Succeeded",
            "publicNetworkAccess": "Enabled",
        },
    }


def _policies(world: World) -> list[dict[str, Any]]:
    """The administrator's policy and the service's; a vault on RBAC may keep old ones, this one has none."""
    spec = world.spec.key_vault
    if spec.model == "rbac":
        return []
    everything = ["all"]
    policies = [_policy(world, ADMINISTRATOR, everything, everything)]
    if spec.keys or spec.secrets:
        policies.append(_policy(world, spec.service_object_id, spec.keys, spec.secrets))
    return policies


def _policy(world: World, object_id: str, keys: Sequence[str], secrets: Sequence[str]) -> dict[str, Any]:
    permissions = {"keys": list(keys), "secrets": list(secrets), "certificates": [], "storage": []}
    return {"tenantId": world.spec.tenant, "objectId": object_id, "permissions": permissions}


def _deleted(world: World) -> dict[str, Any]:
    spec, deleted = world.spec, granted_at(world)
    home = f"{world.subscription_id}/providers/Microsoft.KeyVault/locations/{spec.location}/deletedVaults"
    return {
        "id": f"{home}/{spec.key_vault.name}",
        "name": spec.key_vault.name,
        "type": "Microsoft.KeyVault/deletedVaults",
        "properties": {
            "vaultId": key_vault_id(world),
            "location": spec.location,
            "tags": {},
            "deletionDate": zulu(deleted),
            "scheduledPurgeDate": zulu(deleted + timedelta(days=90)),
        },
    }
