"""From a person's request to the new incident: what is meant, whether it may run, which run of it this is."""

import asyncio

from msgspec.structs import replace

from handlers import rerun_target, start
from handlers.durable import DurableOrchestrationClient
from handlers.keys import item_key
from handlers.refused import Refused
from handlers.rerun_chain import ended, failure_of, next_run, state_of
from handlers.rerun_request import Wanted, parse
from responder.azure.gateway import Gateway
from responder.guards import in_scope
from responder.ids import ItemId, VaultId
from responder.incident import FailedBackup
from responder.language import say
from responder.settings import Settings


async def run_again(client: DurableOrchestrationClient, body: object, app: Settings) -> str:
    """The id of the incident that was opened.

    Raises:
        Refused: the request is wrong (400), nothing is there to run (404), or something stands in the way (409).
        ArmError: Azure could not be asked.
        PlaybookError: the playbook that is asked for cannot be used.
    """
    wanted, reasons = parse(body, app.playbook_folder)
    if reasons:
        raise Refused(400, "BadRequest", " ".join(map(str, reasons)), reasons=reasons)
    if wanted.incident:
        failure = await _of_incident(client, wanted.incident, app)
    else:
        failure = await next_run(client, await _looked_up(client, wanted, app))
    opened = await start.open_incident(client, replace(failure, mode=wanted.mode, playbook=wanted.playbook), app)
    if opened.ignored:
        text = say(
            "No incident was opened: {reason}. Name the incident that the job belongs to as incidentId.",
            reason=opened.ignored,
        )
        raise Refused(409, opened.ignored, text)
    return opened.id


async def _looked_up(client: DurableOrchestrationClient, wanted: Wanted, app: Settings) -> FailedBackup:
    loop = asyncio.get_running_loop()

    def own(item: ItemId) -> set[str]:
        return asyncio.run_coroutine_threadsafe(_own_jobs(client, item), loop).result()

    return await asyncio.to_thread(rerun_target.failure_of, Gateway(app), app, wanted, own)


async def _of_incident(client: DurableOrchestrationClient, name: str, app: Settings) -> FailedBackup:
    incident = await ended(client, name)
    if incident is None and start.is_broken(await client.get_status(name, show_input=False)):
        text = say("Incident {incident} broke down. Name its vaultId and jobId: it begins anew.", incident=name)
        raise Refused(409, "IncidentBroken", text, name)
    if incident is None:
        raise Refused(404, "IncidentNotFound", say("There is no incident {incident}.", incident=name))
    failure = failure_of(incident)
    vault = VaultId.parse(failure.vault_id or "")
    if vault is None or not in_scope(str(vault), app.scope):
        text = say("{vault} lies outside of RESPONDER_SCOPE.", vault=failure.vault_id)
        raise Refused(404, "OutOfScope", text)
    return await next_run(client, failure, incident)


async def _own_jobs(client: DurableOrchestrationClient, item: ItemId) -> set[str]:
    known = await state_of(client, "item", item_key(str(item)))
    return {str(job).lower() for job in known.get("jobs", {})}
