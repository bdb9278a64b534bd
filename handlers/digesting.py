"""The run that posts a target's digests, one after the other, until nothing waits any more."""

from datetime import datetime, timedelta
from typing import Any

from handlers.durable import DurableOrchestrationClient, DurableOrchestrationContext
from handlers.folders import DIGEST, Batch, FolderRequest, Offered, digest_id
from handlers.hops import Flow, Hops
from handlers.messages import Answer, CallDigest, Deliver
from handlers.reporting import post
from handlers.start import start_unless_alive
from handlers.story import Story
from responder.incident import FailedBackup, Reported
from responder.notify.digest import Digest
from responder.wire import record, typed

_PATIENCE = timedelta(hours=24)


def fold(context: DurableOrchestrationContext) -> Flow[dict[str, Any] | None]:
    """Wait until enough has come together, post it, and begin anew; ends when nothing is left or it does not arrive."""
    work = typed(context.get_input(), CallDigest)
    hops = Hops(context, _Quiet(context.instance_id, context.current_utc_datetime))
    yield from hops.sleep_until(hops.now + timedelta(minutes=work.minutes))
    batch = yield from hops.entity("folder", work.target, "take", _ask(hops, work), Batch)
    if batch.digest is None:
        return {"over": True}
    reported = yield from _post(hops, work, batch.digest)
    if reported.state != "delivered":
        return record(reported)
    context.continue_as_new(record(work))
    return None


async def call_digest(payload: object, client: DurableOrchestrationClient) -> object:
    """Start a target's run; that it runs already is as good."""
    ask = typed(payload, CallDigest)
    name = digest_id(ask.target, ask.generation)
    if not await client.get_status(name, show_input=False):
        await start_unless_alive(client, DIGEST, name, record(ask))
    return record(Answer())


def _post(hops: Hops, work: CallDigest, digest: Digest) -> Flow[Reported]:
    message = Deliver(digest=digest, now=hops.now, target=work.target)
    reported = yield from post(hops, message, patience=_PATIENCE)
    yield from hops.entity("folder", work.target, "settle", _ask(hops, work, reported), Offered)
    return reported


def _ask(hops: Hops, work: CallDigest, reported: Reported | None = None) -> FolderRequest:
    return FolderRequest(target=work.target, now=hops.now, generation=work.generation, reported=reported)


class _Quiet(Story):
    """A run tells nothing of itself while it goes on: its folder does."""

    def __init__(self, name: str, now: datetime) -> None:
        super().__init__(name, FailedBackup(source=DIGEST), now)

    def status(self) -> dict[str, Any]:
        """Nothing."""
        return {}
