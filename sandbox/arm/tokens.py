"""Bearer tokens of the simulated tenant and the identities that get them: issued by the endpoint, checked by ARM.

They live by the clock of the machine, not by the virtual one: the credential classes of the app cache and renew
them by that clock. Source: Microsoft identity platform, "Access tokens" (claims).
"""

import secrets
import time
from collections.abc import Collection
from dataclasses import dataclass, field

import jwt

_LIFE = 24 * 3600  # seconds, as managed identities have it
_AUDIENCES = ["https://management.azure.com", "https://management.core.windows.net"]


@dataclass(frozen=True)
class Identity:
    """A managed identity of the app. ``roles``: the files of ``infra/roles`` that are assigned to it.

    ``looks_around``: it may also what a person needs who looks around with the Azure CLI, and the app does not.
    """

    name: str
    client_id: str
    object_id: str
    roles: tuple[str, ...]
    looks_around: bool = False


SYSTEM = Identity(
    "system",
    "b8d2f6a1-3c47-4e90-95ad-61f0c7e2d384",
    "e41c5a0d-9b26-47f8-8a3e-0d72b6c9f513",
    ("diagnose", "remediate"),
    looks_around=True,
)
"""The system-assigned identity, which is asked for without a client id: it has both roles."""

DIAGNOSE = Identity(
    "diagnose", "3f6b0c92-71de-4a58-8c14-d90e2b7fa645", "9a27d4e8-0b53-4f1c-a6e9-58c3710fd2b4", ("diagnose",)
)
"""The user-assigned identity that reads."""

REMEDIATE = Identity(
    "remediate", "c05e9d17-46ab-4d23-b7f0-1e8a93c6504f", "71f3b8a6-d2c9-4e05-93b7-a4068e5c1d9f", ("remediate",)
)
"""The user-assigned identity that makes changes, and reads nothing."""

_ALL = {identity.client_id: identity for identity in (SYSTEM, DIAGNOSE, REMEDIATE)}


class NoSuchIdentityError(Exception):
    """The app has no identity of that client id."""


@dataclass(frozen=True)
class Tokens:
    """The tenant's signing key and the app's identities."""

    tenant: str
    subscription: str
    _key: str = field(default_factory=lambda: secrets.token_hex(32))
    _known: dict[str, tuple[float, Identity]] = field(default_factory=dict[str, tuple[float, Identity]], repr=False)

    def issue(self, resource: str, client_id: str | None = None) -> tuple[str, int]:
        """A token for a resource, and when it expires (epoch seconds); without a client id the system's.

        Raises:
            NoSuchIdentityError: no identity has that client id.
        """
        identity, now = identity_of(client_id), int(time.time())
        claims = {
            "aud": resource,
            "iss": f"https://sts.windows.net/{self.tenant}/",
            "iat": now,
            "nbf": now,
            "exp": now + _LIFE,
            "appid": identity.client_id,
            "oid": identity.object_id,
            "sub": identity.object_id,
            "tid": self.tenant,
            "ver": "1.0",
            "xms_mirid": f"/subscriptions/{self.subscription}/resourcegroups/rg-responder-prod-weu"
            "/providers/Microsoft.Web/sites/func-responder-prod-weu",
        }
        return jwt.encode(claims, self._key, "HS256"), now + _LIFE

    def good(self, token: str, audiences: Collection[str] = _AUDIENCES) -> bool:
        """Whether a token is ours, for this audience, and not expired."""
        return self.holder(token, audiences) is not None

    def holder(self, token: str, audiences: Collection[str] = _AUDIENCES) -> Identity | None:
        """Whose token it is; None if it is not good. One for Resource Manager is looked at once."""
        until, known = self._known.get(token, (0.0, SYSTEM))
        if audiences is _AUDIENCES and time.time() < until:
            return known
        try:
            claims = jwt.decode(token, self._key, ["HS256"], options={"verify_aud": False})
        except jwt.InvalidTokenError:
            return None
        if str(claims.get("aud")).rstrip("/") not in audiences:
            return None
        identity = identity_of(str(claims["appid"]))
        if audiences is _AUDIENCES:
            self._known[token] = float(claims["exp"]), identity
        return identity


def identity_of(client_id: str | None) -> Identity:
    """The identity of a client id; without one the system's.

    Raises:
        NoSuchIdentityError: there is none.
    """
    found = _ALL.get(client_id.lower()) if client_id else SYSTEM
    if found is None:
        raise NoSuchIdentityError(client_id)
    return found
