"""One entry for one failure, however often a payload tells it."""

from collections.abc import Iterable

import msgspec

from responder.incident import FailedBackup
from responder.intake import reasons, unknown
from responder.intake.identity import key
from responder.wire import record

_MOST_UNKNOWN = 10  # incidents that one body may open without saying anything that we understand


def merged(failures: Iterable[FailedBackup]) -> list[FailedBackup]:
    """The failures in their order; equal ones are one that knows what each of them knows, too many unknown ones one."""
    found: dict[bytes, FailedBackup] = {}
    for failure in failures:
        name = key(failure)
        found[name] = _joined(found[name], failure) if name in found else failure
    return _bounded(list(found.values()))


def _joined(one: FailedBackup, other: FailedBackup) -> FailedBackup:
    """The one that knows more, completed from the other; two that contradict each other are of no use."""
    if one == other:
        return one
    if any(_differ(getattr(one, name), getattr(other, name)) for name in ("item_id", "vm_id", "skip")):
        return unknown.keep([record(one), record(other)], one.source, reasons.CONTRADICTORY_ITEM)
    best, rest = sorted((one, other), key=_known, reverse=True)
    missing = {name for name in best.__struct_fields__ if getattr(best, name) is None}
    return msgspec.structs.replace(best, **{name: getattr(rest, name) for name in missing})


def _differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one.lower() != other.lower()


def _known(failure: FailedBackup) -> int:
    return sum(getattr(failure, name) is not None for name in failure.__struct_fields__)


def _bounded(failures: list[FailedBackup]) -> list[FailedBackup]:
    strangers = [failure for failure in failures if failure.vault_id is None]
    if len(strangers) <= _MOST_UNKNOWN:
        return failures
    rest = [failure.payload for failure in strangers[_MOST_UNKNOWN:]]
    dropped = {id(failure) for failure in strangers[_MOST_UNKNOWN:]}
    kept = [failure for failure in failures if id(failure) not in dropped]
    return [*kept, unknown.keep(rest, reason=reasons.TOO_MANY_UNKNOWN)]
