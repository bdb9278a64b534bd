"""Management locks: at the subscription, a group, a resource, or any scope in the path.

Source: Azure REST "Management Locks" and recorded life cycles: the subscription's list has every lock below it, a
group's list those of that level alone, a resource's list its own and its group's; PUT answers 201, then 200; DELETE
answers 200 without a body, 204 when there is nothing. Deletion takes a moment to be seen everywhere.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sandbox.arm import errors
from sandbox.arm.exchange import Answer, Request, Table, page
from sandbox.arm.paths import group_of, same, within
from sandbox.arm.world import Lock

ROUTES = Table()

_LOCKS = "*/providers/Microsoft.Authorization/locks"
_LOCK = _LOCKS + "/{lock}"
_LEVELS = ("CanNotDelete", "ReadOnly")


@ROUTES.on("GET", _LOCKS, "Microsoft.Authorization/locks/read")
def list_locks(request: Request) -> Answer:
    """``list_at_subscription_level``, ``..._resource_group_level``, ``..._resource_level``, ``list_by_scope``."""
    scope = _scope(request)
    return page(request, [lock for lock in request.world.acting_locks() if _shown(lock, scope)], _row)


@ROUTES.on("GET", _LOCK, "Microsoft.Authorization/locks/read")
def get_lock(request: Request) -> Answer:
    """``get_at_resource_group_level`` and its like."""
    lock = _find(request, request.world.acting_locks())
    if not lock:
        raise errors.refuse(404, "LockNotFound", f"The lock '{request.params['lock']}' could not be found.")
    return Answer(200, _row(lock))


@ROUTES.on("PUT", _LOCK, "Microsoft.Authorization/locks/write")
def put_lock(request: Request) -> Answer:
    """``create_or_update_*``: 201 for a new lock, 200 for a known one."""
    wanted = _wanted(request)
    known = _find(request, [lock for lock in request.world.locks if lock.gone is None])
    kept = [lock for lock in request.world.locks if lock is not known and not same(lock.id, wanted.id)]
    request.world.locks[:] = [*kept, wanted]
    return Answer(200 if known else 201, _row(wanted))


@ROUTES.on("DELETE", _LOCK, "Microsoft.Authorization/locks/delete")
def delete_lock(request: Request) -> Answer:
    """``delete_at_*``: 200, or 204 when there is none; the lock still acts for ``lock_settle`` seconds."""
    lock = _find(request, [lock for lock in request.world.locks if lock.gone is None])
    if not lock:
        return Answer(204)
    lock.gone = request.at + timedelta(seconds=request.world.spec.lock_settle)
    return Answer(200)


def check_locks(request: Request) -> None:
    """Refuse what a lock on the resource, above it or (for a deletion) inside it forbids.

    Raises:
        Refused: 409 ScopeLocked.
    """
    deleting = request.method == "DELETE"
    locks = request.world.locks_on(request.path, below=deleting)
    scopes = [lock.scope for lock in locks if deleting or lock.level == "ReadOnly"]
    if scopes:
        raise errors.scope_locked(request.path, "delete" if deleting else "write", list(dict.fromkeys(scopes)))


def _scope(request: Request) -> str:
    scope = request.params["scope"].rstrip("/")
    group = group_of(scope)
    if group and not request.world.group(group):
        raise errors.no_group(group)
    return scope


def _shown(lock: Lock, scope: str) -> bool:
    if scope.count("/") == 2:  # noqa: PLR2004  /subscriptions/{id}
        return within(scope, lock.scope)
    inherited = group_of(lock.scope) is not None and within(lock.scope, scope)
    return same(lock.scope, scope) or inherited


def _find(request: Request, locks: Sequence[Lock]) -> Lock | None:
    scope = _scope(request)
    return next((lock for lock in locks if same(lock.scope, scope) and same(lock.name, request.params["lock"])), None)


def _wanted(request: Request) -> Lock:
    properties = request.body.get("properties") if isinstance(request.body, dict) else None
    if not isinstance(properties, dict) or properties.get("level") not in _LEVELS:
        raise errors.bad_content("properties.level")
    scope = _scope(request)
    owners = properties.get("owners") or []
    return Lock(scope, request.params["lock"], properties["level"], properties.get("notes"), owners)


def _row(lock: Lock) -> dict[str, Any]:
    properties: dict[str, Any] = {"level": lock.level}
    if lock.notes is not None:
        properties["notes"] = lock.notes
    if lock.owners:
        properties["owners"] = lock.owners
    return {"properties": properties, "id": lock.id, "type": "Microsoft.Authorization/locks", "name": lock.name}
