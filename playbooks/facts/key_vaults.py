"""Which rights of Azure Backup in a key vault are missing. Pure.

Source: Microsoft Learn, "Back up and restore encrypted Azure VMs", provide permissions; "Back up Azure VMs with
PowerShell", enable protection. Rights that a group of the service principal has are not seen.
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from responder.azure.model import Disk, KeyVault, RoleDefinition

_SECRETS = ("get", "list")
_KEYS = ("get", "list", "backup")
_SECRET_ACTIONS = (
    "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
    "Microsoft.KeyVault/vaults/secrets/getSecret/action",
    "Microsoft.KeyVault/vaults/secrets/backup/action",
)
_KEY_ACTIONS = ("Microsoft.KeyVault/vaults/keys/read", "Microsoft.KeyVault/vaults/keys/backup/action")


def vaults(disks: Iterable[Disk]) -> dict[str, bool]:
    """Ids of the key vaults that hold the disks' secrets and keys -> whether a key (KEK) lies there."""
    found: dict[str, tuple[str, bool]] = {}
    for key in (key for disk in disks for key in disk.keys):
        name, wrapped = found.get(key.vault_id.lower(), (key.vault_id, False))
        found[key.vault_id.lower()] = name, wrapped or key.kind == "key"
    return dict(found.values())


def missing_policy(vault: KeyVault, object_id: str, *, keys: bool) -> list[str]:
    """Rights that no access policy gives to the object, as ``secrets get``; ``keys``: a KEK is used."""
    mine = [policy for policy in vault.policies if policy.object_id.lower() == object_id.lower()]
    secrets = {right.lower() for policy in mine for right in policy.secrets}
    rights = {right.lower() for policy in mine for right in policy.keys}
    lacking = [f"secrets {right}" for right in _SECRETS if not {right, "all"} & secrets]
    return lacking + [f"keys {right}" for right in _KEYS if keys and not {right, "all"} & rights]


def missing_role(roles: Iterable[RoleDefinition], *, keys: bool) -> list[str]:
    """Data actions that none of the roles gives; ``keys``: a KEK is used."""
    held = list(roles)
    wanted = (_KEY_ACTIONS if keys else ()) + _SECRET_ACTIONS
    return [action for action in wanted if not any(_gives(role, action) for role in held)]


def _gives(role: RoleDefinition, action: str) -> bool:
    return _any(role.data_actions, action) and not _any(role.not_data_actions, action)


def _any(patterns: Iterable[str], action: str) -> bool:
    return any(fnmatchcase(action.lower(), pattern.lower()) for pattern in patterns)
