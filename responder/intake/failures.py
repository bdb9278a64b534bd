"""One payload -> the failures in it. A new shape is one module and one entry in `SHAPES`."""

from collections.abc import Callable, Mapping
from typing import cast

from responder.incident import FailedBackup
from responder.intake import (
    activity_log,
    alert_row,
    backup_job,
    builtin_alert,
    diagnostics,
    events,
    log_alert_v1,
    log_alert_v2,
    metric_alert,
    own_event,
    own_report,
    row,
    unknown,
)
from responder.intake.columns import is_column
from responder.intake.merge import merged
from responder.intake.model import Ignored, Intake, Results
from responder.intake.wrap import Unwrapped, unwrap

Shape = Callable[[object], Results | None]

SHAPES: tuple[Shape, ...] = (
    builtin_alert.understand,
    log_alert_v2.understand,
    metric_alert.understand,
    activity_log.understand,
    log_alert_v1.understand,
    alert_row.understand,
    backup_job.understand,
    diagnostics.understand,
    own_report.understand,
    row.understand,
)

# Each shape has at least one of these members, or one that is a column: a body of 100,000 other things is read quickly.
_MARKS = frozenset({"category", "data", "essentials", "properties", "schemaid", "searchquery", "type"})


def failures(payload: object) -> Intake:
    """Everything a payload holds. Any JSON value is accepted: what no shape knows is kept as ``unknown``.

    Each failure is there once, however often the payload tells it; no payload leaves without a result.
    """
    candidates = list(unwrap(payload))
    understood = [_understood(candidate) for candidate in candidates]
    if not any(understood):
        return Intake(accepted=[unknown.keep(candidates[0].outer if len(candidates) == 1 else payload)])
    results = [
        result
        for candidate, known in zip(candidates, understood, strict=True)
        for result in known or [unknown.keep(candidate.outer)]
    ]
    return Intake(
        accepted=merged(result for result in results if isinstance(result, FailedBackup)),
        ignored=[result for result in results if isinstance(result, Ignored)],
    )


def _understood(candidate: Unwrapped) -> Results | None:
    if reason := events.reason_to_ignore(candidate.kind):
        return [Ignored(reason=reason)]
    shapes = (shape(candidate.inner) for shape in SHAPES) if _may_be_known(candidate.inner) else ()
    known = next((results for results in shapes if results is not None), None)
    return own_event.reconciled(candidate.event, known) if candidate.kind == own_event.KIND else known


def _may_be_known(value: object) -> bool:
    if not isinstance(value, Mapping):
        return False
    names = [name for name in cast("Mapping[object, object]", value) if isinstance(name, str)]
    return any(name.lower() in _MARKS or is_column(name) for name in names)
