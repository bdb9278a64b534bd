"""GET /api/session: a function key becomes a session. /api/ui/signin and /api/ui/signout: its page and its end."""

import azure.functions as func

from handlers import people
from handlers.pages import session
from handlers.pages.form import fields

_FIXED = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
_SIGN_OUT_OF_AZURE = "/.auth/logout?post_logout_redirect_uri=/api/ui/signin"


def open_session(req: func.HttpRequest) -> func.HttpResponse:
    """A session for whoever has shown a function key to the host, and on to a page: 303."""
    _, cookie = session.begin()
    return _onward(session.landing(req.params.get("next", "")), {"Set-Cookie": cookie})


def show_sign_in(req: func.HttpRequest) -> func.HttpResponse:
    """The page to sign in at."""
    return session.door(session.landing(req.params.get("next", "")))


def sign_out(req: func.HttpRequest) -> func.HttpResponse:
    """The session's end; of that of App Service authentication too, where there is one: 303."""
    person = session.person(req)
    if person is None or not session.may_post(req, person, fields(req)):
        return session.refused(req)
    onward = _SIGN_OUT_OF_AZURE if people.signed_in(req) else f"{session.HOME}/signin"
    return _onward(onward, {"Set-Cookie": session.ended()})


def _onward(path: str, headers: dict[str, str]) -> func.HttpResponse:
    return func.HttpResponse(status_code=303, headers={**_FIXED, "Location": path, **headers})
