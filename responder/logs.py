"""The app's log: a line begins with the incident it is about, ends with its fields as JSON, and holds no secret.

The Functions worker hands the host a record's text, level and logger, and nothing else: what a record carries as
``extra`` never becomes a custom dimension. So the fields stand in the text, where a query finds them again.
Source: azure-functions-python-worker, ``dispatcher.py``, ``on_logging``; its issues 1327 and 1681.
"""

import logging
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

import msgspec

P = ParamSpec("P")
R = TypeVar("R")

LOG = logging.getLogger("responder")

_LONGEST = 300  # characters of one field: a whole answer of Azure belongs into the incident
_about: ContextVar[Mapping[str, object] | None] = ContextVar("about", default=None)


@contextmanager
def about(**fields: object) -> Generator[None]:
    """Every line that is written inside is about this incident, and every event has these fields."""
    token = _about.set(_known(fields))
    try:
        yield
    finally:
        _about.reset(token)


def incident() -> str:
    """The id of the incident, or of the run, that this thread works for; empty where it works for none."""
    return str((_about.get() or {}).get("incident") or "")


def carried(work: Callable[P, R]) -> Callable[P, R]:
    """The same work, about what this thread is about, whichever thread does it: those of a pool know nothing of it."""
    known = _about.get() or {}

    @wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with about(**known):
            return work(*args, **kwargs)

    return run


def event(name: str, level: int = logging.INFO, **fields: object) -> None:
    """Write one event: its name for people, then its fields as one JSON object. What is None or empty is left out."""
    from responder.notify.redact import redact_json

    known = _about.get() or {}
    told = {"event": name, **_known({"incident": known.get("incident")}), **_known(fields), **known}
    LOG.log(level, "%s %s", name, msgspec.json.encode(redact_json(msgspec.to_builtins(told))).decode())


def _known(fields: Mapping[str, object]) -> dict[str, object]:
    return {name: _short(value) for name, value in fields.items() if value not in (None, "", [])}


def _short(value: object) -> object:
    return f"{value[:_LONGEST]}..." if isinstance(value, str) and len(value) > _LONGEST else value


class Clean(logging.Filter):
    """Puts the incident's id in front of a record, and takes secrets out of its text and its stack trace."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record; every record passes."""
        from responder.notify.redact import redact

        text = redact(record.getMessage())
        record.msg, record.args = f"{incident()} {text}".lstrip(), None
        if record.exc_info:
            record.exc_text = redact(logging.Formatter().formatException(record.exc_info))
        return True


LOG.addFilter(Clean())
