"""Ids as the backup service writes them: they begin with ``/Subscriptions``, resource groups keep their case."""

from sandbox.arm.world import Item, World


def upper(path: str) -> str:
    """The backup service begins its ids with a capital S."""
    return "/Subscriptions" + path.removeprefix("/subscriptions")


def container_id(world: World, item: Item) -> str:
    """The protection container of a VM."""
    return f"{upper(world.vault_id)}/backupFabrics/Azure/protectionContainers/IaasVMContainer;{item.container}"


def item_id(world: World, item: Item) -> str:
    """The protected item of a VM."""
    return f"{container_id(world, item)}/protectedItems/VM;{item.container}"
