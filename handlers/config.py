"""The app's settings, read once a process."""

import os
from functools import cache

from responder import settings
from responder.settings import Settings


@cache
def configured() -> Settings:
    """The settings; `function_app` has refused to start with wrong ones.

    Raises:
        SettingsError: lists all that is missing or wrong.
    """
    return settings.load(os.environ)
