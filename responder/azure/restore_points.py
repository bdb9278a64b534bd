"""Restore point collections and the compute operations that delete them.

Source: azure-mgmt-compute 39.0.0 (API 2026-04-01); Microsoft Learn, "Track asynchronous Azure operations".
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from responder.azure.calls import Calls, answer, body, identity
from responder.azure.model import Collection, Operation, Point
from responder.azure.translate import error_of, translated
from responder.dig import dig, moment, rows, text
from responder.errors import NotFound, Rejected
from responder.ids import ResourceId

_TYPE = "microsoft.compute/restorepointcollections"
_ACCEPTED = 202


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
            return self._collection(_parsed(collection_id))
        except NotFound:
            return None

    def delete_collection(self, collection_id: str) -> str | None:
        """Start to delete a collection with all its points; the operation's URL, or None if it was gone already."""
        try:
            return self._delete(_parsed(collection_id))
        except NotFound:
            return None

    @translated
    def operation(self, url: str) -> Operation:
        """State of a long-running operation, asked once.

        Raises:
            Rejected: the URL is not one of this ARM endpoint; the app's token goes nowhere else.
        """
        from azure.core.rest import HttpRequest

        client = self._clients.compute(_subscription(url, self._clients.endpoint))
        response = client.send_request(HttpRequest("GET", url))
        response.raise_for_status()
        if response.status_code == _ACCEPTED or not response.text():
            return Operation(status="InProgress" if response.status_code == _ACCEPTED else "Succeeded")
        status = response.json()
        code, message = error_of(status)
        return Operation(status=text(status, "status") or "InProgress", code=code, message=message)

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
        response = begin_delete(resource.group, resource.name, polling=False, cls=answer).result()
        if response.status_code != _ACCEPTED:
            return None
        url = response.headers.get("Azure-AsyncOperation") or response.headers.get("Location")
        return str(url) if url else None


def _parsed(collection_id: str) -> ResourceId:
    resource = ResourceId.parse(collection_id)
    if resource is None or resource.type.lower() != _TYPE:
        raise Rejected(f"'{collection_id}' is no restore point collection.", code="NotACollection")
    return resource


def _subscription(url: str, endpoint: str) -> str:
    """The subscription in an operation's URL, if the URL belongs to the endpoint."""
    asked, ours = urlsplit(url), urlsplit(endpoint)
    parts = asked.path.split("/")
    if (asked.scheme, asked.netloc.lower()) != (ours.scheme, ours.netloc.lower()) or parts[1:2] != ["subscriptions"]:
        raise Rejected(f"An operation on '{asked.hostname}' is not one of {endpoint}.", code="ForeignOperation")
    return parts[2]


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
