"""Events: the Event Grid trigger, and POST /api/events for CloudEvents and for Event Grid's own schema over plain HTTP.

A limit of azure-functions (1.26 and 2.3): the time of an event is read before this code runs, and an offset other than
Z, +00:00 or -00:00 raises there. Such an event never arrives through the trigger, Event Grid tries for as long as the
subscription says and then dead-letters it. The HTTP door takes any time.
"""

import azure.functions as func

from handlers.durable import Blueprint, DurableOrchestrationClient

events = Blueprint()


@events.event_grid_trigger(arg_name="event")
@events.durable_client_input(client_name="client")
async def backup_event(event: func.EventGridEvent, client: DurableOrchestrationClient) -> None:
    """Open the incidents of one event, of either schema; where they cannot be stored, it is to be delivered again."""
    from handlers import event_intake

    await event_intake.backup_event(event, client)


@events.route(route="events", methods=["POST", "OPTIONS"], auth_level=func.AuthLevel.FUNCTION)
@events.durable_client_input(client_name="client")
async def receive_events(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """CloudEvents (one, a batch, or binary mode) and Event Grid events, and the handshakes of both."""
    from handlers import event_intake

    return await event_intake.receive_events(req, client)
