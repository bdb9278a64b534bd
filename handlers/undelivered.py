"""What did not arrive: shown from the ``target`` entities, and posted again by their redelivery."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

from handlers.durable import DurableOrchestrationClient, EntityId
from handlers.folders import Folder
from handlers.reasons import Reason
from handlers.redelivery import Redelivery
from handlers.refused import Refused
from handlers.targets import REDELIVERY, Target, redelivery_id
from responder.language import say
from responder.notify.message import report_id
from responder.notify.target import WEBHOOK
from responder.notify.targets import targets
from responder.settings import Settings
from responder.wire import plain, record, typed

_LIVE = {"Pending", "Running", "Suspended", "ContinuedAsNew"}


class Wish(NamedTuple):
    """What a POST asks for. ``redeliver``: ids of incidents; None: all that are listed; empty: none."""

    target: str = WEBHOOK
    enable: bool = False
    redeliver: list[str] | None = []


def wish(body: object) -> Wish:
    """What a body asks for.

    Raises:
        Refused: lists all that is wrong with it.
    """
    asked: dict[str, Any] = cast("dict[str, Any]", body) if isinstance(body, dict) else {}
    reasons = list(_wrong(asked))
    if not {"enable", "redeliver"} & asked.keys():
        reasons.append(Reason("body", say("It asks for nothing."), say('Send "enable", "redeliver", or both.')))
    if reasons:
        raise Refused(400, "BadDelivery", " ".join(map(str, reasons)), reasons=reasons)
    ids = asked.get("redeliver", [])
    return Wish(
        target=asked.get("target", WEBHOOK),
        enable=asked.get("enable", False),
        redeliver=None if ids == "all" else list(dict.fromkeys(ids)),
    )


def _wrong(asked: Mapping[str, Any]) -> Iterator[Reason]:
    remedies = _remedies()
    for name, value in asked.items():
        if name not in remedies:
            remedy = say("Send {targets}.", targets=", ".join(remedies))
            yield Reason(name[:40], say("There is no such member."), remedy)
        elif not _fits(name, value):
            yield Reason(name, say("It has a value that it may not have."), remedies[name])


def _remedies() -> dict[str, str]:
    """Each member that a body may have, and what to send as its value."""
    return {
        "enable": say("Send true, or leave it out."),
        "redeliver": say('Send "all", or a list of ids of incidents.'),
        "target": say("Send the name of a target, or leave it out."),
    }


def _fits(name: str, value: object) -> bool:
    if name == "enable":
        return value is True
    if name == "target":
        return isinstance(value, str)
    entries = cast("list[object]", value) if isinstance(value, list) else []
    return value in ("all", []) or (bool(entries) and all(isinstance(entry, str) for entry in entries))


async def act(client: DurableOrchestrationClient, wanted: Wish, app: Settings) -> dict[str, Any]:
    """Start what is wished for; answers with what will be done.

    Raises:
        Refused: unknown target or incident, a target that is disabled, or a redelivery that still runs.
    """
    if wanted.target not in targets(app):
        raise Refused(404, "TargetNotFound", say("There is no target of that name; GET lists them."))
    state = await _target(client, wanted.target)
    ids = _chosen(state, wanted)
    if ids and _is_disabled(state, wanted.target, app) and not wanted.enable:
        text = say('Its address has answered 410 Gone. Send "enable": true to try it again.')
        raise Refused(409, "TargetDisabled", text)
    folded = wanted.redeliver is None and folding(await _folder(client, wanted.target)) > 0
    if ids or folded or wanted.enable:
        await _start(client, Redelivery(target=wanted.target, left=ids, enable=wanted.enable, folded=folded))
    told = {"target": wanted.target, "enabled": wanted.enable, "redelivering": ids, "digest": folded}
    return told | {"statusUrl": f"{app.public_url}/api/deliveries"}


def _chosen(state: Target, wanted: Wish) -> list[str]:
    listed = state.undelivered
    if wanted.redeliver is None:
        return listed
    missing = [name[:80] for name in wanted.redeliver if name not in set(listed)]
    if missing:
        text = say("No undelivered result is listed of {incidents}.", incidents=", ".join(missing))
        raise Refused(404, "NotListed", text)
    return wanted.redeliver


async def _start(client: DurableOrchestrationClient, work: Redelivery) -> None:
    """Start the redelivery; the loser of two that start at once learns it from the engine, as a bare exception."""
    name = redelivery_id(work.target)
    if not await _is_running(client, name):
        try:
            await client.start_new(REDELIVERY, name, record(work))
        except Exception:
            if not await _is_running(client, name):
                raise
        else:
            return
    text = say("Results are being posted again just now; GET shows how far it is.")
    raise Refused(409, "RedeliveryRunning", text)


async def _is_running(client: DurableOrchestrationClient, name: str) -> bool:
    status = await client.get_status(name, show_input=False)
    return bool(status) and _lives(status)


def _lives(status: Any) -> bool:
    return status.runtime_status is not None and status.runtime_status.name in _LIVE


async def shown(client: DurableOrchestrationClient, app: Settings) -> list[dict[str, Any]]:
    """Every target with its state, what did not arrive, and its newest redelivery."""
    return [await _shown(client, name, app) for name in targets(app)]


async def _shown(client: DurableOrchestrationClient, name: str, app: Settings) -> dict[str, Any]:
    state = await _target(client, name)
    disabled = state.disabled if _is_disabled(state, name, app) else None
    return {
        "name": name,
        "kind": targets(app)[name].kind,
        "state": "disabled" if disabled else "enabled",
        "disabled": {"since": plain(disabled.since), "by": disabled.incident, "why": "410 Gone"} if disabled else None,
        "undelivered": listed(state),
        "digest": _digest(await _folder(client, name)),
        "redelivery": await _redelivery(client, name),
    }


def listed(state: Target) -> dict[str, Any]:
    """The newest first. ``older``: further incidents without details; ``forgotten``: how many are not listed at all."""
    results = [
        {"id": entry.incident, "webhookId": report_id(entry.incident), "outcome": entry.outcome}
        | record(entry.reported)
        for entry in reversed(state.kept)
    ]
    count = len(results) + len(state.older) + state.forgotten
    return {"count": count, "results": results, "older": state.older[::-1], "forgotten": state.forgotten}


def _digest(state: Folder) -> dict[str, Any]:
    """What waits for the target's next digest, and how the last one was delivered."""
    return {"waiting": folding(state), "sent": state.sent, "last": record(state.last) if state.last else None}


