"""The ``choice`` entity, one for each plan that a person is asked about: the first decision stands, others are refused.

The incident takes one decision anyway, as it waits for one event once. The entity is there so that whoever comes second
is told the truth, and so that a decision outlives a host that dies between writing it down and telling the incident.
"""

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from handlers.durable import DurableOrchestrationClient, EntityId
from responder.incident import Approval
from responder.wire import Wire, record, typed

_PAUSES = (0.05, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4)  # seconds; an idle queue is looked at every ten


class Choice(Wire):
    """What a person decided. ``mark`` tells one attempt from another one; empty: nobody has decided yet."""

    mark: str = ""
    approve: bool = False
    by: str = ""
    at: datetime | None = None


class Made(Wire):
    """What became of a decision. ``mine``: it is the one that stands; None: not known yet."""

    choice: Choice
    mine: bool | None = None


Operation = Callable[[Choice, Choice], tuple[Choice, Choice]]


def make(state: Choice, ask: Choice) -> tuple[Choice, Choice]:
    """The first decision stands."""
    stands = state if state.mark else ask
    return stands, stands


CHOICE: dict[str, Operation] = {"make": make}


def attempt(*, approve: bool, by: str, at: datetime) -> Choice:
    """A decision that nobody knows of yet."""
    return Choice(mark=secrets.token_hex(8), approve=approve, by=by, at=at)


def event(choice: Choice, asked: Approval) -> dict[str, Any]:
    """What the incident waits for: a decision about exactly this plan."""
    return {"approve": choice.approve, "fingerprint": asked.fingerprint, "by": choice.by}


async def made(client: DurableOrchestrationClient, incident: str, asked: Approval) -> Choice | None:
    """The decision about a plan; None if nobody has made one."""
    state = await client.read_entity_state(_entity(incident, asked))
    known = typed(dict(state.entity_state or {}), Choice) if state.entity_exists else Choice()
    return known if known.mark else None


async def decide(client: DurableOrchestrationClient, incident: str, asked: Approval, choice: Choice) -> Made:
    """Write a decision down, and look which one stands."""
    await client.signal_entity(_entity(incident, asked), "make", record(choice))
    for pause in _PAUSES:
        await asyncio.sleep(pause)
        stands = await made(client, incident, asked)
        if stands:
            return Made(choice=stands, mine=stands.mark == choice.mark)
    return Made(choice=choice)


def _entity(incident: str, asked: Approval) -> EntityId:
    return EntityId("choice", f"{incident}-{asked.event}")
