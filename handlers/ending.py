"""How every incident ends: others are let in, its end is written down once, then it is told until it is taken."""

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from handlers import ledger
from handlers.breakdown import Breakdown
from handlers.entities import Receipt, Request
from handlers.hops import Flow, Hops
from handlers.outcome import Ended
from handlers.receivers import tell_end, worst
from handlers.story import Story
from responder.incident import Incident


def request(hops: Hops) -> Request:
    """What every operation of an entity is told."""
    return Request(incident=hops.incident, now=hops.now)


def finish(hops: Hops, ended: Incident, breakdowns: Sequence[Breakdown]) -> Flow[None]:
    """The end stands. If the incident broke down before all were told of it they are now, as the same message."""
    hops.story.incident = ended
    if breakdowns and not breakdowns[-1].posted:
        yield from tell(hops, hops.story, breakdowns[-1].taken)


def leave(hops: Hops, end: Ended) -> Flow[None]:
    """Give up the place among the incidents at work; the governor counts how it ended."""
    ask = replace(request(hops), outcome=str(end.outcome), reason=end.reason, refusals=hops.refusals)
    yield from hops.grant("governor", "app", "leave", ask)


def report(hops: Hops, story: Story) -> Flow[None]:
    """Keep the ended incident first, then post what is kept: the first end stands, and two reports never differ."""
    close = Request(incident=story.incident.id, now=hops.now, ended=story.incident)
    receipt = yield from hops.entity("receipt", story.incident.id, "close", close, Receipt)
    story.incident = receipt.ended or story.incident
    yield from tell(hops, story)


def tell(hops: Hops, story: Story, told_before: Collection[str] = ()) -> Flow[None]:
    """Post an end that is kept, but not to targets that have it; the ledger counts it once, however often it is told.

    ``told_before``: names of those targets.
    """
    if told := ledger.told(story.incident):
        hops.tell(ledger.NAME, ledger.KEY, ledger.COUNT, told)
    reports = yield from tell_end(hops, story.incident, told_before)
    story.reported(worst(hops, reports), reports)
    hops.log()
