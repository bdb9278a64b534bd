"""One payload -> the failures in it. A new shape is one module and one entry in `SHAPES`."""

from collections.abc import Callable

from responder.incident import FailedBackup
from responder.intake import builtin_alert, unknown
from responder.intake.model import Ignored, Intake
from responder.intake.wrap import Unwrapped, unwrap

SHAPES: tuple[Callable[[object], FailedBackup | Ignored | None], ...] = (builtin_alert.understand,)


def failures(payload: object) -> Intake:
    """Everything a payload holds. Any JSON value is accepted: what no shape knows is kept as ``unknown``."""
    results = [_understood(candidate) for candidate in unwrap(payload)]
    return Intake(
        accepted=[result for result in results if isinstance(result, FailedBackup)],
        ignored=[result for result in results if isinstance(result, Ignored)],
    )


def _understood(candidate: Unwrapped) -> FailedBackup | Ignored:
    if candidate.is_validation:
        return Ignored(reason="SubscriptionValidation")
    known = (shape(candidate.inner) for shape in SHAPES)
    return next((result for result in known if result is not None), None) or unknown.keep(candidate.outer)
