"""Bearer tokens of the simulated tenant: issued by the identity endpoint, checked by ARM.

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
class Tokens:
    """The tenant's signing key and the one identity that it knows."""

    tenant: str
    subscription: str
    client_id: str = "b8d2f6a1-3c47-4e90-95ad-61f0c7e2d384"
    object_id: str = "e41c5a0d-9b26-47f8-8a3e-0d72b6c9f513"
    _key: str = field(default_factory=lambda: secrets.token_hex(32))
    _known: dict[str, float] = field(default_factory=dict[str, float], repr=False)

    def issue(self, resource: str) -> tuple[str, int]:
        """A token for a resource, and when it expires (epoch seconds)."""
        now = int(time.time())
        claims = {
            "aud": resource,
            "iss": f"https://sts.windows.net/{self.tenant}/",
            "iat": now,
            "nbf": now,
            "exp": now + _LIFE,
            "appid": self.client_id,
            "oid": self.object_id,
            "sub": self.object_id,
            "tid": self.tenant,
            "ver": "1.0",
            "xms_mirid": f"/subscriptions/{self.subscription}/resourcegroups/rg-responder-prod-weu"
            "/providers/Microsoft.Web/sites/func-responder-prod-weu",
        }
        return jwt.encode(claims, self._key, "HS256"), now + _LIFE

    def good(self, token: str, audiences: Collection[str] = _AUDIENCES) -> bool:
        """Whether a token is ours, for this audience, and not expired; one for Resource Manager is looked at once."""
        if audiences is _AUDIENCES and time.time() < self._known.get(token, 0):
            return True
        try:
            claims = jwt.decode(token, self._key, ["HS256"], options={"verify_aud": False})
        except jwt.InvalidTokenError:
            return False
        if str(claims.get("aud")).rstrip("/") not in audiences:
            return False
        if audiences is _AUDIENCES:
            self._known[token] = float(claims["exp"])
        return True
