"""Who is told: the end of an incident and its requests for a decision, to every target whose filter takes them."""

from collections.abc import Collection
from datetime import timedelta

from handlers.folders import FolderRequest, Offered
from handlers.hops import Flow, Hops, StepFailedError
from handlers.messages import Address, Addressee, Addressees, CallDigest, Deliver
from handlers.reporting import post_to_all
from responder.incident import Incident, Reported
from responder.language import say
from responder.notify.digest import row

_RESULT = timedelta(hours=24)  # how long a result waits for its receivers
_REQUEST = timedelta(hours=1)
_FINE = {"delivered", "collected"}


def tell_end(hops: Hops, incident: Incident, told: Collection[str] = ()) -> Flow[list[Reported]]:
    """Post the result to all who want it, alone or folded into a digest; answers with one entry for each target.

    ``told``: names of targets that have it already.
    """
    found = yield from _addressees(hops, Address(incident=incident, now=hops.now))
    wanted = [each for each in found if each.target not in told]
    folded: list[Reported] = []
    alone: list[Addressee] = []
    for each in wanted:
        offered = yield from _offer(hops, incident, each)
        if offered.alone:
            alone.append(each)
        else:
            folded.append(Reported(state="collected", attempts=0, at=hops.now, target=each.target))
    messages = [Deliver(incident=incident, now=hops.now, target=each.target) for each in alone]
    posted = yield from post_to_all(hops, messages, patience=_RESULT)
    return posted + folded


def ask_people(hops: Hops, incident: Incident) -> Flow[None]:
    """Post the incident's newest request for a decision to all who take such; one of them is enough to go on."""
    wanted = yield from _addressees(hops, Address(incident=incident, now=hops.now, approval=True))
    messages = [Deliver(incident=incident, now=hops.now, approval=True, target=each.target) for each in wanted]
    yield from post_to_all(hops, messages, patience=_REQUEST, one_is_enough=True)


def worst(hops: Hops, reports: list[Reported]) -> Reported:
    """How the delivery went on the whole: the first that did not arrive, else the first."""
    if not reports:
        return Reported(state="unwanted", attempts=0, detail=say("no target's filter takes it"), at=hops.now)
    return next((report for report in reports if report.state not in _FINE), reports[0])


def _addressees(hops: Hops, ask: Address) -> Flow[list[Addressee]]:
    """Who wants to be told. An app that cannot say so, for a fault of its own, is asked again until it can."""
    pause = timedelta(minutes=1)
    while True:
        try:
            found = yield from hops.ask("address", ask, Addressees)
        except StepFailedError:
            yield from hops.sleep_until(hops.now + pause)
            pause = min(2 * pause, timedelta(hours=1))
        else:
            return found.all


def _offer(hops: Hops, incident: Incident, each: Addressee) -> Flow[Offered]:
    if each.after is None:
        return Offered(alone=True)
    ask = FolderRequest(target=each.target, now=hops.now, row=row(incident), after=each.after, minutes=each.minutes)
    offered = yield from hops.entity("folder", each.target, "offer", ask, Offered)
    if offered.call is not None:
        call = CallDigest(target=each.target, minutes=each.minutes, generation=offered.call)
        yield from hops.do("call_digest", call)
    return offered
