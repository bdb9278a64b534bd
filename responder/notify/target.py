"""A receiver of results: its format, and what it wants to be told.

State, logs and answers call it by its name; its address is a secret.
"""

from collections.abc import Mapping
from enum import StrEnum
from hashlib import sha256

import msgspec

from responder.terms import Outcome

WEBHOOK = "webhook"
"""Name of the target that ``RESPONDER_WEBHOOK_URL`` describes."""


class Format(StrEnum):
    """What a target understands."""

    JSON = "json"
    TEAMS = "teams"
    EVENT_GRID = "event-grid"


class DigestRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fold a storm: after so many single results within so many minutes the others come in one message."""

    after: int = 5
    minutes: int = 30


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One receiver of results, with its filter; an empty part of the filter takes everything.

    Attributes:
        url: may hold a credential, and shows itself as ``***``; so does ``secret``, the key that signs a message.
        outcomes, severities, vaults, subscriptions: it wants incidents with one of these.
        tags: it wants VMs with all of these; ``*`` is any value.
        approvals: whether it also gets the requests for a decision.
    """

    name: str
    kind: Format
    url: str
    secret: str | None = None
    outcomes: tuple[Outcome, ...] = ()
    severities: tuple[str, ...] = ()
    vaults: tuple[str, ...] = ()
    subscriptions: tuple[str, ...] = ()
    tags: Mapping[str, str] = {}
    approvals: bool = True
    digest: DigestRule | None = None

    @property
    def address(self) -> str:
        """What tells one address from another one without holding it."""
        return sha256(self.url.encode()).hexdigest()[:32]