def folding(state: Folder) -> int:
    """How many results wait for a digest, or are in one that has not arrived yet."""
    return sum(sum(part.counts.values()) for part in (state.waiting, state.batch) if part)


async def _redelivery(client: DurableOrchestrationClient, name: str) -> dict[str, Any] | None:
    """How far the newest redelivery is, or how it ended."""
    status = await client.get_status(redelivery_id(name), show_input=False)
    if not status:
        return None
    for known in (status.output, status.custom_status):
        if isinstance(known, dict) and known:
            return {"running": _lives(status)} | _progress(cast("dict[str, Any]", known))
    return {"running": _lives(status)}


def _progress(told: dict[str, Any]) -> dict[str, Any]:
    left = told.get("left", 0)
    return {
        "delivered": told.get("delivered", 0),
        "refused": told.get("refused", 0),
        "left": len(cast("list[str]", left)) if isinstance(left, list) else left,
        "stopped": told.get("stopped"),
    }


async def _target(client: DurableOrchestrationClient, name: str) -> Target:
    state = await client.read_entity_state(EntityId("target", name))
    return typed(dict(state.entity_state or {}) if state.entity_exists else {}, Target)


async def _folder(client: DurableOrchestrationClient, name: str) -> Folder:
    state = await client.read_entity_state(EntityId("folder", name))
    return typed(dict(state.entity_state or {}) if state.entity_exists else {}, Folder)


def _is_disabled(state: Target, name: str, app: Settings) -> bool:
    """A new address is not the one that was gone."""
    return state.disabled is not None and state.disabled.address == targets(app)[name].address
