"""A template becomes a page: escaped, without script, and told to the browser as strictly as it can be."""

import unicodedata
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import azure.functions as func

from handlers.config import configured
from handlers.pages.session import HOME, TOKEN, Person
from responder import words
from responder.incident import Outcome
from responder.language import say, spoken
from responder.wire import utc

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"
_INVISIBLE = {"Cf", "Cc", "Co", "Cs", "Cn"}  # as responder.words: such signs can make a text read as another one
_KEPT = {"\n", "\t"}


def page(
    template: str,
    *,
    status: int = 200,
    person: Person | None,
    title: str,
    headers: Mapping[str, str] | None = None,
    **values: object,
) -> func.HttpResponse:
    """The answer to a browser.

    Args:
        template: a file in ``templates``.
        status: of HTTP.
        person: who sees it; None for somebody who has not signed in.
        title: of the page; what it is about, the app's name follows.
        headers: further ones.
        values: what the template names.
    """
    told = fragment(template, person=person, title=title, **values)
    return func.HttpResponse(told, status_code=status, headers={**_headers(), **(headers or {})})


def fragment(template: str, **values: object) -> str:
    """A rendered template, escaped. All texts lose their invisible signs and direction marks.

    Raises:
        jinja2.UndefinedError: the template names what it was not given.
    """
    app = configured()  # the settings say which language is spoken
    told = environment().get_template(template)
    return told.render(language=spoken().value, zone=app.time_zone, **values)


@cache
def environment() -> "Environment":
    """The templates, compiled once a process; imported with the first page, as alerts need none."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    filters = {name: getattr(words, name) for name in ("duration", "portal", "name", "plain")}
    filters |= {"moment": _moment, "outcome": _outcome}
    made.filters.update(filters)
    cast("dict[str, Any]", made.globals).update(filters | {"_": say, "home": HOME, "token_name": TOKEN})
    return made


@cache
def _headers() -> dict[str, str]:
    """Nothing but our own style is loaded or run, nothing is kept, no other page may frame this one."""
    styles = " ".join(_digest(path.name) for path in sorted(_TEMPLATES.glob("*.css")))
    policy = (
        "default-src 'none'",
        f"style-src {styles}",
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
    return {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": "; ".join(policy),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }


def _digest(style: str) -> str:
    """What a policy calls a style that stands in the page itself, from ``<style>`` to ``</style>``."""
    told = environment().get_template(style).render()
    return f"'sha256-{b64encode(sha256(told.encode()).digest()).decode()}'"


def _moment(at: datetime | str | None) -> str:
    return words.moment(utc(at) if isinstance(at, str) else at, configured().time_zone)


def _outcome(ended: Outcome | str | None) -> words.Shown:
    return words.outcome(Outcome(ended) if ended else None)


def _visible(value: object) -> object:
    """Every text that a template shows, without what a reader could not see. Markup is our own and stays."""
    if type(value) is not str or value.isprintable():
        return value
    return "".join(sign for sign in value if sign in _KEPT or unicodedata.category(sign) not in _INVISIBLE)
