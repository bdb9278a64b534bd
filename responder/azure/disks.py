"""Managed disks.

Source: azure-mgmt-compute 39.0.0 (disks API 2026-03-02); Azure REST API reference, "Disks - Get",
encryptionSettingsCollection: the keys of Azure Disk Encryption.
"""

from responder.azure import places
from responder.azure.calls import Calls, body, identity
from responder.azure.model import Disk, EncryptionKey
from responder.azure.translate import translated
from responder.dig import dig, flag, number, rows, text

_KEYS = (("secret", "diskEncryptionKey"), ("key", "keyEncryptionKey"))


class Disks(Calls):
    """Managed disks. Every method raises `ArmError`s."""

    @translated
    def disk(self, disk_id: str) -> Disk:
        """A managed disk; `NotFound` if it was deleted."""
        disk = places.resource(disk_id, places.DISK)
        return disk_of(body(self._clients.compute(disk.subscription).disks.get(disk.group, disk.name)))


def disk_of(row: object) -> Disk:
    """A managed disk from its JSON."""
    properties = dig(row, "properties")
    encryption = dig(properties, "encryptionSettingsCollection")
    return Disk(
        id=identity(row),
        name=text(row, "name") or "",
        size_gb=number(properties, "diskSizeGB"),
        sku=text(row, "sku", "name"),
        state=text(properties, "diskState"),
        max_shares=number(properties, "maxShares") or 1,
        encrypted=flag(encryption, "enabled") is True,
        keys=_keys(rows(encryption, "encryptionSettings")),
        encryption_set=text(properties, "encryption", "diskEncryptionSetId"),
    )


def _keys(settings: list[object]) -> list[EncryptionKey]:
    """Where the secrets and keys lie; one vault often holds several of them."""
    found = [
        EncryptionKey(kind=kind, vault_id=vault)
        for entry in settings
        for kind, name in _KEYS
        if (vault := text(entry, name, "sourceVault", "id"))
    ]
    return [key for index, key in enumerate(found) if key not in found[:index]]
