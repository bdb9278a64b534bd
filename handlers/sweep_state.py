"""State of the sweep: up to which moment all failed jobs became incidents, and how the last run went. Pure."""

from collections.abc import Callable
from datetime import datetime

from msgspec.structs import replace

from playbooks.sweep import Way
from responder.wire import Wire

ENTITY = "sweep_state"
KEY = "app"


class Sweep(Wire):
    """The sweep as it stands.

    ``watermark``: all failed jobs that ended before became incidents, or are known. ``way`` and ``why``: where the last
    run found failed jobs, and what Resource Graph answered if not there. ``unread``: vaults that the app may not read.
    ``listed_at``, ``overdue_at``: when job lists, and VMs without a good backup, were looked at last.
    ``broken``: orchestrations that the last run found broken and sent on their way.
    ``trouble``: what the last run ended with before its time; the next one goes on from the watermark.
    """

    watermark: datetime | None = None
    ran_at: datetime | None = None
    way: Way | None = None
    why: str | None = None
    unread: list[str] = []
    listed_at: datetime | None = None
    overdue_at: datetime | None = None
    failed: int = 0  # failed jobs that the last run saw, known ones too
    overdue: int = 0  # VMs without a good backup that the last look at them saw
    unseen: list[str] = []  # why that look could not see the VMs of some vaults
    broken: int = 0
    trouble: str | None = None


class Note(Wire):
    """What a part of a run has to tell; nothing at all asks for the state."""

    began: datetime | None = None
    seen_until: datetime | None = None
    way: Way | None = None
    why: str | None = None
    unread: list[str] = []
    listed_at: datetime | None = None
    failed: int = 0
    overdue_at: datetime | None = None
    overdue: int = 0
    unseen: list[str] = []
    broken: int = 0
    trouble: str | None = None


def note(state: Sweep, told: Note) -> tuple[Sweep, Sweep]:
    """Take over what a run tells. The watermark never goes back: two runs at once could at worst repeat."""
    if told.began:
        state = replace(state, ran_at=told.began, why=None, unread=[], failed=0, broken=0, trouble=None)
    if told.seen_until and (state.watermark is None or told.seen_until > state.watermark):
        state = replace(state, watermark=told.seen_until)
    if told.overdue_at:
        state = replace(state, overdue_at=told.overdue_at, overdue=told.overdue, unseen=told.unseen)
    state = replace(
        state,
        way=told.way or state.way,
        why=told.why or state.why,
        unread=state.unread + told.unread,
        listed_at=told.listed_at or state.listed_at,
        failed=state.failed + told.failed,
        broken=state.broken + told.broken,
        trouble=told.trouble or state.trouble,
    )
    return state, state


OPERATIONS: dict[str, Callable[[Sweep, Note], tuple[Sweep, Sweep]]] = {"note": note}
