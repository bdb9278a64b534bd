"""The locks that an incident has removed, put back when a person asks."""

import asyncio
import re
from typing import Any

import azure.functions as func

from handlers.config import configured
from handlers.durable import DurableOrchestrationClient, EntityId
from handlers.keys import item_key
from handlers.reading import read_incident
from handlers.refused import Refused
from handlers.replies import reply
from responder import logs
from responder.ids import ItemId
from responder.incident import Incident, Mode
from responder.language import say
from responder.settings import Settings
from responder.wire import typed

_ID = re.compile(r"^inc-[0-9a-f]{32}$")


async def restore_locks(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """200 with what became of each lock, or the reason why none was touched."""
    try:
        return reply(200, {"locks": await put_back(client, req.route_params.get("id", ""), configured())})
    except Refused as refused:
        return refused.answer(configured().public_url)


async def put_back(client: DurableOrchestrationClient, name: str, app: Settings) -> list[dict[str, Any]]:
    """Put back every lock that the ended incident has removed; one entry a lock, with its state and reason.

    Raises:
        Refused: unknown incident, still running, nothing removed, or a law stands against it.
    """
    incident = await _ended(client, name)
    _may(incident, app)
    await _quiet(client, incident)
    return await asyncio.to_thread(_work, app, incident)


def _work(app: Settings, incident: Incident) -> list[dict[str, Any]]:
    from playbooks.fixes import remove_restore_point_locks as locks
    from responder.azure.gateway import Gateway
    from responder.wire import record

    with logs.about(incident=incident.id, operation="RestoreLocks"):
        return [record(entry) for entry in locks.put_back(Gateway(app, changing=True), incident.actions)]


async def _ended(client: DurableOrchestrationClient, name: str) -> Incident:
    """From the receipt, which holds the incident as it ended: what pages show of it has texts masked."""
    if not _ID.match(name):
        raise Refused(404, "IncidentNotFound", say("An incident's id is inc- and 32 hexadecimal digits."))
    state = await client.read_entity_state(EntityId("receipt", name))
    ended = (state.entity_state or {}).get("ended") if state.entity_exists else None
    if ended:
        return typed(ended, Incident)
    if await read_incident(client, name):
        text = say("Incident {incident} has not ended: it may still need the locks gone.", incident=name)
        raise Refused(409, "IncidentRunning", text)
    raise Refused(404, "IncidentNotFound", say("There is no incident {incident}.", incident=name))


def _may(incident: Incident, app: Settings) -> None:
    """The laws of scope and mode, as the settings are now; a VM's tag counts as it was when it was diagnosed."""
    from playbooks.fixes.remove_restore_point_locks import removed
    from responder.guards import in_scope, strictest

    if not removed(incident.actions):
        text = say("Incident {incident} has removed no lock.", incident=incident.id)
        raise Refused(409, "NothingRemoved", text)
    if not in_scope(incident.vault or "", app.scope):
        text = say("{vault} lies outside of RESPONDER_SCOPE.", vault=incident.vault)
        raise Refused(409, "OutOfScope", text)
    playbooks = [app.playbook_modes.get(entry.code) for entry in incident.playbooks]
    if strictest([app.mode, incident.mode, *playbooks]) is Mode.READ_ONLY:
        raise Refused(409, "ReadOnly", say("The mode is read-only, so nothing is changed."))


async def _quiet(client: DurableOrchestrationClient, incident: Incident) -> None:
    """Neither the switch is off nor does another incident need the locks gone."""
    governor = await _state(client, "governor", "app")
    if governor.get("pausedAt"):
        text = say("All changes were stopped by {person}.", person=governor.get("pausedBy"))
        raise Refused(409, "Paused", text)
    item = ItemId.parse(incident.failure.item_id or "")
    holder = (await _state(client, "item", item_key(str(item)))).get("holder") if item else None
    if holder:
        text = say("Incident {incident} is working on the same protected item.", incident=holder)
        raise Refused(409, "ItemBusy", text)


async def _state(client: DurableOrchestrationClient, kind: str, key: str) -> dict[str, Any]:
    state = await client.read_entity_state(EntityId(kind, key))
    return dict(state.entity_state or {}) if state.entity_exists else {}
