"""GET and POST /api/ui/switch: stop all changes of the app, or let them go on; its limits and counts."""

from collections.abc import Mapping
from typing import Any

import azure.functions as func

from handlers.durable import DurableOrchestrationClient
from handlers.pages import guarded
from handlers.pages.session import HOME, Person
from handlers.switching import state, throw
from responder.language import say

PATH = f"{HOME}/switch"

_WISHES = {"pause": True, "resume": False}


async def show_switch(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """The switch as it stands."""

    async def made(person: Person) -> func.HttpResponse:
        return told(await state(client), person, asked=req.params.get("asked"))

    return await guarded.shown(req, made)


async def throw_switch(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """303 back to the page once the wish is stored; 400 if it was not confirmed."""

    async def made(person: Person, given: dict[str, str]) -> func.HttpResponse:
        wish = given.get("wish", "")
        if wish not in _WISHES or given.get("confirmed") != "yes":
            return told(await state(client), person, unconfirmed=True)
        await throw(client, paused=_WISHES[wish], by=person.name)
        return func.HttpResponse(status_code=303, headers={"Location": f"{PATH}?asked={wish}"})

    return await guarded.changed(req, made)


def told(
    known: Mapping[str, Any], person: Person, *, asked: str | None = None, unconfirmed: bool = False
) -> func.HttpResponse:
    """The page of a switch.

    Args:
        known: what `handlers.switching.state` answers.
        person: who sees it.
        asked: what this person has just asked for: pause or resume.
        unconfirmed: a form came without its confirmation.
    """
    from handlers.pages.render import page

    return page(
        "switch.html",
        status=400 if unconfirmed else 200,
        person=person,
        title=say("Switch"),
        known=known,
        limits=_limits(known),
        counts=_counts(known),
        under_way=asked in _WISHES and _WISHES[str(asked)] is not known["paused"],
        unconfirmed=unconfirmed,
    )


def _limits(known: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What is limited, how far it is used where that is known, and the limit."""
    limits = known["limits"]
    return [
        (say("Incidents that act at the same time"), str(known["open"]), str(limits["concurrentIncidents"])),
        (say("Changes in an hour"), str(len(known["changes"])), str(limits["destructivePerHour"])),
        (say("Incidents of a subscription that begin in an hour"), "", str(limits["startsPerHour"])),
        (say("Reads of a subscription's backup jobs in an hour"), "", str(limits["jobReadsPerHour"])),
        (
            say("Ad hoc backups of a VM within {hours} hours", hours=limits["attemptWindowHours"]),
            "",
            str(limits["attemptsPerWindow"]),
        ),
        (say("Minutes that a VM rests after an incident without a good backup"), "", str(limits["backoffMinutes"])),
        (
            say("Hours after a change in which a VM that fails again is left to a person"),
            "",
            str(limits["remediationPauseHours"]),
        ),
    ]


def _counts(known: Mapping[str, Any]) -> list[tuple[str, str, list[tuple[str, int]]]]:
    """Titles and, the largest first, what was counted since the app began: outcomes, reasons, refusals."""
    titles = {
        "ended": (say("Outcomes"), say("How incidents ended")),
        "reasons": (say("Reasons"), say("The named reason of an end")),
        "refusals": (say("Restraints"), say("What incidents waited for or were refused by the app itself")),
    }
    return [
        (title, about, sorted(known[field].items(), key=lambda entry: (-entry[1], entry[0])))
        for field, (title, about) in titles.items()
    ]
