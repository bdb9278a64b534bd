"""The list of incidents as a file: ``format=csv`` or ``format=json``, newest first, as far as one answer goes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import azure.functions as func
from msgspec.structs import replace

from handlers.config import configured
from handlers.listing_query import Query, to_token
from handlers.reasons import Reason
from handlers.replies import reply
from responder.language import say

if TYPE_CHECKING:
    from handlers.listing import Found

CONTINUATION = "X-Continuation"
"""The header with which a table that is not the whole list tells where the next one begins."""

_FORMATS = ("csv", "json")
_ORDER = "newest first"


def wanted(fields: Mapping[str, str]) -> tuple[dict[str, str], str | None, list[Reason]]:
    """The query's fields without ``format``, the format, and what is wrong with it."""
    rest = {name: value for name, value in fields.items() if name != "format"}
    form = fields.get("format")
    if form in {None, *_FORMATS}:
        return rest, form, []
    message = say("'{value}' is not understood.", value=str(form)[:100])
    return rest, None, [Reason("format", message, say("Use {form}.", form=say(" or ").join(_FORMATS)))]


async def file(address: str, query: Query, form: str) -> func.HttpResponse:
    """All rows up to the export's limit in one answer; ``continuation`` goes on after them.

    The file's name says whether it is the whole list: whoever saves it sees neither header nor note.

    Args:
        address: of the store, see `handlers.durable.store_address`.
        query: which incidents; its number of rows does not count.
        form: csv or json.

    Raises:
        OSError: the store did not answer.
        msgspec.DecodeError: its answer is no list of instances.
    """
    from handlers.listing import listed
    from handlers.pages.csv_export import CONTENT_TYPE, MOST, table

    found = await listed(address, replace(query, top=MOST))
    name = "incidents" if found.complete and found.following is None else "incidents-incomplete"
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    if form == "json":
        return reply(200, _told(found), headers)
    more = {CONTINUATION: to_token(found.following)} if found.following else {}
    fixed = {"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return func.HttpResponse(table(found.rows, configured().public_url), headers={**fixed, **headers, **more})


async def page(address: str, query: Query) -> dict[str, object]:
    """A page of the list as the API shows it.

    Raises:
        OSError: the store did not answer.
        msgspec.DecodeError: its answer is no list of instances.
    """
    from handlers.listing import listed

    return _told(await listed(address, query))


def _told(found: "Found") -> dict[str, object]:
    from handlers.listing import shown

    return {
        "incidents": [shown(row, configured().public_url) for row in found.rows],
        "continuation": to_token(found.following) if found.following else None,
        "order": _ORDER,
        "note": None if found.complete else _note(goes_on=found.following is not None),
    }


def _note(*, goes_on: bool) -> str:
    if goes_on:
        return say(
            "Not everything was looked through at once: go on with the continuation, or narrow the list with since."
        )
    return say(
        "There are too many incidents to look through at once: these may not be the newest. Narrow the list with since."
    )
