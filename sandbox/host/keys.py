"""Who may call: access keys and authorisation levels.

Source: Microsoft Learn, "Work with access keys in Azure Functions" (levels, kinds of keys, where they are sent).
"""

import secrets
from enum import StrEnum

from aiohttp import web

from sandbox.host.config import Keys


class Level(StrEnum):
    """What a caller must show; ``SYSTEM`` is the level of an extension's webhook."""

    ANONYMOUS = "anonymous"
    FUNCTION = "function"
    SYSTEM = "system"
    ADMIN = "admin"


def allows(keys: Keys, level: Level, request: web.Request) -> bool:
    """Whether a request carries a key for this level. The header counts first: a wrong one is not made good."""
    if level is Level.ANONYMOUS:
        return True
    shown = request.headers.get("x-functions-key") or request.query.get("code", "")
    accepted = {Level.FUNCTION: [keys.function, keys.master], Level.SYSTEM: [keys.system, keys.master]}
    return any(_same(shown, key) for key in accepted.get(level, [keys.master]))


def _same(shown: str, key: str) -> bool:
    return secrets.compare_digest(shown.encode(), key.encode())
