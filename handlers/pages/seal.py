"""What a session cookie and a form carry: values that only this app can have made.

Keys are derived from the setting that signs approvals, each for one use: no cookie is worth anything as a decision's
token, and the other way round. Whoever changes the setting ends all sessions.
"""

import hmac
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

HOURS = 8
"""How long a session lasts."""

_LONGEST = 200  # characters of a cookie that is looked at
_SESSION = "backup responder, session, 1"
_FORM = "backup responder, form, 1"


def session(secret: str, now: datetime) -> str:
    """A new session: a random id, the moment of its end (seconds since 1970), and the proof of both."""
    told = f"{token_urlsafe(16)}.{int((now + timedelta(hours=HOURS)).timestamp())}"
    return f"{told}.{_proof(secret, _SESSION, told)}"


def opened(secret: str, cookie: str, now: datetime) -> str | None:
    """The id in a session that this app has made and that has not ended; None for anything else."""
    told, _, proof = cookie.rpartition(".")
    if len(cookie) > _LONGEST or not _same(proof, _proof(secret, _SESSION, told)):
        return None
    name, _, end = told.partition(".")
    return name if now.timestamp() < int(end) else None


def form_token(secret: str, person: str) -> str:
    """What a form holds to show that its page was made for this person."""
    return _proof(secret, _FORM, person)


def matches(token: str, given: str) -> bool:
    """Whether a form's token is the right one; compared in constant time."""
    return _same(given, token)


def _proof(secret: str, use: str, told: str) -> str:
    key = hmac.new(secret.encode(), use.encode(), sha256).digest()
    return hmac.new(key, told.encode(), sha256).hexdigest()


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), right.encode())
