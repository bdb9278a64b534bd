"""What the activities do: short, repeatable, with the time from their request. SDKs load with the first call."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from handlers.boundary import answer, metered
from handlers.config import configured
from handlers.messages import (
    ApplyChange,
    Diagnose,
    Examine,
    FollowBackup,
    FollowChange,
    StartBackup,
)
from playbooks import backup, diagnosis
from playbooks.backup import JobReport, Started
from playbooks.case import Case
from playbooks.diagnosis import Diagnosis, View
from playbooks.fixes import Applied, fix
from playbooks.scene import Desk
from responder.azure.gateway import Gateway
from responder.wire import Wire

Q = TypeVar("Q", bound=Wire)


def diagnose(payload: object) -> object:
    """Read the failed job, look its code up and run the playbook's checks."""
    return _with_gateway(payload, Diagnose, _diagnose)


def _diagnose(ask: Diagnose, gateway: Gateway) -> Diagnosis:
    desk = Desk(gateway, configured(), ask.now, frugal=ask.frugal)
    return diagnosis.diagnose(desk, ask.failure, ask.refused_with, ask.job)


def examine(payload: object) -> object:
    """Look again at some causes, and plan fixes on the same facts."""
    return _with_gateway(payload, Examine, _examine)


def _examine(ask: Examine, gateway: Gateway) -> View:
    case = Case(gateway, configured(), ask.subject, ask.now, frugal=ask.frugal)
    return diagnosis.examine(case, ask.causes, ask.fixes, ask.decisive)


def apply_change(payload: object, *, begun_before: bool = False) -> object:
    """Make one change."""
    return _with_gateway(payload, ApplyChange, partial(_apply_change, begun_before=begun_before), changing=True)


def _apply_change(ask: ApplyChange, gateway: Gateway, *, begun_before: bool) -> Applied:
    case = _case(ask, gateway)
    case.begun_before = begun_before
    return fix(ask.fix).apply(case, ask.change)


def follow_change(payload: object) -> object:
    """Look how a change stands."""
    return _with_gateway(payload, FollowChange, _follow_change)


def _follow_change(ask: FollowChange, gateway: Gateway) -> Applied:
    return fix(ask.fix).follow(_case(ask, gateway), ask.change, ask.track)


def start_backup(payload: object, *, begun_before: bool = False) -> object:
    """Ask for an ad hoc backup; one whose request may have been sent before looks at the vault's jobs by itself."""
    return _with_gateway(payload, StartBackup, partial(_start_backup, begun_before=begun_before), changing=True)


def _start_backup(ask: StartBackup, gateway: Gateway, *, begun_before: bool) -> Started:
    case = _case(ask, gateway)
    if ask.known is not None and not begun_before:
        case.know("jobs", ask.known)
    return backup.start(case, wanted_at=ask.wanted_at, ours=ask.ours)


def follow_backup(payload: object) -> object:
    """Look how a backup stands."""
    return _with_gateway(payload, FollowBackup, _follow_backup)


def _follow_backup(ask: FollowBackup, gateway: Gateway) -> JobReport:
    return backup.follow(_case(ask, gateway), operation=ask.operation, job=ask.job)


def _case(ask: ApplyChange | FollowChange | StartBackup | FollowBackup, gateway: Gateway) -> Case:
    return Case(gateway, configured(), ask.subject, ask.now)


def _with_gateway(
    payload: object, request: type[Q], work: Callable[[Q, Gateway], object], *, changing: bool = False
) -> object:
    """Do an activity's work; its answer tells the reads of jobs that it took. Only a ``changing`` one can change."""
    gateway = Gateway(configured(), changing=changing)
    return metered(answer(payload, request, lambda ask: work(ask, gateway)), gateway)
