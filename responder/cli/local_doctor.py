"""The doctor without the app: the settings as they are here, whether their receivers answer, and the identity."""

import asyncio
import json
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path

from responder import language
from responder.cli.checkup import shown
from responder.cli.screen import Screen
from responder.dig import pairs
from responder.doctor import identity, settings, sweep, webhooks
from responder.doctor.model import Report, report_of
from responder.doctor.run import run
from responder.errors import SettingsError
from responder.settings import load

_USUAL = "local.settings.json"


def local(screen: Screen, asked: Namespace, environ: Mapping[str, str]) -> int:
    """Show what is found; 1 if something fails.

    Raises:
        ValueError: the file of the settings cannot be read.
    """
    known = {**_of_file(asked.settings), **environ}  # as the Core Tools do, the environment wins
    return 0 if shown(screen, _found(known), as_json=asked.json) else 1


def _found(environ: Mapping[str, str]) -> Report:
    try:
        app = load(environ)
    except SettingsError as error:
        return report_of(settings.refused(error))
    language.use(app.language)
    looks = {
        "settings": settings.look(app, environ),
        "identity": identity.look(app),
        "webhooks": webhooks.look(app, environ),
        "sweep": sweep.look(app, environ),
    }
    return asyncio.run(run(looks, {}))


def _of_file(name: str | None) -> dict[str, str]:
    path = Path(name or _USUAL)
    if name is None and not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise ValueError(f"{path} is not the JSON of local settings.") from error
    return {key: value for key, value in pairs(content, "Values") if isinstance(value, str)}
