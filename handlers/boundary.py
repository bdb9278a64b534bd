"""The boundary of every activity: typed errors become data, unexpected ones a recorded failure without secrets."""

import logging
from collections.abc import Callable
from typing import TypeVar

from msgspec.structs import replace

from handlers.messages import Answer, Trouble
from responder.azure.gateway import Gateway
from responder.errors import ArmError, Forbidden, ResponderError, Throttled, TryLater
from responder.missing import right
from responder.notify.redact import redact
from responder.wire import Wire, plain, record, typed

Q = TypeVar("Q", bound=Wire)

_PAUSE = 60.0  # seconds, where Azure names none; longer than a backup request needs to show up as a job
_LOG = logging.getLogger("responder")


def answer(payload: object, request: type[Q], work: Callable[[Q], object]) -> object:
    """Run an activity's work on its typed request; answers with the JSON form of `Answer`."""
    try:
        reply = Answer(value=plain(work(typed(payload, request))))
    except TryLater as later:
        wait = later.retry_after_seconds if later.retry_after_seconds is not None else _PAUSE
        least = 1.0 if isinstance(later, Throttled) else _PAUSE
        reply = Answer(again_after=max(wait, least), why=redact(f"{type(later).__name__}: {later}"))
    except Forbidden as missing:
        text = right(missing)
        reply = Answer(trouble=Trouble(kind="Forbidden", text=redact(text), action=missing.action, scope=missing.scope))
    except (ArmError, ResponderError) as error:
        reply = Answer(trouble=Trouble(kind=type(error).__name__, text=redact(str(error))))
    except Exception as error:  # noqa: BLE001  the trigger's boundary: a bug must end as a reported failure
        _LOG.exception("activity failed")
        reply = Answer(trouble=Trouble(kind="Unexpected", text=redact(f"{type(error).__name__}: {error}")))
    return record(reply)


def metered(reply: object, gateway: Gateway) -> object:
    """An activity's answer with the reads of jobs that its gateway has made."""
    return record(replace(typed(reply, Answer), job_reads=gateway.job_reads))
