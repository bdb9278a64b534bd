"""What a person is told who wants a failed backup looked at: the new incident, or why there is none."""

import azure.functions as func

from handlers.accepting import body_of, place, refused
from handlers.config import configured
from handlers.durable import DurableOrchestrationClient
from handlers.refused import Refused
from handlers.replies import later, problem, reply
from handlers.rerunning import run_again
from responder.errors import Forbidden, IntakeError, PlaybookError, ResponderError, TryLater
from responder.language import say
from responder.missing import right
from responder.notify.redact import redact

_PAUSE = 60  # seconds, where Azure names none


async def rerun(req: func.HttpRequest, client: DurableOrchestrationClient) -> func.HttpResponse:
    """202 with the new incident; 400 with every reason, 404 if nothing can be run, 409 with the running incident."""
    app = configured()
    try:
        return reply(202, {"incidents": [place(app, await run_again(client, body_of(req), app))]})
    except Refused as no:
        return no.answer(app.public_url)
    except ResponderError as error:
        return _told(error)


def _told(error: ResponderError) -> func.HttpResponse:
    """What could not be done, with the text of Azure but without secrets."""
    if isinstance(error, IntakeError):
        return refused(error)
    name, text = type(error).__name__, redact(str(error))
    if isinstance(error, TryLater):
        return later(name, text, int(error.retry_after_seconds or _PAUSE))
    if isinstance(error, Forbidden):
        text = redact(f"{right(error)} {say('Name vaultId and jobId, or incidentId.')}")
    return problem(400 if isinstance(error, PlaybookError) else 502, name, text)
