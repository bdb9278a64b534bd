"""The boundary of calls that only look: where the store does not answer, the caller is told to come again."""

import logging
from collections.abc import Awaitable

import azure.functions as func

from handlers.replies import later
from responder.language import say

_LOG = logging.getLogger("responder")
_RETRY_AFTER = 10  # seconds


async def looked(answer: Awaitable[func.HttpResponse]) -> func.HttpResponse:
    """The answer, or 503: a look has changed nothing, so that it can be repeated."""
    try:
        return await answer
    except Exception:  # noqa: BLE001  the trigger's boundary: whatever the store says, a look can be repeated
        _LOG.exception("the store could not be read")
        return later("NotRead", say("The app's store did not answer. Ask again."), _RETRY_AFTER)
