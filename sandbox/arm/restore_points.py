"""Restore point collections and restore points, and the compute operations that delete them.

Source: Azure REST "Restore Point Collections" (bodies; real answers name the VM as source and say ``Succeeded``),
recorded deletions of compute resources (202 with both headers, then a status document), and Azure Backup,
"Troubleshoot Azure VM backup": deleting many points runs into a time-out and mostly works on the second or third try.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sandbox.arm import errors, lookup, operations
from sandbox.arm.backups import fail_by_deletion, forget_snapshots
from sandbox.arm.exchange import Answer, Request, Table, page
from sandbox.arm.paths import same
from sandbox.arm.times import offset
from sandbox.arm.world import Collection, Operation, Point, World

ROUTES = Table()

_TYPE = "Microsoft.Compute/restorePointCollections"
_COLLECTION = lookup.COMPUTE + "/restorePointCollections/{collection}"
_POINT = _COLLECTION + "/restorePoints/{point}"
_TIME_OUT = timedelta(minutes=30)
_ONE_POINT = timedelta(minutes=1)
_DONE_BEFORE_TIME_OUT = 3  # One third of the points, oldest first.
_TIMED_OUT = ("InternalExecutionError", "An internal execution error occurred. Please retry later.")


@ROUTES.on("GET", lookup.SUB + "/providers/" + _TYPE, f"{_TYPE}/read", bucket="LowCostGetRestorePoint")
def list_all(request: Request) -> Answer:
    """``restore_point_collections.list_all``: without points."""
    return page(request, _collections(request), lambda found: collection_row(*found))


@ROUTES.on("GET", lookup.COMPUTE + "/restorePointCollections", f"{_TYPE}/read", bucket="LowCostGetRestorePoint")
def list_of_group(request: Request) -> Answer:
    """``restore_point_collections.list``: without points."""
    group = lookup.check_group(request)
    here = [found for found in _collections(request) if same(found[1].group, group)]
    return page(request, here, lambda found: collection_row(*found))


@ROUTES.on("GET", _COLLECTION, f"{_TYPE}/read", bucket="HighCostGetRestorePoint")
def get_collection(request: Request) -> Answer:
    """``restore_point_collections.get``: with points if asked to expand them."""
    collection = lookup.collection(request)
    row = collection_row(request.world, collection)
    if request.query.get("$expand", "").lower() == "restorepoints":
        row["properties"]["restorePoints"] = [_point(collection, point) for point in collection.points]
    return Answer(200, row)


@ROUTES.on("GET", _POINT, f"{_TYPE}/restorePoints/read", bucket="LowCostGetRestorePoint")
def get_point(request: Request) -> Answer:
    """``restore_points.get``."""
    collection = lookup.collection(request)
    point = _find(collection, request.params["point"])
    if not point:
        raise errors.no_child(request.params["point"])
    return Answer(200, _point(collection, point))


@ROUTES.on("DELETE", _COLLECTION, f"{_TYPE}/delete", bucket="DeleteRestorePoints")
def delete_collection(request: Request) -> Answer:
    """``restore_point_collections.begin_delete``: 202, or 204 when there is none."""
    lookup.check_group(request)
    collection, world = request.world.collection(request.path), request.world
    if not collection:
        return Answer(204)
    if collection.state == "Deleting":
        raise errors.refuse(
            409, "OperationNotAllowed", f"'{collection.name}' is being deleted already.", errors.SERVICE
        )
    collection.state = "Deleting"
    fail_by_deletion(world, collection.machine)
    return operations.accepted(request, _deletion(world, collection))


@ROUTES.on("DELETE", _POINT, f"{_TYPE}/restorePoints/delete", bucket="DeleteRestorePoints")
def delete_point(request: Request) -> Answer:
    """``restore_points.begin_delete``: 202, or 204 when there is none."""
    lookup.check_group(request)
    parent = request.path.rsplit("/", 2)[0]
    collection = request.world.collection(parent)
    point = _find(collection, request.params["point"]) if collection else None
    if not collection or not point:
        return Answer(204)
    point.state = "Deleting"
    operation = operations.begin(request.world, _ONE_POINT)
    request.world.at(operation.ends, partial(_remove, request.world, collection, [point]))
    return operations.accepted(request, operation)


@ROUTES.on(
    "GET",
    lookup.SUB + "/providers/Microsoft.Compute/locations/{loc}/operations/{op}",
    "Microsoft.Compute/locations/operations/read",
    bucket="GetOperation",
)
def get_operation(request: Request) -> Answer:
    """The status document of a compute operation, or with ``monitor=true`` its result."""
    operation = request.world.operations.get(request.params["op"].lower())
    if not operation or operation.job:
        raise errors.no_child(request.params["op"])
    monitor = request.query.get("monitor", "").lower() == "true"
    return operations.result(request, operation) if monitor else operations.status(request, operation)


def _deletion(world: World, collection: Collection) -> Operation:
    """The first ones time out, if the scenario says so; a later one works."""
    plan = world.spec.collection_delete
    if world.timed_out_deletions < plan.times_out:
        world.timed_out_deletions += 1
        operation = operations.begin(world, _TIME_OUT, _TIMED_OUT)
        world.at(operation.ends, partial(_time_out, world, collection))
        return operation
    operation = operations.begin(world, timedelta(minutes=plan.minutes))
    world.at(operation.ends, partial(_delete, world, collection))
    return operation


def _time_out(world: World, collection: Collection, at: datetime) -> None:
    done = len(collection.points) // _DONE_BEFORE_TIME_OUT
    _remove(world, collection, collection.points[:done], at)
    collection.state = "Failed"


def _delete(world: World, collection: Collection, at: datetime) -> None:
    _remove(world, collection, list(collection.points), at)
    world.collections.remove(collection)


def _remove(world: World, collection: Collection, points: list[Point], _at: datetime) -> None:
    item = world.item_of(collection.machine)
    if item:
        forget_snapshots(item, points)
    collection.points = [point for point in collection.points if point not in points]


def _find(collection: Collection, name: str) -> Point | None:
    return next((point for point in collection.points if same(point.name, name)), None)


def _collections(request: Request) -> list[tuple[World, Collection]]:
    return [(world, collection) for world in request.worlds for collection in world.collections]


def collection_row(world: World, collection: Collection) -> dict[str, Any]:
    """The collection as the service shows it, without its points."""
    return {
        "name": collection.name,
        "id": collection.id,
        "type": _TYPE,
        "location": world.spec.location,
        "properties": {
            "source": {"id": collection.machine.id, "location": collection.machine.location},
            "restorePointCollectionId": collection.guid,
            "provisioningState": collection.state,
        },
    }


def _point(collection: Collection, point: Point) -> dict[str, Any]:
    machine = collection.machine
    return {
        "name": point.name,
        "id": f"{collection.id}/restorePoints/{point.name}",
        "properties": {
            "sourceMetadata": {
                "vmId": machine.guid,
                "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
                "osProfile": {"computerName": machine.name, "adminUsername": "azureadmin"},
                "location": machine.location,
            },
            "provisioningState": point.state,
            "consistencyMode": "ApplicationConsistent",
            "timeCreated": offset(point.created),
        },
    }
