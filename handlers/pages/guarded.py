"""What surrounds every page: who may see it, and what is said when it cannot be made."""

import logging
from collections.abc import Awaitable, Callable, Mapping

import azure.functions as func

from handlers.pages import session
from handlers.pages.form import fields
from handlers.pages.session import Person
from responder.language import say

_LOG = logging.getLogger("responder")
_RETRY_AFTER = 10  # seconds


async def shown(req: func.HttpRequest, make: Callable[[Person], Awaitable[func.HttpResponse]]) -> func.HttpResponse:
    """The page for a person; 401 with the page to sign in at for anybody else, 503 where it could not be made."""
    known = session.person(req)
    return session.refused(req) if known is None else await tried(known, make)


async def changed(
    req: func.HttpRequest, make: Callable[[Person, dict[str, str]], Awaitable[func.HttpResponse]]
) -> func.HttpResponse:
    """What came of a form, which only this person can have sent; 403 for a form from elsewhere."""
    known = session.person(req)
    if known is None:
        return session.refused(req)
    given = fields(req)
    if not session.may_post(req, known, given):
        return forged(known)
    return await tried(known, lambda who: make(who, given))


async def tried(known: Person, make: Callable[[Person], Awaitable[func.HttpResponse]]) -> func.HttpResponse:
    """The page, or 503 with when to come again."""
    try:
        return await make(known)
    except Exception:  # noqa: BLE001  the trigger's boundary: whatever the store says, a page can be asked for again
        _LOG.exception("a page could not be made")
        return problem(
            503,
            known,
            say("Not available just now"),
            say("The app's store did not answer. Nothing was changed. Load the page again in a moment."),
            {"Retry-After": str(_RETRY_AFTER)},
        )


def forged(known: Person) -> func.HttpResponse:
    """403: the form was not sent from a page of this session."""
    return problem(
        403,
        known,
        say("This form is not valid any more"),
        say("It was sent from a page of an earlier session, or from elsewhere. Nothing was changed. Open it again."),
    )


def problem(
    status: int,
    known: Person | None,
    title: str,
    text: str,
    headers: Mapping[str, str] | None = None,
    *,
    back: tuple[str, str] | None = None,
) -> func.HttpResponse:
    """A page that says why another one is not shown. ``back``: where its link leads, and what it says."""
    from handlers.pages.render import page

    way = {"back": back[0], "back_label": back[1]} if back else {}
    told: dict[str, object] = {"text": text, **way}
    return page("problem.html", status=status, person=known, title=title, headers=headers, **told)
