"""Several worlds in one tenant: which of them a request is about, and what those of one subscription share.

A world is one vault with its VMs. In a subscription there is one list of resource groups and one of locks, and an
operation is found by its id, whichever world it belongs to.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import chain

from sandbox.arm import errors
from sandbox.arm.disks import owner_of
from sandbox.arm.network import machine_of_interface
from sandbox.arm.world import World

_SUBSCRIPTION = re.compile(r"^/subscriptions/([^/]+)", re.IGNORECASE)
_RESOURCE = re.compile(r"^/subscriptions/[^/]+/resourcegroups/([^/]+)/providers/([^/]+/[^/]+)/([^/]+)")


class Estate:
    """The worlds of a tenant; its identity and its tenant are those of the first.

    Raises:
        ValueError: two of them have one vault, or protect one VM.
    """

    def __init__(self, worlds: Sequence[World]) -> None:
        self.worlds = tuple(worlds)
        self._by_subscription: dict[str, tuple[World, ...]] = {}
        for world in self.worlds:
            name = world.spec.subscription.lower()
            self._by_subscription[name] = (*self._by_subscription.get(name, ()), world)
        _check(self.worlds)
        for several in self._by_subscription.values():
            _share(several)
        for world in self.worlds[1:]:
            self.worlds[0].operations.update(world.operations)
            world.operations = self.worlds[0].operations

    def settle(self, now: datetime) -> None:
        """Let everything happen that is due, in every world."""
        for world in self.worlds:
            world.settle(now)

    def around(self, path: str) -> tuple[World, ...]:
        """The worlds of the subscription that a path names, or all.

        Raises:
            Refused: 404 SubscriptionNotFound.
        """
        found = _SUBSCRIPTION.match(path)
        if not found:
            return self.worlds
        worlds = self._by_subscription.get(found[1].lower())
        if not worlds:
            raise errors.no_subscription(found[1])
        return worlds

    def of(self, path: str, around: Sequence[World]) -> World:
        """The world of the resource that a path names; the first one where none has it, which will say so."""
        if len(around) == 1:
            return around[0]
        found = _RESOURCE.match(path.lower())
        if not found:
            return around[0]
        group, kind, name = found.groups()
        return next((world for world in around if _has(world, group, kind, name, found[0])), around[0])


def _has(world: World, group: str, kind: str, name: str, resource: str) -> bool:
    test = _TESTS.get(kind)
    return test is not None and test(world, group, name, resource)


def _has_key_vault(world: World, group: str, name: str, _resource: str) -> bool:
    spec = world.spec.key_vault
    return (group, name) == (spec.group.lower(), spec.name.lower())


_TESTS: dict[str, Callable[[World, str, str, str], bool]] = {
    "microsoft.recoveryservices/vaults": lambda world, _group, _name, resource: resource == world.vault_id.lower(),
    "microsoft.keyvault/vaults": _has_key_vault,
    "microsoft.compute/restorepointcollections": lambda world, _group, _name, resource: (
        world.collection(resource) is not None
    ),
    "microsoft.compute/virtualmachines": lambda world, _group, _name, resource: world.knows(resource),
    "microsoft.compute/disks": lambda world, group, name, _resource: owner_of(world, group, name) is not None,
    "microsoft.network/networkinterfaces": lambda world, group, name, _resource: world.knows(
        machine_of_interface(world, group, name)
    ),
}


def _check(worlds: Sequence[World]) -> None:
    known: set[str] = set()
    vaults, machines = (world.vault_id.lower() for world in worlds), (i.machine.key for w in worlds for i in w.items)
    for one in chain(vaults, machines):
        if one in known:
            message = f"two worlds have {one}"
            raise ValueError(message)
        known.add(one)


def _share(worlds: Sequence[World]) -> None:
    first = worlds[0]
    for world in worlds[1:]:
        first.groups += [name for name in world.groups if not first.group(name)]
        first.locks += [
            lock for lock in world.locks if lock.id.lower() not in {known.id.lower() for known in first.locks}
        ]
        world.groups, world.locks = first.groups, first.locks
