"""The orchestrator that posts undelivered results again, one after the other, each under its old ``webhook-id``.

There is one at a time for each target. It stops where the receiver still is not well: the rest stays listed.
"""

from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from handlers.durable import DurableOrchestrationContext
from handlers.entities import Receipt, Request
from handlers.folders import FolderRequest, Offered
from handlers.hops import Flow, Hops
from handlers.messages import CallDigest, Deliver
from handlers.reporting import post
from handlers.story import Story
from handlers.targets import Standing, TargetRequest
from responder.incident import FailedBackup, Incident
from responder.wire import Wire, record, typed

_PATIENCE = timedelta(hours=24)  # for each result, as at its first delivery
_BATCH = 10  # then it begins anew, with an empty history: each result is in it whole
_GO_ON = {"delivered", "refused"}  # a refusal says something about the message, all else about the receiver


class Redelivery(Wire):
    """Its input, its status and its end. ``left``: incidents whose results are to be posted, in this order.

    ``folded``: what waits for a digest is posted too. ``stopped``: how the delivery went that was the last one although
    there were others.
    """

    target: str
    left: list[str]
    enable: bool = False
    folded: bool = False
    delivered: int = 0
    refused: int = 0
    stopped: str | None = None


def redeliver(context: DurableOrchestrationContext) -> Flow[dict[str, Any] | None]:
    """Post what is left, a batch at a time; answers with how it went."""
    work = typed(context.get_input(), Redelivery)
    progress = _Progress(work, context.current_utc_datetime)
    hops = Hops(context, progress)
    if work.enable:
        ask = TargetRequest(now=hops.now)
        yield from hops.entity("target", work.target, "enable", ask, Standing)
    for incident in work.left[:_BATCH]:
        state = yield from _post_again(hops, work.target, incident)
        progress.count(state)
        if state not in _GO_ON:
            return record(replace(progress.work, stopped=state))
    if progress.work.left:
        context.continue_as_new(record(progress.work))
        return None
    if work.folded:
        yield from _wake(hops, work.target)
    return record(progress.work)


def _wake(hops: Hops, target: str) -> Flow[None]:
    """Let a run post the digest at once."""
    offered = yield from hops.entity("folder", target, "wake", FolderRequest(target=target, now=hops.now), Offered)
    if offered.call is not None:
        yield from hops.do("call_digest", CallDigest(target=target, minutes=0, generation=offered.call))


def _post_again(hops: Hops, target: str, incident: str) -> Flow[str]:
    """What the delivery of one result came to; the receipt holds the incident exactly as it was posted before."""
    ask = Request(incident=incident, now=hops.now)
    receipt = yield from hops.entity("receipt", incident, "read", ask, Receipt)
    if receipt.ended is None:
        return "refused"
    message = Deliver(incident=_as_it_ended(receipt.ended), now=hops.now, target=target)
    reported = yield from post(hops, message, patience=_PATIENCE)
    note = replace(ask, now=hops.now, reported=reported)
    yield from hops.entity("receipt", incident, "report", note, Receipt)
    return reported.state


def _as_it_ended(incident: Incident) -> Incident:
    return replace(incident, reported=None)


class _Progress(Story):
    """What is told of a redelivery while it goes on."""

    def __init__(self, work: Redelivery, now: datetime) -> None:
        super().__init__("redelivery", FailedBackup(source="redelivery"), now)
        self.work = replace(work, enable=False)

    def count(self, state: str) -> None:
        """One more was posted."""
        work = self.work
        delivered, refused = work.delivered + (state == "delivered"), work.refused + (state == "refused")
        left = work.left[1:] if state in _GO_ON else work.left
        self.work = replace(work, left=left, delivered=delivered, refused=refused)

    def status(self) -> dict[str, Any]:
        """How many are done, and how many are left."""
        return {"delivered": self.work.delivered, "refused": self.work.refused, "left": len(self.work.left)}
