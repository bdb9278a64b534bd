"""What an identity may do: the role definitions that are deployed, plus and minus what a scenario says."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from pathlib import Path

import msgspec

from sandbox.arm.errors import forbidden
from sandbox.arm.paths import resource_scope
from sandbox.arm.spec import RbacSpec
from sandbox.arm.tokens import Identity

_ROLES = Path(__file__).parents[2] / "infra" / "roles"
_LOOKING_AROUND = (
    "Microsoft.Resources/subscriptions/resourceGroups/read",
    "Microsoft.RecoveryServices/Vaults/backupProtectionContainers/read",
    "Microsoft.RecoveryServices/Vaults/backupOperations/read",
    "Microsoft.RecoveryServices/locations/backupStatus/action",
    "Microsoft.Compute/virtualMachines/instanceView/read",
)


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
def roles() -> dict[str, Role]:
    """The role definitions of ``infra/roles``, by the names of their files.

    Raises:
        msgspec.ValidationError: a file is not a role definition.
    """
    return {path.stem: msgspec.json.decode(path.read_bytes(), type=Role) for path in sorted(_ROLES.glob("*.json"))}


def allowed(action: str, spec: RbacSpec, holder: Identity) -> bool:
    """Whether the identity's roles or ``also`` grant an action that ``deny`` does not take away."""
    return _allowed(action.lower(), holder, tuple(spec.also), tuple(spec.deny))


@lru_cache(maxsize=4096)
def _allowed(action: str, holder: Identity, also: tuple[str, ...], deny: tuple[str, ...]) -> bool:
    assigned = (name for role in holder.roles for name in roles()[role].actions)
    granted = (*assigned, *(_LOOKING_AROUND if holder.looks_around else ()), *also)
    return _any(action, granted) and not _any(action, deny)


def check(actions: Sequence[str], path: str, spec: RbacSpec, holder: Identity) -> None:
    """Refuse the first action that is not granted.

    Raises:
        Refused: 403 AuthorizationFailed.
    """
    for action in actions:
        if not allowed(action, spec, holder):
            raise forbidden(holder.object_id, action, resource_scope(path) or "/")


def _any(action: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(action, pattern.lower()) for pattern in patterns)
