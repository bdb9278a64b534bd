"""ARM paths: decoded once, compared without case."""

import re
from urllib.parse import unquote

_SLASHES = re.compile(r"/{2,}")
_GROUP = re.compile(r"^/subscriptions/[^/]+/resourcegroups/([^/]+)", re.IGNORECASE)


def canonical(raw: str) -> str:
    """The path with ``%2F`` and ``%3B`` decoded and double slashes collapsed; case is kept.

    Source: the SDK's ``*_by_scope`` methods send ``/%2Fsubscriptions%2F...``, which the service accepts.
    """
    return _SLASHES.sub("/", unquote(raw)).rstrip("/") or "/"


def same(one: str, other: str) -> bool:
    """Whether two ids name one resource."""
    return one.rstrip("/").lower() == other.rstrip("/").lower()


def within(scope: str, resource: str) -> bool:
    """Whether a resource is the scope or lies below it, by whole segments."""
    outer, inner = scope.rstrip("/").lower(), resource.rstrip("/").lower()
    return inner == outer or inner.startswith(outer + "/")


def group_of(path: str) -> str | None:
    """The resource group that a path names."""
    found = _GROUP.match(path)
    return found[1] if found else None


def resource_scope(path: str) -> str:
    """The resource that a request is about: without a trailing collection name or action.

    After ``/providers/Namespace`` come pairs of type and name; a segment that is left over is ``/backupJobs`` of a
    list or ``/backup`` of an action.
    """
    head, mark, tail = path.rpartition("/providers/")
    if not mark:
        return path
    segments = tail.split("/")
    pairs = segments if len(segments) % 2 else segments[:-1]
    return head + mark + "/".join(pairs) if len(pairs) > 1 else head
