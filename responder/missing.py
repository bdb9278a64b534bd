"""How a missing right is told: the action, its scope, and which of the app's identities lacks it."""

from responder.errors import Forbidden
from responder.language import say


def right(missing: Forbidden) -> str:
    """One sentence about the right, or Azure's own text where it names none; where two share the work, who lacks it."""
    if missing.action is None:
        return missing.message
    if missing.identity is None:
        return say("The app's identity may not do {action} on {scope}.", action=missing.action, scope=missing.scope)
    return say(
        "The app's identity may not do {action} on {scope} (identity {identity}).",
        action=missing.action,
        scope=missing.scope,
        identity=missing.identity,
    )
