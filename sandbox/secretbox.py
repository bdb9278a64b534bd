"""The keys of one sandbox: random, and kept in its state folder, so that a restart accepts the old ones."""

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path

import msgspec

_FILE = "secrets.json"


def _field(make: Callable[[], str]) -> str:
    value: str = msgspec.field(default_factory=make)
    return value


def _token() -> str:
    return secrets.token_urlsafe(24)


def _webhook_secret() -> str:
    """Source: Standard Webhooks 1.0, "Symmetric": ``whsec_`` and the base64 of 24 to 64 bytes."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


class Secrets(msgspec.Struct, frozen=True):
    """Access keys of the host, and what the app signs with.

    Attributes:
        master: opens everything on the host.
        function: opens the app's HTTP functions.
        system: opens the webhooks of the host's extensions.
        webhook: signs posted results.
        approval: signs decision links.
    """

    master: str = _field(_token)
    function: str = _field(_token)
    system: str = _field(_token)
    webhook: str = _field(_webhook_secret)
    approval: str = _field(_token)


def keep(state: Path) -> Secrets:
    """The secrets of a state folder, made on first use; ``RESPONDER_WEBHOOK_SECRET`` in the environment goes first."""
    path = state / _FILE
    known = msgspec.json.decode(path.read_bytes(), type=Secrets) if path.exists() else Secrets()
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.encode(known))
    given = os.environ.get("RESPONDER_WEBHOOK_SECRET")
    return msgspec.structs.replace(known, webhook=given) if given else known
