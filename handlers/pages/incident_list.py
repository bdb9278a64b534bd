"""GET /api/ui/incidents: the list with its filters, page by page, and as a file."""

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import azure.functions as func

from handlers.durable import DurableOrchestrationClient, store_address
from handlers.listing_query import Query, parse, to_token
from handlers.pages import exports, guarded
from handlers.pages.session import HOME, Person
from handlers.reasons import Reason
from responder.language import say

if TYPE_CHECKING:
    from handlers.listing import Found

PATH = f"{HOME}/incidents"

_FILTERS = ("state", "outcome", "errorCode", "vault", "vm", "since")


async def show_incidents(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """The page, or the file that its links offer."""
    return await guarded.shown(req, lambda person: answered(req.params, store_address(client), person))


async def answered(
    given: Mapping[str, str], address: str, person: Person, headers: Mapping[str, str] | None = None
) -> func.HttpResponse:
    """The page of a query, or its file; 400 with what is wrong at each field.

    Args:
        given: fields of the query; empty ones, as forms send them, filter nothing.
        address: of the store.
        person: who sees it.
        headers: further ones of the page.

    Raises:
        OSError: the store did not answer.
        msgspec.DecodeError: its answer is no list of instances.
    """
    fields, form, wrong = exports.wanted({name: value.strip() for name, value in given.items() if value.strip()})
    query, reasons = parse(fields)
    reasons = [*reasons, *wrong]
    if reasons:
        return _page(fields, query, None, person, headers, reasons)
    if form:
        return await exports.file(address, query, form)
    from handlers.listing import listed

    return _page(fields, query, await listed(address, query), person, headers)


def _page(
    fields: Mapping[str, str],
    query: Query,
    found: "Found | None",
    person: Person,
    headers: Mapping[str, str] | None,
    reasons: Sequence[Reason] = (),
) -> func.HttpResponse:
    from handlers.pages.render import page
    from responder.incident import Outcome

    kept = {name: fields[name] for name in (*_FILTERS, "top") if name in fields}
    following = found.following if found else None
    return page(
        "incidents.html",
        status=400 if reasons else 200,
        person=person,
        title=say("Incidents"),
        headers=headers,
        rows=found.rows if found else [],
        complete=found.complete if found else True,
        refused=bool(reasons),
        given=kept,
        since=f"{query.since.astimezone(UTC):%Y-%m-%dT%H:%M}" if query.since else "",
        outcomes=list(Outcome),
        errors={reason.field: f"{reason.message} {reason.remedy}" for reason in reasons if reason.field in _FILTERS},
        others=[reason for reason in reasons if reason.field not in _FILTERS],
        later="continuation" in fields,
        first=_link(kept),
        older=_link({**kept, "continuation": to_token(following)}) if following else None,
        files={form: _link({**kept, "format": form}) for form in ("csv", "json")},
    )


def _link(fields: Mapping[str, str]) -> str:
    return f"{PATH}?{urlencode(fields)}" if fields else PATH
