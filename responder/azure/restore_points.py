"""Restore point collections and their points.

Source: azure-mgmt-compute 39.0.0 (API 2026-04-01).
"""

from collections.abc import Callable, Mapping
from typing import Any

from responder.azure import places
from responder.azure.calls import Calls, answer, body, changes, identity
from responder.azure.long_running import started
from responder.azure.model import Collection, Point
from responder.azure.translate import translated
from responder.dig import dig, moment, rows, text
from responder.errors import NotFound
from responder.ids import ResourceId


class RestorePoints(Calls):
    """The restore point collections of a subscription. Every method raises `ArmError`s."""

    @translated
    def collections(self, subscription: str) -> list[Collection]:
        """Every collection in a subscription, without its points."""
        found = self._clients.compute(subscription).restore_point_collections.list_all()
        return [_collection(body(row)) for row in found]

    def collection(self, collection_id: str) -> Collection | None:
        """One collection with its points; None if it is not there."""
        try:
            return self._collection(places.resource(collection_id, places.COLLECTION))
        except NotFound:
            return None

    @changes
    def delete_collection(self, collection_id: str) -> str | None:
        """Start to delete a collection with all its points; the operation's URL, or None if it was gone already."""
        try:
            return self._delete(places.resource(collection_id, places.COLLECTION))
        except NotFound:
            return None

    @changes
    def delete_point(self, point_id: str) -> str | None:
        """Start to delete one restore point; the operation's URL, or None if it was gone already."""
        try:
            return self._delete_point(*places.point(point_id))
        except NotFound:
            return None

    @translated
    def _collection(self, resource: ResourceId) -> Collection:
        calls = self._clients.compute(resource.subscription).restore_point_collections
        row = body(calls.get(resource.group, resource.name, expand="restorePoints"))
        points = [_point(point) for point in rows(row, "properties", "restorePoints")]
        return _collection(row, points)

    @translated
    def _delete(self, resource: ResourceId) -> str | None:
        calls = self._clients.compute(resource.subscription).restore_point_collections
        begin_delete: Callable[..., Any] = calls.begin_delete  # typed without what ``cls`` makes of the answer
        return started(begin_delete(resource.group, resource.name, polling=False, cls=answer).result())

    @translated
    def _delete_point(self, collection: ResourceId, name: str) -> str | None:
        calls = self._clients.compute(collection.subscription).restore_points
        begin_delete: Callable[..., Any] = calls.begin_delete
        return started(begin_delete(collection.group, collection.name, name, polling=False, cls=answer).result())


def _collection(row: Mapping[str, Any], points: list[Point] | None = None) -> Collection:
    return Collection(
        id=identity(row),
        source_id=text(row, "properties", "source", "id"),
        location=text(row, "location"),
        state=text(row, "properties", "provisioningState"),
        points=points,
    )


def _point(row: object) -> Point:
    properties = dig(row, "properties")
    return Point(
        id=identity(row),
        name=text(row, "name") or "",
        created_at=moment(properties, "timeCreated"),
        state=text(properties, "provisioningState"),
    )
