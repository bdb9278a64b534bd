"""Key vaults: who may read the secrets and keys of encrypted disks.

Source: Azure REST API reference, "Vaults - Get" and "Vaults - Get Deleted" (API 2023-07-01).
"""

from responder.azure import places
from responder.azure.calls import Calls, identity
from responder.azure.model import AccessPolicy, KeyVault
from responder.azure.translate import translated
from responder.dig import dig, flag, rows, text, texts
from responder.errors import NotFound

_API = "2023-07-01"


class KeyVaults(Calls):
    """Key vaults, never what they hold. Every method raises `ArmError`s."""

    @translated
    def key_vault(self, vault_id: str) -> KeyVault:
        """A key vault; `NotFound` if it was deleted."""
        vault = places.resource(vault_id, places.KEY_VAULT)
        return key_vault_of(self._ask(vault.subscription, places.path_of(vault), _API))

    def deleted_key_vault(self, subscription: str, location: str, name: str) -> bool:
        """Whether a key vault of this name was deleted, but can be recovered."""
        try:
            return self._deleted(subscription, location, name)
        except NotFound:
            return False

    @translated
    def _deleted(self, subscription: str, location: str, name: str) -> bool:
        where = places.path("subscriptions", subscription, "providers", "Microsoft.KeyVault", "locations", location)
        found = self._ask(subscription, where + places.path("deletedVaults", name), _API)
        return bool(identity(found))


def key_vault_of(row: object) -> KeyVault:
    """A key vault from its JSON."""
    properties = dig(row, "properties")
    return KeyVault(
        id=identity(row),
        name=text(row, "name") or "",
        location=text(row, "location") or "",
        rbac=flag(properties, "enableRbacAuthorization") is True,
        policies=[_policy(entry) for entry in rows(properties, "accessPolicies")],
        firewall=_firewall(properties),
    )


def _policy(entry: object) -> AccessPolicy:
    keys, secrets = ([right.lower() for right in texts(entry, "permissions", kind)] for kind in ("keys", "secrets"))
    return AccessPolicy(object_id=(text(entry, "objectId") or "").lower(), keys=keys, secrets=secrets)


def _firewall(properties: object) -> bool:
    """Whether trusted services of Azure are shut out. Where ``bypass`` is missing they are not.

    Source: Azure REST API reference, "Vaults - Get", NetworkRuleSet and publicNetworkAccess.
    """
    rules = dig(properties, "networkAcls")
    closed = (text(properties, "publicNetworkAccess") or "").lower() == "disabled"
    denies = closed or (text(rules, "defaultAction") or "").lower() == "deny"
    return denies and (text(rules, "bypass") or "AzureServices").lower() == "none"
