"""Looks for failed backup jobs of all vaults in scope, whether an alert told of them or not.

Azure raises no built-in alert for a VM that was deleted, nor where another backup job was running; a suppressed or
misrouted alert never arrives either. Source: Microsoft Learn, "Azure Monitor alerts for Azure Backup", scenarios.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from msgspec.structs import replace

from responder.azure.gateway import Gateway
from responder.dig import moment
from responder.errors import Forbidden, NotFound, Rejected, Unavailable
from responder.guards import in_scope
from responder.ids import VaultId
from responder.incident import FailedBackup
from responder.settings import Settings
from responder.wire import Wire

SOURCE = "sweep"

_LISTS = "lists "  # a page's token is the graph's own, or this and the vault that was read last
_VAULTS = 20  # whose job lists are read in one go
_READERS = 6
_PAUSE = timedelta(minutes=14)  # between two readings of the job lists: four of 150 reads an hour


class Way(StrEnum):
    """Where the failed jobs were found."""

    GRAPH = "resource-graph"
    LISTS = "job-lists"


class Look(Wire):
    """Ask for failed jobs that ended since. ``token``: of the page before; ``listed_at``: job lists were read then."""

    now: datetime
    since: datetime
    token: str | None = None
    listed_at: datetime | None = None


class Page(Wire):
    """Some failed jobs. ``seen_until``: all that ended earlier are here or on the pages before.

    ``why``: what Resource Graph answered where it did not help; ``unread``: vaults whose jobs the app may not read;
    ``too_early``: the job lists were read a short while ago, so this time they were not.
    """

    failures: list[FailedBackup] = []
    way: Way = Way.GRAPH
    why: str | None = None
    token: str | None = None
    seen_until: datetime | None = None
    unread: list[str] = []
    too_early: bool = False


def look(gateway: Gateway, settings: Settings, ask: Look) -> Page:
    """One page of failed jobs: from Resource Graph, or from the vaults' job lists where it is not to be had.

    Raises:
        ArmError: a read failed; the same page may be asked for again.
    """
    scope = subscriptions(settings)
    if not (ask.token or "").startswith(_LISTS):
        try:
            found = gateway.graph_failed_jobs(scope, ask.since, ask.token)
        except (Forbidden, Rejected, Unavailable) as refused:
            return _listed(gateway, settings, replace(ask, token=None), refused.message)
        ended = [at for row in found.rows if (at := moment(row, "properties", "endTime"))]
        seen = max(ended, default=None) if found.token else ask.now
        return Page(failures=failures(settings, found.rows), token=found.token, seen_until=seen)
    return _listed(gateway, settings, ask, None)


def failures(settings: Settings, rows: list[dict[str, Any]]) -> list[FailedBackup]:
    """The failures in scope that rows of Resource Graph or of a job list tell of."""
    from responder import intake

    told = intake.failures(rows).accepted if rows else []
    known = [failure for failure in told if failure.vault_id and failure.job_id]
    return [replace(each, source=SOURCE) for each in known if in_scope(each.vault_id or "", settings.scope)]


def subscriptions(settings: Settings) -> list[str]:
    """The subscriptions that the scope touches."""
    return sorted({entry.split("/")[2].lower() for entry in settings.scope})


def vaults(gateway: Gateway, settings: Settings) -> list[VaultId]:
    """The vaults in scope, in the order of their ids.

    Raises:
        ArmError: a subscription's vaults could not be listed.
    """
    found = [vault for each in subscriptions(settings) for vault in gateway.vaults(each)]
    return sorted((vault for vault in found if in_scope(str(vault), settings.scope)), key=_place)


def _listed(gateway: Gateway, settings: Settings, ask: Look, why: str | None) -> Page:
    if ask.token is None and ask.listed_at and ask.now - ask.listed_at < _PAUSE:
        return Page(way=Way.LISTS, why=why, too_early=True)
    done = (ask.token or "").removeprefix(_LISTS)
    left = [vault for vault in vaults(gateway, settings) if _place(vault) > done]
    now, later = left[:_VAULTS], left[_VAULTS:]
    with ThreadPoolExecutor(_READERS) as pool:
        read = list(pool.map(lambda vault: _failed(gateway, vault, ask), now))
    return Page(
        failures=failures(settings, [row for rows in read for row in rows or []]),
        way=Way.LISTS,
        why=why,
        token=f"{_LISTS}{_place(now[-1])}" if later else None,
        seen_until=None if later else ask.now,
        unread=[str(vault) for vault, rows in zip(now, read, strict=True) if rows is None],
    )


def _failed(gateway: Gateway, vault: VaultId, ask: Look) -> list[dict[str, Any]] | None:
    """The failed jobs of a vault; None if the app may not read them. A vault that is gone has none."""
    try:
        rows = gateway.listed_jobs(vault, "Failed", ask.since, ask.now)
    except NotFound:
        return []
    except (Forbidden, Rejected):
        return None
    return [row for row in rows if (moment(row, "properties", "endTime") or ask.now) >= ask.since]


def _place(vault: VaultId) -> str:
    return str(vault).lower()
