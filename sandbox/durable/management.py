"""The HTTP face of the engine: the endpoints that the SDK's client and operators use.

Source: Durable Functions, "HTTP API reference"; azure-functions-durable 1.7.0,
``models/DurableOrchestrationClient.py``.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import msgspec
from aiohttp import web

from sandbox.durable.binding import management_urls
from sandbox.durable.contract import AlreadyRunning, BadRequest, Gone, NotFound, UnknownFunction
from sandbox.durable.engine import Engine
from sandbox.durable.history import dumps, loads, seconds
from sandbox.durable.views import PAGE_TOKEN_HEADER, Query, known_statuses

RPC_PREFIX = "/durabletask"
WEBHOOK_PREFIX = "/runtime/webhooks/durabletask"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_WAITING = frozenset({"Pending", "Running", "Suspended", "ContinuedAsNew"})


def add_routes(app: web.Application, engine: Engine, *, base: Callable[[], str], key: str | None) -> None:
    """Serve the engine, without a key below `RPC_PREFIX` and with the system key below `WEBHOOK_PREFIX`.

    Args:
        app: where to add the routes, before it starts.
        engine: what answers.
        base: origin of this server, for example ``http://127.0.0.1:7071``, asked at each request.
        key: the ``durabletask_extension`` system key; None lets everybody in.
    """
    management = _Management(engine, base, key)
    for method, path, handler in management.routes():
        app.router.add_route(method, RPC_PREFIX + path, management.guarded(handler, keyed=False))
        app.router.add_route(method, WEBHOOK_PREFIX + path, management.guarded(handler, keyed=True))


class _Management:
    def __init__(self, engine: Engine, base: Callable[[], str], key: str | None) -> None:
        self._engine, self._base, self._key = engine, base, key

    def routes(self) -> list[tuple[str, str, Handler]]:
        return [
            ("POST", "/orchestrators/{name}", self._start),
            ("POST", "/orchestrators/{name}/{id}", self._start),
            ("GET", "/instances", self._list),
            ("GET", "/instances/", self._list),
            ("DELETE", "/instances", self._purge_by),
            ("DELETE", "/instances/", self._purge_by),
            ("GET", "/instances/{id}", self._status),
            ("DELETE", "/instances/{id}", self._purge),
            ("POST", "/instances/{id}/raiseEvent/{event}", self._raise_event),
            ("POST", "/instances/{id}/restart", self._restart),
            ("POST", "/instances/{id}/{verb:terminate|suspend|resume|rewind}", self._tell),
            ("GET", "/entities/{name}/{key}", self._read_entity),
            ("POST", "/entities/{name}/{key}", self._signal_entity),
        ]

    def guarded(self, handler: Handler, *, keyed: bool) -> Handler:
        """The handler behind the key, with refusals as answers, and no leap of the clock meanwhile."""

        async def answer(request: web.Request) -> web.StreamResponse:
            if keyed and not self._admits(request):
                return web.Response(status=HTTPStatus.UNAUTHORIZED)
            async with self._engine.hold():
                return await _refusals_answered(handler, request)

        return answer

    def _admits(self, request: web.Request) -> bool:
        given = request.headers.get("x-functions-key") or request.query.get("code", "")
        return self._key is None or secrets.compare_digest(given.encode(), self._key.encode())

    async def _start(self, request: web.Request) -> web.Response:
        instance_id = await self._engine.start_instance(
            request.match_info["name"],
            request.match_info.get("id"),
            await _body(request),
            request.query.get("version"),
        )
        return self._accepted(instance_id, retry_after=10)

    async def _status(self, request: web.Request) -> web.Response:
        instance_id = request.match_info["id"]
        body = await self._engine.status(
            instance_id,
            show_input=_flag(request, "showInput", default=True),
            show_history=_flag(request, "showHistory"),
            show_history_output=_flag(request, "showHistoryOutput"),
        )
        if body is None:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        if body["runtimeStatus"] in _WAITING:
            headers = {"Location": self._urls(instance_id)["statusQueryGetUri"], "Retry-After": "5"}
            return _json(body, HTTPStatus.ACCEPTED, headers)
        broken = body["runtimeStatus"] == "Failed" and _flag(request, "returnInternalServerErrorOnFailure")
        return _json(body, HTTPStatus.INTERNAL_SERVER_ERROR if broken else HTTPStatus.OK)

    async def _list(self, request: web.Request) -> web.Response:
        page = await self._engine.list_instances(
            _query(request),
            top=_top(request),
            token=_token(request),
            show_input=_flag(request, "showInput", default=True),
        )
        token = urlsafe_b64encode(page.token.encode()).decode() if page.token else None
        return _json(page.rows, headers={PAGE_TOKEN_HEADER: token} if token else None)

    async def _purge(self, request: web.Request) -> web.Response:
        return _purged(await self._engine.purge(request.match_info["id"]))

    async def _purge_by(self, request: web.Request) -> web.Response:
        if "createdTimeFrom" not in request.query:
            raise BadRequest("Please provide value for 'createdTimeFrom' parameter.")
        return _purged(await self._engine.purge_by(_query(request)))

    async def _raise_event(self, request: web.Request) -> web.Response:
        if request.content_type != "application/json":
            raise BadRequest("Only application/json request content is supported")
        instance_id, name = request.match_info["id"], request.match_info["event"]
        await self._engine.raise_event(instance_id, name, await _body(request) or "null")
        return web.Response(status=HTTPStatus.ACCEPTED)

    async def _tell(self, request: web.Request) -> web.Response:
        instance_id, reason = request.match_info["id"], request.query.get("reason", "")
        match request.match_info["verb"]:
            case "terminate":
                await self._engine.terminate(instance_id, reason)
            case "suspend":
                await self._engine.suspend(instance_id, reason)
            case "resume":
                await self._engine.resume(instance_id, reason)
            case _:
                return await self._rewind(instance_id, reason)
        return web.Response(status=HTTPStatus.ACCEPTED)

    async def _rewind(self, instance_id: str, reason: str) -> web.Response:
        try:
            await self._engine.rewind(instance_id, reason)
        except BadRequest as refusal:
            return _json({"Message": str(refusal)}, HTTPStatus.PRECONDITION_FAILED)
        return web.Response(status=HTTPStatus.ACCEPTED)

    async def _restart(self, request: web.Request) -> web.Response:
        new_id = _flag(request, "restartWithNewInstanceId", default=True)
        return self._accepted(await self._engine.restart(request.match_info["id"], new_id=new_id), retry_after=10)

    async def _read_entity(self, request: web.Request) -> web.Response:
        state = await self._engine.read_entity(request.match_info["name"], request.match_info["key"])
        if state is None:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        return web.Response(text=state, content_type="application/json")

    async def _signal_entity(self, request: web.Request) -> web.Response:
        entity = request.match_info["name"], request.match_info["key"]
        await self._engine.signal_entity(*entity, request.query.get("op", ""), await _body(request))
        return web.Response(status=HTTPStatus.ACCEPTED)

    def _accepted(self, instance_id: str, *, retry_after: int) -> web.Response:
        urls = self._urls(instance_id)
        headers = {"Location": urls["statusQueryGetUri"], "Retry-After": str(retry_after)}
        return _json(urls, HTTPStatus.ACCEPTED, headers)

    def _urls(self, instance_id: str) -> dict[str, str]:
        root = self._base().rstrip("/") + WEBHOOK_PREFIX
        return management_urls(root, self._engine.options.hub_name, self._key, instance_id)


async def _refusals_answered(handler: Handler, request: web.Request) -> web.StreamResponse:
    try:
        return await handler(request)
    except AlreadyRunning as refusal:
        return _json({"Message": str(refusal)}, HTTPStatus.CONFLICT)
    except UnknownFunction as refusal:
        return _json({"Message": "The request is invalid.", "ExceptionMessage": str(refusal)}, HTTPStatus.BAD_REQUEST)
    except BadRequest as refusal:
        return _json({"Message": str(refusal), "ExceptionMessage": str(refusal)}, HTTPStatus.BAD_REQUEST)
    except NotFound:
        return web.Response(status=HTTPStatus.NOT_FOUND)
    except Gone:
        return web.Response(status=HTTPStatus.GONE)


async def _body(request: web.Request) -> str | None:
    raw = await request.read()
    if not raw.strip():
        return None
    try:
        return dumps(loads(raw.decode()))
    except (UnicodeDecodeError, msgspec.DecodeError) as error:
        raise BadRequest(f"The body is not JSON: {error}") from error


def _query(request: web.Request) -> Query:
    fields = request.query
    try:
        return Query(
            created_from=seconds(fields["createdTimeFrom"]) if "createdTimeFrom" in fields else float("-inf"),
            created_to=seconds(fields["createdTimeTo"]) if "createdTimeTo" in fields else float("inf"),
            statuses=known_statuses(fields.get("runtimeStatus", "")),
            prefix=fields.get("instanceIdPrefix", ""),
        )
    except ValueError as error:
        raise BadRequest(str(error)) from error


def _top(request: web.Request) -> int:
    text = request.query.get("top", "100")
    if not text.isdigit() or text == "0":
        raise BadRequest("'top' must be a positive number.")
    return int(text)


def _token(request: web.Request) -> str | None:
    given = request.headers.get(PAGE_TOKEN_HEADER)
    try:
        return urlsafe_b64decode(given).decode() if given else None
    except ValueError as error:
        raise BadRequest("The continuation token is not one of ours.") from error


def _flag(request: web.Request, name: str, *, default: bool = False) -> bool:
    return request.query.get(name, str(default)).lower() == "true"


def _purged(count: int) -> web.Response:
    return _json({"instancesDeleted": count}) if count else web.Response(status=HTTPStatus.NOT_FOUND)


def _json(body: object, status: int = HTTPStatus.OK, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(text=dumps(body), status=status, headers=headers, content_type="application/json")
