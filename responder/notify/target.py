"""Where results go: one target today. State, logs and answers call it by its name; its address is a secret."""

from hashlib import sha256
from typing import NamedTuple

from responder.settings import Settings

WEBHOOK = "webhook"
"""Name and kind of the target that the app settings describe."""


class Target(NamedTuple):
    """One receiver of results. ``url`` may hold a credential and ``secret`` is one: both show themselves as ``***``."""

    name: str
    kind: str
    url: str
    secret: str

    @property
    def address(self) -> str:
        """What tells one address from another one without holding it."""
        return sha256(self.url.encode()).hexdigest()[:32]


def targets(app: Settings) -> dict[str, Target]:
    """All targets by name."""
    webhook = Target(name=WEBHOOK, kind=WEBHOOK, url=app.webhook_url, secret=app.webhook_secret)
    return {target.name: target for target in (webhook,)}
