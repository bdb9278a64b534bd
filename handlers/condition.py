"""How the app is: whether it is up, and whether it can do its work."""

import azure.functions as func

from handlers.config import configured
from handlers.durable import DurableOrchestrationClient
from handlers.replies import reply
from responder.version import VERSION


def health() -> func.HttpResponse:
    """200 once the app has loaded, which it does only with valid settings; counts playbooks of one's own."""
    up = {"status": "ok", "version": VERSION}
    folder = configured().playbook_folder
    if folder is None:
        return reply(200, up)
    from playbooks.loader import own

    found = own(folder)
    used = len({playbook.code for playbook in found.playbooks.values()})
    return reply(200, {**up, "ownPlaybooks": {"used": used, "leftOut": len(found.problems)}})


async def preflight(client: DurableOrchestrationClient) -> func.HttpResponse:
    """200 with what every probe has found, within some 20 seconds; what fails is told, it is no failure to tell."""
    from handlers.preflight import report
    from responder.wire import plain

    return reply(200, plain(await report(client)))
