"""GET /api/ui: what is open, how the last thirty days ended, and whether anything stands in the way."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import azure.functions as func

from handlers.config import configured
from handlers.durable import DurableOrchestrationClient, store_address
from handlers.pages import guarded
from handlers.pages.session import Person
from responder.language import say

if TYPE_CHECKING:
    from handlers.ledger import Ledger
    from handlers.listing import Found

DAYS = 30
"""How many days the figures tell of."""

_OPEN = 20  # incidents that are shown


class Known(NamedTuple):
    """What the page is made of."""

    open: "Found"
    ledger: "Ledger"
    switch: Mapping[str, Any]
    targets: list[dict[str, Any]]


async def show_overview(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """The page that people begin at."""

    async def made(person: Person) -> func.HttpResponse:
        return told(await _read(client), person, datetime.now(UTC).date())  # which days are shown decides nothing

    return await guarded.shown(req, made)


def told(known: Known, person: Person, today: date) -> func.HttpResponse:
    """The page. ``today``: the last day that is shown, unless something has ended on a later one."""
    from handlers.pages import chart, figures
    from handlers.pages.render import page

    last = max(today, *(date.fromisoformat(name) for name in [*known.ledger.days][-1:] or [today.isoformat()]))
    first = (last - timedelta(days=DAYS - 1)).isoformat()
    days = [day for name, day in known.ledger.days.items() if first <= name]
    return page(
        "overview.html",
        person=person,
        title=say("Overview"),
        open=known.open.rows,
        more=known.open.following is not None or not known.open.complete,
        chart=chart.draw(known.ledger.days, last, DAYS),
        days=DAYS,
        alone=figures.alone(days),
        codes=figures.commonest(days),
        recent=known.ledger.recent,
        switch=known.switch,
        late=[target for target in known.targets if target["undelivered"]["count"] or target["state"] != "enabled"],
    )


async def _read(client: DurableOrchestrationClient) -> Known:
    """Everything at once: each is one question to the store, however many incidents it holds."""
    from handlers import ledger
    from handlers.listing import listed
    from handlers.listing_query import Query
    from handlers.switching import state
    from handlers.undelivered import shown

    return Known(
        *await asyncio.gather(
            listed(store_address(client), Query(state="open", top=_OPEN)),
            ledger.known(client),
            state(client),
            shown(client, configured()),
        )
    )
