"""The app's settings, read once a process."""

import os
from functools import cache

from responder import language, settings
from responder.settings import Settings


@cache
def configured() -> Settings:
    """The settings, whose language is spoken from then on; `function_app` has refused to start with wrong ones.

    Raises:
        SettingsError: lists all that is missing or wrong.
    """
    loaded = settings.load(os.environ)
    language.use(loaded.language)
    return loaded
