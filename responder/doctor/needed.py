"""The actions of the app's two roles: a copy of ``infra/roles``, which is not deployed; a test keeps it the same.

``python -m responder.doctor.needed infra/roles`` writes the copy anew.
"""

import json
import re
import sys
from collections.abc import Iterable
from enum import Enum
from functools import cache
from pathlib import Path

from responder.azure.clients import DIAGNOSE, REMEDIATE
from responder.azure.rights import Permission
from responder.dig import texts
from responder.wire import parsed

COPY = Path(__file__).parent / "roles.json"

_VAULT = ("microsoft.recoveryservices/",)
_POINTS = (
    "microsoft.compute/restorepointcollections/",
    "microsoft.authorization/locks/",
    "microsoft.resources/subscriptions/resourcegroups/resources/",
)


class Where(Enum):
    """What an action is done to."""

    VAULT = "vault"
    MACHINES = "machines"
    POINTS = "points"


def actions(role: str, where: Where) -> list[str]:
    """Actions of a role (``diagnose``, ``remediate``) that the app needs in such a place."""
    known = _copy()[role]
    if where is Where.VAULT:
        return [action for action in known if action.lower().startswith(_VAULT)]
    if where is Where.POINTS:
        return [action for action in known if action.lower().startswith(_POINTS)]
    return [action for action in known if not action.lower().startswith(_VAULT)]


def missing(wanted: Iterable[str], allowed: Iterable[Permission]) -> list[str]:
    """Those of the wanted actions that no permission grants. A permission's exceptions are its own.

    Source: Microsoft Learn, "Understand Azure role definitions", NotActions.
    """
    known = list(allowed)
    return [action for action in wanted if not any(_grants(each, action) for each in known)]


def _grants(permission: Permission, action: str) -> bool:
    return _any(permission.actions, action) and not _any(permission.not_actions, action)


def _any(patterns: Iterable[str], action: str) -> bool:
    return any(_pattern(pattern.lower()).fullmatch(action.lower()) for pattern in patterns)


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("*"))))


@cache
def _copy() -> dict[str, list[str]]:
    return parsed(COPY.read_bytes(), dict[str, list[str]])


def copied(folder: Path) -> str:
    """The copy as it ought to be."""
    roles = {name: json.loads((folder / f"{name}.json").read_text("utf-8")) for name in (DIAGNOSE, REMEDIATE)}
    return json.dumps({name: texts(role, "Actions") for name, role in roles.items()}, indent=2) + "\n"


if __name__ == "__main__":
    COPY.write_text(copied(Path(sys.argv[1])), "utf-8")
