"""The runs of one failed job: each ended incident may be followed by another one, which goes on where it ended."""

from typing import Any

from msgspec.structs import replace

from handlers.durable import DurableOrchestrationClient, EntityId
from handlers.keys import item_key
from handlers.refused import Refused
from handlers.start import is_broken
from responder.ids import ItemId
from responder.incident import FailedBackup, Incident, Outcome
from responder.intake import incident_id
from responder.language import say
from responder.wire import typed

_DONE = {Outcome.RESOLVED, Outcome.RESOLVED_WITH_WARNINGS}
_MOST_RUNS = 100


async def state_of(client: DurableOrchestrationClient, kind: str, key: str) -> dict[str, Any]:
    """The state of an entity; empty if there is none."""
    state = await client.read_entity_state(EntityId(kind, key))
    return dict(state.entity_state or {}) if state.entity_exists else {}


async def ended(client: DurableOrchestrationClient, name: str) -> Incident | None:
    """The incident as it ended, with nothing masked; None if there is none of that id, or it broke down as a whole.

    Raises:
        Refused: 409, it is still running.
    """
    receipt = await state_of(client, "receipt", name)
    if receipt.get("ended"):
        return typed(receipt["ended"], Incident)
    status = await client.get_status(name, show_input=False)
    if is_broken(status):
        return None
    if receipt.get("openedAt") or status:
        text = say("Incident {incident} is still working on this failure.", incident=name)
        raise Refused(409, "IncidentRunning", text, name)
    return None


async def next_run(
    client: DurableOrchestrationClient, failure: FailedBackup, before: Incident | None = None
) -> FailedBackup:
    """The failure as its next incident gets it: the first one of all, or the one after the newest that has ended.

    ``before``: an ended incident of this failure that is known already.

    Raises:
        Refused: 409, one of the runs has not ended, or another incident works on the same protected item.
    """
    first = failure.run + 1 if before else failure.run
    for run in range(first, first + _MOST_RUNS):
        asked = replace(failure, run=run)
        earlier = await ended(client, incident_id(asked))
        if earlier is None:
            await _free(client, asked)
            return _after(asked, before) if before else asked
        before = earlier
    text = say("This failure was run {count} times; start with a newer one.", count=_MOST_RUNS)
    raise Refused(409, "TooManyRuns", text)


def failure_of(incident: Incident) -> FailedBackup:
    """The failure of an ended incident, with the job as the incident found it.

    Raises:
        Refused: 404, it never knew what failed.
    """
    failure = incident.failure
    if not failure.vault_id:
        text = say(
            "Incident {incident} ended without knowing what failed, so that there is nothing to run again.",
            incident=incident.id,
        )
        raise Refused(404, "NoFailedJob", text)
    job = failure.job_id or (incident.job.id if incident.job else None)
    return replace(failure, job_id=job, source="rerun", payload=None)


def _after(failure: FailedBackup, before: Incident) -> FailedBackup:
    """Goes on at the step at which the earlier run ended, in the playbook that it followed then."""
    cleaning = [retry.ended_at for retry in before.retries if retry.expected_failure and retry.ended_at]
    again = before.step if before.outcome not in _DONE and before.playbooks else None
    return replace(
        failure,
        rerun_of=before.id,
        from_step=again or 0,
        from_playbook=before.playbooks[-1].code if again else None,
        cleanup_since=cleaning[-1] if cleaning else before.failure.cleanup_since,
    )


async def _free(client: DurableOrchestrationClient, failure: FailedBackup) -> None:
    item = ItemId.parse(failure.item_id or "")
    holder = (await state_of(client, "item", item_key(str(item)))).get("holder") if item else None
    if holder and holder != incident_id(failure):  # one that broke down holds it still, and goes on
        text = say("Incident {incident} is working on the same protected item.", incident=holder)
        raise Refused(409, "ItemBusy", text, str(holder))
