"""The boundary of every activity: typed errors become data, unexpected ones a recorded failure without secrets."""

import logging
from collections.abc import Callable, Mapping
from typing import TypeVar, cast

from msgspec.structs import replace

from handlers.messages import Answer, Trouble
from responder import logs
from responder.azure.gateway import Gateway
from responder.errors import ArmError, Forbidden, ResponderError, Throttled, TryLater
from responder.missing import right
from responder.notify.redact import redact
from responder.wire import Wire, plain, record, typed

Q = TypeVar("Q", bound=Wire)

_PAUSE = 60.0  # seconds, where Azure names none; longer than a backup request needs to show up as a job


def answer(payload: object, request: type[Q], work: Callable[[Q], object]) -> object:
    """Run an activity's work on its typed request; answers with the JSON form of `Answer`."""
    with logs.about(incident=_incident(payload), operation=request.__name__):
        return record(_answer(payload, request, work))


def _incident(payload: object) -> str:
    """For whom `handlers.hops` asks; what was asked by an older version does not say so."""
    return str(cast("Mapping[str, object]", payload).get("incidentId", "")) if isinstance(payload, Mapping) else ""


def _answer(payload: object, request: type[Q], work: Callable[[Q], object]) -> Answer:
    try:
        return Answer(value=plain(work(typed(payload, request))))
    except TryLater as later:
        return _later(later)
    except Forbidden as missing:
        return _troubled(Trouble(kind="Forbidden", text=right(missing), action=missing.action, scope=missing.scope))
    except (ArmError, ResponderError) as error:
        return _troubled(Trouble(kind=type(error).__name__, text=str(error)))
    except Exception as error:  # noqa: BLE001  the trigger's boundary: a bug must end as a reported failure
        logs.LOG.exception("activity failed")
        return Answer(trouble=Trouble(kind="Unexpected", text=redact(f"{type(error).__name__}: {error}")))


def _later(later: TryLater) -> Answer:
    wait = later.retry_after_seconds if later.retry_after_seconds is not None else _PAUSE
    seconds = max(wait, 1.0 if isinstance(later, Throttled) else _PAUSE)
    name = "throttled" if isinstance(later, Throttled) else "unavailable"
    logs.event(name, logging.WARNING, api=later.path, status=later.status, seconds=seconds)
    return Answer(again_after=seconds, why=redact(f"{type(later).__name__}: {later}"))


def _troubled(trouble: Trouble) -> Answer:
    clean = replace(trouble, text=redact(trouble.text))
    facts = {"kind": clean.kind, "why": clean.text, "action": clean.action, "scope": clean.scope}
    logs.event("trouble", logging.WARNING, **facts)
    return Answer(trouble=clean)


def metered(reply: object, gateway: Gateway) -> object:
    """An activity's answer with the reads of jobs that its gateway has made."""
    return record(replace(typed(reply, Answer), job_reads=gateway.job_reads))
