"""Checks and fixes by name: those of installed packages first, then the app's own modules.

A package adds or overrides them by the entry points ``backup_responder.checks`` and ``backup_responder.fixes``; each
names a module (or object) with the functions of `playbooks.checks.Check` or `playbooks.fixes.Fix`.
"""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

from responder.errors import PlaybookError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

Kind = Literal["checks", "fixes"]

_FUNCTIONS = {"checks": ("look",), "fixes": ("plan", "apply", "follow")}


def find(kind: Kind, name: str) -> Any:
    """The check or fix of this name.

    Raises:
        PlaybookError: there is none, or the package that offers it cannot be used.
    """
    offered = _offered(kind).get(name)
    if offered:
        return _loaded(kind, offered)
    if not exists(kind, name):
        message = f"there is no {kind.removesuffix('es').removesuffix('s')} {name!r}"
        raise PlaybookError(message)
    return import_module(_own(kind, name))


def exists(kind: Kind, name: str) -> bool:
    """Whether there is a check or fix of this name."""
    return name in _offered(kind) or find_spec(_own(kind, name)) is not None


@cache
def _offered(kind: Kind) -> "dict[str, EntryPoint]":
    from importlib.metadata import entry_points  # not at the top: it is slow to import

    return {entry.name: entry for entry in entry_points(group=f"backup_responder.{kind}")}


def _own(kind: Kind, name: str) -> str:
    return f"playbooks.{kind}.{name.replace('-', '_')}"


def _loaded(kind: Kind, entry: "EntryPoint") -> Any:
    try:
        found = entry.load()
    except (ImportError, AttributeError) as error:
        message = f"{kind} {entry.name!r} of entry point {entry.value!r} cannot be loaded: {error}"
        raise PlaybookError(message) from error
    missing = [function for function in _FUNCTIONS[kind] if not callable(getattr(found, function, None))]
    if missing:
        message = f"{kind} {entry.name!r} of entry point {entry.value!r} has no function {', '.join(missing)}"
        raise PlaybookError(message)
    return found
