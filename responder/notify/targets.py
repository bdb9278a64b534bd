"""All targets of the app: the one of the webhook settings, and those of ``RESPONDER_TARGETS``."""

from responder.notify.target import WEBHOOK, Format, Target
from responder.settings import Settings


def targets(app: Settings) -> dict[str, Target]:
    """All targets by name."""
    return {target.name: target for target in (*_webhook(app), *app.targets)}


def _webhook(app: Settings) -> tuple[Target, ...]:
    if app.webhook_url is None:
        return ()
    return (Target(name=WEBHOOK, kind=Format.JSON, url=app.webhook_url, secret=app.webhook_secret),)
