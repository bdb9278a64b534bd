"""Azure Resource Graph: one question to all subscriptions that the identity sees.

Source: Azure REST "Resources - Resources" and recorded answers. Rows whose type the identity may not read are left
out, silently as in Azure.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from sandbox.arm.errors import SERVICE, Refused, bad_content
from sandbox.arm.exchange import Answer, Request, Table
from sandbox.arm.graph_rows import backups, resources
from sandbox.arm.kql import Rows, run
from sandbox.arm.kql_words import InvalidQuery
from sandbox.arm.world import World

ROUTES = Table()

_MOST = 1000
_HELP = (
    "Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error "
    "before retrying."
)


@ROUTES.on("POST", "/providers/Microsoft.ResourceGraph/resources", "Microsoft.ResourceGraph/resources/read")
def query(request: Request) -> Answer:
    """``resources``: rows as objects."""
    body = request.body if isinstance(request.body, dict) else {}
    text, subscriptions, options = body.get("query"), body.get("subscriptions"), body.get("options") or {}
    if not isinstance(text, str) or not isinstance(options, dict):
        raise bad_content("query")
    worlds = _asked(request.worlds, subscriptions)
    tables = {
        "resources": partial(resources, worlds, request.at, holder=request.holder),
        "recoveryservicesresources": partial(backups, worlds, request.at, holder=request.holder),
    }
    try:
        rows = run(text, tables, request.at)
    except InvalidQuery as invalid:
        raise _refused("InvalidQuery", _HELP, invalid.details) from None
    return _answer(rows, options)


def _answer(rows: Rows, options: dict[str, Any]) -> Answer:
    """A page of at most 1000 rows; ``$skipToken`` of an answer asks for the next."""
    start = int(options.get("$skipToken") or options.get("$skip") or 0)
    page = rows[start : start + min(_MOST, int(options.get("$top") or _MOST))]
    body: dict[str, Any] = {"totalRecords": len(rows), "count": len(page), "data": page, "facets": []}
    body["resultTruncated"] = "false"
    if start + len(page) < len(rows):
        body["$skipToken"] = str(start + len(page))
    return Answer(200, body)


def _asked(worlds: Sequence[World], subscriptions: object) -> Sequence[World]:
    """None means all that the identity sees; the code of the refusal is composed."""
    if subscriptions is None:
        return worlds
    names = [str(entry).lower() for entry in subscriptions] if isinstance(subscriptions, list) else []
    found = [world for world in worlds if world.spec.subscription.lower() in names]
    if not found:
        text = "There must be at least one subscription that is eligible to contain resources."
        raise _refused("NoValidSubscriptionsInQueryRequest", text)
    return found


def _refused(code: str, message: str, *more: dict[str, object]) -> Refused:
    details = [{"code": code, "message": message}, *more]
    text = "Please provide below info when asking for support: timestamp, correlationId."
    return Refused(Answer(400, {"error": {"code": "BadRequest", "message": text, "details": details}}, SERVICE))
