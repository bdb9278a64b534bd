"""Tells of an incident that broke down, began anew, and broke down again: a person has to look.

An orchestration of its own under the incident's id, with an empty history: it replays nothing of what broke, and takes
no step of a playbook. What it does is done once, however often it is begun.
"""

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from handlers.breakdown import REASON, Breakdown, Told
from handlers.durable import DurableOrchestrationContext
from handlers.ending import finish, leave, report, request
from handlers.entities import Receipt
from handlers.hops import Flow, Hops
from handlers.keys import item_key
from handlers.outcome import Ended
from handlers.story import Story
from responder.ids import ItemId, ResourceId, VaultId
from responder.incident import Advice, Command, FailedBackup, Outcome
from responder.language import say
from responder.wire import record, typed

_EVERYBODY = 2**31  # incidents at once: nobody is kept waiting to end


def orchestrate(context: DurableOrchestrationContext) -> Flow[dict[str, Any]]:
    """The end of what broke down twice; answers with the ended incident, or with those that a signal became."""
    told = typed(context.get_input(), Told)
    if told.incidents:
        return {"id": context.instance_id, "state": "located", "incidents": told.incidents}
    now: datetime = context.current_utc_datetime
    story = Story(context.instance_id, told.failure, min([now, *(one.began for one in told.breakdowns)]))
    story.broke_down(told.breakdowns[-1], [one.wait for one in told.breakdowns[:-1]])
    hops = Hops(context, story)
    receipt = yield from hops.entity("receipt", hops.incident, "open", request(hops), Receipt)
    if receipt.ended is None:
        yield from _end(hops, told)
    else:
        yield from finish(hops, receipt.ended, told.breakdowns)
    return record(story.incident)


def _end(hops: Hops, told: Told) -> Flow[None]:
    """End it as failed; whatever it held is free for others before that is reported."""
    end = Ended(Outcome.FAILED, REASON, _summary(told.breakdowns))
    hops.story.end(end.outcome, end.reason, end.summary, hops.now)
    hops.story.advise(_guidance(hops, told))
    for key in _held(told):
        yield from hops.grant("item", key, "release", request(hops))
    yield from hops.grant("governor", "app", "enter", replace(request(hops), limit=_EVERYBODY))
    yield from leave(hops, end)
    yield from report(hops, hops.story)


def _held(told: Told) -> list[str]:
    """Keys of the protected items that it may hold: what the alert named, and that of the VM that was diagnosed."""
    last = told.breakdowns[-1]
    found = [ItemId.parse(told.failure.item_id or ""), _item(last.vault or told.failure.vault_id, last.vm)]
    found.append(_item(told.failure.vault_id, told.failure.vm_id))
    return list(dict.fromkeys(item_key(str(item)) for item in found if item))


def _item(vault: str | None, vm: str | None) -> ItemId | None:
    """The protected item of a VM, as Azure Backup names it."""
    where, which = VaultId.parse(vault or ""), ResourceId.parse(vm or "")
    if where is None or which is None:
        return None
    return ItemId.of_job_container(where, f"iaasvmcontainerv2;{which.group};{which.name}")


def _summary(breakdowns: list[Breakdown]) -> str:
    return say(
        "The app itself failed: the orchestration of this incident broke down at {moments} UTC, at last with: {why}",
        moments=", ".join(f"{one.at:%Y-%m-%d %H:%M}" for one in breakdowns),
        why=breakdowns[-1].why,
    )


def _guidance(hops: Hops, told: Told) -> list[Advice]:
    """What a person does now, in order."""
    name, vault = hops.incident, VaultId.parse(told.failure.vault_id or "")
    by_hand = say(
        "Look after this backup by hand: the app does not. What it had changed and started by then is in this report."
    )
    log = say(
        "Find the cause in the app's log: its lines about {incident}, and the exceptions of that time.", incident=name
    )
    back = say("If it began with a deployment, deploy the older version again.")
    portal = f"Recovery Services vaults > {vault.name} > Backup items" if vault else None
    steps = [Advice(text=by_hand, portal=portal), Advice(text=log), Advice(text=back)]
    return [*steps, *_again(name, told.failure)]


def _again(name: str, failure: FailedBackup) -> list[Advice]:
    """A failure of which something is known can be run again."""
    if failure.vault_id is None:
        return []
    line = f"python -m responder.cli rerun --incident {name} --follow"
    text = say("When the app is well again, let it take this failure up once more.")
    return [Advice(text=text, commands=[Command(shell="bash", at="cloud", line=line)])]  # noqa: S604  it is told, not run
