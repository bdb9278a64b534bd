"""The watcher of a subscription's vaults: lists jobs at most once a minute, as their reads allow, and tells who waits.

It lives while somebody waits. What waits is kept by the ``watch`` entity, so that nothing is lost when a watcher ends,
dies or begins anew: telling an incident twice does no harm, its event is waited for once.
"""

from datetime import datetime, timedelta

from handlers.durable import DurableOrchestrationContext, EntityId
from handlers.hops import Flow
from handlers.keys import watch_key
from handlers.messages import Answer, CallWatcher, ReadJobs, Told
from handlers.watch_entity import ROUND, Turn, WatchRequest
from responder.wire import record, typed

_ROUNDS = 30  # then it begins anew, with an empty history


def watch(context: DurableOrchestrationContext) -> Flow[None]:
    """Answer rounds of looks until nothing waits."""
    vault = typed(context.get_input(), CallWatcher)
    told = Told()
    for _ in range(_ROUNDS):
        turn = yield from _take(context, vault, told)
        if turn.over:
            return
        told = (yield from _read(context, turn)) if turn.looks else Told()
        pause = timedelta(seconds=max(told.again_after or 0, ROUND.total_seconds()))
        yield context.create_timer(_now(context) + pause)
    turn = yield from _take(context, vault, told)
    if not turn.over:
        context.continue_as_new(record(vault))


def _take(context: DurableOrchestrationContext, vault: CallWatcher, told: Told) -> Flow[Turn]:
    ask = WatchRequest(
        now=_now(context),
        reads_per_hour=vault.reads_per_hour,
        generation=vault.generation,
        spent=told.reads,
        told=told.keys,
    )
    answer = yield context.call_entity(EntityId("watch", watch_key(vault.vault)), "take", record(ask))
    return typed(answer, Turn)


def _read(context: DurableOrchestrationContext, turn: Turn) -> Flow[Told]:
    now = _now(context)
    may_list = turn.list_at is None or turn.list_at <= now
    ask = ReadJobs(looks=turn.looks, may_list=may_list, now=now)
    try:
        reply = typed((yield context.call_activity("read_jobs", record(ask))), Answer)
    except Exception:  # noqa: BLE001  the trigger's boundary: who waits is told at a later round
        return Told()
    if reply.value is None:
        return Told(reads=reply.job_reads, again_after=reply.again_after)
    return typed(reply.value, Told)


def _now(context: DurableOrchestrationContext) -> datetime:
    moment: datetime = context.current_utc_datetime
    return moment
