"""The declaration of one app setting: how its text becomes a value, and what people are told about it."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

OWN = "This app's own choice."
"""Source of what no document of Azure's says."""


class Setting(NamedTuple):
    """Declaration of one app setting. Required if it has neither a default nor a derived one and is not optional.

    ``finish``: completes what was read with what other settings hold.
    """

    name: str
    read: Callable[[str], object]
    about: str
    remedy: str
    default: str | None = None
    source: str = OWN
    optional: bool = False
    may_be_empty: bool = False
    derive: Callable[[Mapping[str, str]], str | None] = lambda _: None
    derived_from: str | None = None
    finish: Callable[[Any, Mapping[str, str]], object] = lambda found, _: found


class Row(NamedTuple):
    """One line of the settings reference."""

    name: str
    default: str
    about: str
    remedy: str
    source: str


def value(setting: Setting, environ: Mapping[str, str]) -> object:
    """What an environment says of a setting, or what counts where it says nothing.

    Raises:
        ValueError: what is wrong with its text, or that it is missing.
    """
    text = environ.get(setting.name, "").strip()
    if text or (setting.may_be_empty and setting.name in environ):
        return setting.finish(setting.read(text), environ)
    fallback = setting.default if setting.default is not None else setting.derive(environ)
    if fallback is not None:
        return setting.finish(setting.read(fallback), environ)
    if setting.optional:
        return None
    raise ValueError("the setting is missing")


def shown_default(setting: Setting) -> str:
    """The default as the documentation shows it."""
    if setting.optional:
        return "none"
    return setting.default if setting.default is not None else setting.derived_from or "required"
