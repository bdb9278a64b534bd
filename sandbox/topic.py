"""A custom topic of Event Grid that takes CloudEvents from whoever has a token for it, and can be told to fail.

Source: Microsoft Learn, "Post event to custom topic for Azure Event Grid" (path, content types, answers) and
"Authenticate publishing clients using Microsoft Entra ID" (audience); azure-eventgrid 4.22.1 sends batches.
"""

from http import HTTPStatus
from typing import Any

from aiohttp import web

from sandbox.arm.tokens import Tokens
from sandbox.clock import Clock
from sandbox.moods import Moods, answer
from sandbox.scenario import InboxFault

PATH = "/topics/{name}/api/events"
_AUDIENCES = ["https://eventgrid.azure.net"]
_BATCH = "application/cloudevents-batch+json"
_LARGEST = 1024 * 1024  # bytes of a request. Source: "Event Grid quotas and limits", custom topics
_MUST = ("id", "source", "type", "specversion")


class Topic:
    """The events that it took, once for each id: Event Grid itself delivers copies, a subscriber drops them."""

    def __init__(self, tokens: Tokens, clock: Clock, faults: list[InboxFault]) -> None:
        self._tokens, self._moods = tokens, Moods(clock, faults)
        self._taken: dict[str, dict[str, Any]] = {}

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events."""
        return list(self._taken.values())

    async def take(self, request: web.Request) -> web.StreamResponse:
        """200 for a batch of valid events; 401, 403, 400, 413 or 415 as the service has them."""
        word, _, token = request.headers.get("Authorization", "").partition(" ")
        if word != "Bearer" or not self._tokens.good(token, _AUDIENCES):
            return _refused(HTTPStatus.UNAUTHORIZED, "The request authorization token is missing or invalid.")
        mood = self._moods.take()
        if mood is not None:
            return await answer(request, mood)
        if request.content_type != _BATCH:
            return _refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"The content type is not {_BATCH}.")
        return self._keep(await request.read(), await request.json())

    def _keep(self, body: bytes, batch: object) -> web.Response:
        if len(body) > _LARGEST:
            return _refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The request is larger than 1 MB.")
        if not isinstance(batch, list) or not all(isinstance(event, dict) and _is_whole(event) for event in batch):
            return _refused(
                HTTPStatus.BAD_REQUEST, "This resource is configured to receive events in the schema CloudEvents 1.0."
            )
        self._taken |= {event["id"]: event for event in batch}
        return web.Response()


def _is_whole(event: dict[str, Any]) -> bool:
    return all(isinstance(event.get(name), str) and event[name] for name in _MUST) and event["specversion"] == "1.0"


def _refused(status: HTTPStatus, message: str) -> web.Response:
    return web.json_response({"error": {"code": status.phrase.replace(" ", ""), "message": message}}, status=status)
