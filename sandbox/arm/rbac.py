"""What the app's identity may do: the role definitions that are deployed, plus and minus what a scenario says."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from pathlib import Path

import msgspec

from sandbox.arm.errors import forbidden
from sandbox.arm.paths import resource_scope
from sandbox.arm.spec import RbacSpec

_ROLES = Path(__file__).parents[2] / "infra" / "roles"


class Role(msgspec.Struct, rename="pascal", frozen=True, forbid_unknown_fields=True):
    """An Azure custom role, as ``az role definition create`` takes it."""

    name: str
    is_custom: bool
    description: str
    actions: list[str]
    not_actions: list[str]
    data_actions: list[str]
    not_data_actions: list[str]
    assignable_scopes: list[str]


@cache
def roles() -> tuple[Role, ...]:
    """The role definitions of ``infra/roles``.

    Raises:
        msgspec.ValidationError: a file is not a role definition.
    """
    return tuple(msgspec.json.decode(path.read_bytes(), type=Role) for path in sorted(_ROLES.glob("*.json")))


def allowed(action: str, spec: RbacSpec) -> bool:
    """Whether the roles or ``also`` grant an action that ``deny`` does not take away."""
    return _allowed(action.lower(), tuple(spec.also), tuple(spec.deny))


@lru_cache(maxsize=4096)
def _allowed(action: str, also: tuple[str, ...], deny: tuple[str, ...]) -> bool:
    granted = (*(name for role in roles() for name in role.actions), *also)
    return _any(action, granted) and not _any(action, deny)


def check(actions: Sequence[str], path: str, spec: RbacSpec, client: str) -> None:
    """Refuse the first action that is not granted.

    Raises:
        Refused: 403 AuthorizationFailed.
    """
    for action in actions:
        if not allowed(action, spec):
            raise forbidden(client, action, resource_scope(path) or "/")


def _any(action: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(action, pattern.lower()) for pattern in patterns)
