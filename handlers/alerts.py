"""POST /api/alerts: Azure Monitor action groups, or anybody with a function key."""

import azure.functions as func

from handlers import start
from handlers.config import configured
from handlers.durable import Blueprint, DurableOrchestrationClient
from handlers.replies import problem, reply
from responder.errors import BodyNotJson, BodyTooLarge

alerts = Blueprint()


@alerts.route(route="alerts", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
@alerts.durable_client_input(client_name="client")
async def receive_alert(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """Accept any JSON; every failed backup in it becomes an incident before the answer is given."""
    from responder import intake

    app = configured()
    try:
        payload = intake.read(req.get_body(), app.max_body_kb * 1024)
    except BodyTooLarge as error:
        return problem(413, "BodyTooLarge", str(error))
    except BodyNotJson as error:
        return problem(400, "BodyNotJson", str(error))
    found = intake.failures(payload)
    opened = [await start.open_incident(client, failure, app) for failure in found.accepted]
    ignored = [{"reason": entry.reason} for entry in found.ignored]
    return reply(
        202,
        {
            "incidents": [
                {"id": entry.id, "statusUrl": f"{app.public_url}/api/incidents/{entry.id}"}
                for entry in opened
                if entry.ignored is None
            ],
            "ignored": ignored + [{"reason": entry.ignored} for entry in opened if entry.ignored],
        },
    )
