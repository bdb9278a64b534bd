"""Management locks: list, remove, put back.

Source: azure-mgmt-resource-locks 1.0.0 (API 2020-05-01); Microsoft Learn, "Lock your resources to protect your
infrastructure". The list of a subscription holds the locks of all its levels; the list of a group lacks inherited ones.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from responder.azure.calls import Calls, answer, body, changes, identity
from responder.azure.importing import ALONE
from responder.azure.model import Lock
from responder.azure.translate import translated
from responder.dig import dig, rows, text
from responder.errors import Rejected

_MARK = "/providers/microsoft.authorization/locks/"
_SCOPE = re.compile(
    r"^/subscriptions/(?P<subscription>[^/]+)/resourcegroups/(?P<group>[^/]+)"
    r"(?:/providers/(?P<namespace>[^/]+)(?P<parent>(?:/[^/]+/[^/]+)*)/(?P<type>[^/]+)/(?P<name>[^/]+))?$",
    re.IGNORECASE,
)
_GONE = 204


class Locks(Calls):
    """The locks of subscriptions, groups and resources. Every method raises `ArmError`s."""

    @translated
    def locks(self, subscription: str) -> list[Lock]:
        """Every lock in a subscription: on itself, on groups and on resources."""
        found = self._clients.locks(subscription).management_locks.list_at_subscription_level()
        return [lock_of(body(row)) for row in found]

    @changes
    @translated
    def delete_lock(self, lock_id: str) -> bool:
        """Remove a lock of a group or of a resource; False if it was gone already.

        Raises:
            Rejected: the lock stands on a subscription or higher; those are never removed.
        """
        scope, name = split(lock_id)
        place = _place(scope)
        calls = self._clients.locks(place["subscription"]).management_locks
        delete: Callable[..., Any] = (
            calls.delete_at_resource_level if place["type"] else calls.delete_at_resource_group_level
        )
        return bool(delete(*_arguments(place), name, cls=answer).status_code != _GONE)

    @changes
    @translated
    def put_lock(self, lock: Lock) -> Lock:
        """Put a removed lock back as it was: level, notes, owners."""
        place = _place(lock.scope)
        calls = self._clients.locks(place["subscription"]).management_locks
        put: Callable[..., Any] = (
            calls.create_or_update_at_resource_level
            if place["type"]
            else calls.create_or_update_at_resource_group_level
        )
        return lock_of(body(put(*_arguments(place), lock.name, _sdk_lock(lock))))


def split(lock_id: str) -> tuple[str, str]:
    """Scope and name of a lock id."""
    at = lock_id.lower().rfind(_MARK)
    return (lock_id[:at], lock_id[at + len(_MARK) :]) if at >= 0 else (lock_id, "")


def lock_of(row: Mapping[str, Any]) -> Lock:
    """A lock from its JSON."""
    properties = dig(row, "properties")
    lock_id = identity(row)
    scope, name = split(lock_id)
    kept = {key: properties[key] for key in ("level", "notes", "owners") if dig(properties, key) is not None}
    return Lock(
        id=lock_id,
        name=text(row, "name") or name,
        level=text(properties, "level") or "",
        notes=text(properties, "notes"),
        owners=[owner for entry in rows(properties, "owners") if (owner := text(entry, "applicationId"))],
        scope=scope,
        raw={"properties": kept},
    )


def _place(scope: str) -> dict[str, str]:
    found = _SCOPE.match(scope)
    if not found:
        raise Rejected(
            f"A lock on '{scope}' is neither on a resource group nor on a resource in one.", code="LockScope"
        )
    return found.groupdict(default="")


def _arguments(place: Mapping[str, str]) -> tuple[str, ...]:
    """What the SDK calls the parts of a scope."""
    if not place["type"]:
        return (place["group"],)
    return place["group"], place["namespace"], place["parent"].lstrip("/"), place["type"], place["name"]


def _sdk_lock(lock: Lock) -> object:
    with ALONE:
        from azure.mgmt.resource.locks.models import ManagementLockObject, ManagementLockOwner

    owners = [ManagementLockOwner(application_id=owner) for owner in lock.owners]
    return ManagementLockObject(level=lock.level, notes=lock.notes, owners=owners or None)
