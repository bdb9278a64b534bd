"""What the app is responsible for: the vaults in scope, and the resource groups in which it works on their VMs."""

from collections.abc import Iterator
from typing import NamedTuple

from responder.azure.gateway import Gateway
from responder.dig import text
from responder.errors import ArmError, Forbidden
from responder.guards import in_scope
from responder.ids import ResourceId, VaultId, same
from responder.settings import Settings

MOST_VAULTS = 50
MOST_GROUPS = 100

_SOURCES = ("virtualMachineId", "sourceResourceId")


class Found(NamedTuple):
    """Vaults in scope; ``missing``: those that the scope names and nobody has; ``left_out``: those beyond the limit."""

    vaults: list[VaultId]
    missing: list[str]
    left_out: int


def vaults(app: Settings, gateway: Gateway) -> Found:
    """The vaults in scope.

    Raises:
        ArmError: a subscription's vaults cannot be listed, and the scope names none of them.
    """
    named = [vault for vault in map(VaultId.parse, app.scope) if vault]
    known: list[VaultId] = []
    missing: list[str] = []
    for subscription in dict.fromkeys(entry.split("/")[2].lower() for entry in app.scope):
        ours = [vault for vault in named if vault.subscription.lower() == subscription]
        try:
            listed = gateway.vaults(subscription)
        except Forbidden:  # a role on one vault does not list a subscription's
            if not ours:
                raise
            listed = ours
        known += [vault for vault in listed if in_scope(str(vault), app.scope)]
        missing += [str(vault) for vault in ours if not any(same(str(vault), str(other)) for other in listed)]
    return Found(known[:MOST_VAULTS], missing, len(known[MOST_VAULTS:]))


def groups(gateway: Gateway, vaults: list[VaultId]) -> list[str]:
    """The resource groups of the VMs that these vaults protect; those of the vaults if the VMs are not known."""
    subscriptions = list(dict.fromkeys(vault.subscription.lower() for vault in vaults))
    try:
        rows = gateway.graph_items(subscriptions)
    except ArmError:  # forbidden, or asked too often; the right to ask it is among those that are compared
        rows = []
    mine = [row for row in rows if in_scope(text(row, "id") or "", [str(vault) for vault in vaults])]
    found = {group.lower(): group for row in mine for group in _group(row)}
    fallback = {str(vault): _group_of(vault) for vault in vaults} if not found else {}
    return list(dict.fromkeys([*found.values(), *fallback.values()]))[:MOST_GROUPS]


def point_groups(gateway: Gateway, vaults: list[VaultId]) -> list[str]:
    """The groups in which the service keeps restore points by default; a policy may name others.

    Source: Microsoft Learn, "Azure Backup: resource group for restore point collections", ``AzureBackupRG_<region>_1``.
    """
    places: dict[str, str] = {}
    for vault in vaults:
        try:
            region = gateway.vault(vault).location
        except ArmError:
            continue
        group = f"/subscriptions/{vault.subscription}/resourceGroups/AzureBackupRG_{region}_1"
        places[group.lower()] = group
    return list(places.values())


def _group(row: object) -> Iterator[str]:
    for source in _SOURCES:
        machine = ResourceId.parse(text(row, "properties", source) or "")
        if machine:
            yield machine.group_id
            return


def _group_of(vault: VaultId) -> str:
    return f"/subscriptions/{vault.subscription}/resourceGroups/{vault.group}"
