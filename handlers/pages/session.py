"""Who looks at a page: a person whom App Service authentication signed in, or one who has shown the function key."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import quote

import azure.functions as func

from handlers import people
from handlers.config import configured
from handlers.pages import seal
from responder.language import say

COOKIE = "responder-session"
"""The name of the session's cookie."""

HOME = "/api/ui"
"""Where the pages begin."""

TOKEN = "form_token"  # noqa: S105  the name of a field
"""The field of a form that holds its token."""

_FROM_HERE = {None, "same-origin", "none"}  # Sec-Fetch-Site; None: a browser that does not know it
_LONGEST_NEXT = 1000  # characters


class Person(NamedTuple):
    """Whoever may see the pages. ``form_token``: what forms made for this person hold."""

    name: str
    form_token: str


def person(req: func.HttpRequest) -> Person | None:
    """Who asks; None for somebody who has to sign in first."""
    secret = configured().approval_secret
    name = people.signed_in(req)
    if name:
        return Person(name, seal.form_token(secret, f"principal {people.principal(req) or name}"))
    for cookie in _cookies(req):
        known = seal.opened(secret, cookie, _now())
        if known:
            return _holder(known)
    return None


def keyed(req: func.HttpRequest) -> tuple[Person, dict[str, str]]:
    """Who asks where the host has checked a function key, and the header that keeps a new session, if one begins."""
    known = person(req)
    if known:
        return known, {}
    holder, cookie = begin()
    return holder, {"Set-Cookie": cookie}


def begin() -> tuple[Person, str]:
    """A new session for somebody whose function key the host has checked, and the header that keeps it."""
    app = configured()
    cookie = seal.session(app.approval_secret, _now())
    return _holder(cookie.partition(".")[0]), _set(cookie, seal.HOURS * 3600)


def ended() -> str:
    """The header that makes a browser forget its session."""
    return _set("", 0)


def may_post(req: func.HttpRequest, person: Person, fields: Mapping[str, str]) -> bool:
    """Whether a form was sent from a page that was made for this person; no other site can do that."""
    if req.headers.get("sec-fetch-site") not in _FROM_HERE:
        return False
    return seal.matches(person.form_token, fields.get(TOKEN, ""))


def refused(req: func.HttpRequest) -> func.HttpResponse:
    """401 with the page to sign in at, which leads back to the page that was asked for."""
    return door(landing(_path(req)) if req.method == "GET" else HOME, status=401)


def door(back: str, status: int = 200) -> func.HttpResponse:
    """The page to sign in at. ``back``: where to go afterwards."""
    from handlers.pages.render import page

    azure = f"/.auth/login/aad?post_login_redirect_uri={quote(back, safe='/')}" if people.authentication() else None
    return page("signin.html", status=status, person=None, title=say("Sign in"), back=back, azure=azure)


def landing(wanted: str) -> str:
    """Where a sign-in leads to: the wanted page if it is one of ours, else the first one."""
    ours = wanted == HOME or wanted.startswith((f"{HOME}/", f"{HOME}?"))
    safe = wanted.isascii() and wanted.isprintable() and "\\" not in wanted and len(wanted) <= _LONGEST_NEXT
    return wanted if ours and safe else HOME


def _holder(known: str) -> Person:
    name = say("a holder of the function key")
    return Person(name, seal.form_token(configured().approval_secret, f"session {known}"))


def _set(cookie: str, seconds: int) -> str:
    secure = "" if configured().public_url.startswith("http://") else "; Secure"
    return f"{COOKIE}={cookie}; Path=/api; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"


def _cookies(req: func.HttpRequest) -> Iterator[str]:
    for part in req.headers.get("cookie", "").split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE:
            yield value


def _path(req: func.HttpRequest) -> str:
    """Path and query of a request, without a function key."""
    from yarl import URL

    url = URL(req.url, encoded=True)
    return str(url.without_query_params("code").relative()) if url.path != "/" else HOME


def _now() -> datetime:
    """A web session ends by the machine's clock, as browsers keep its cookie; no decision about an incident asks it."""
    return datetime.now(UTC)
