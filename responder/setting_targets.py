"""The app setting that lists further targets, read strictly: every mistake is named with the target that holds it."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from responder import setting_kinds as kind
from responder.notify.target import DigestRule, Format, Target
from responder.terms import Outcome

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?")
_SEVERITY = re.compile(r"sev[0-4]", re.IGNORECASE)
_RESERVED = {"webhook"}
_MOST = 20


class _Written(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """A target as it is written; ``...From`` names another app setting that holds the value."""

    name: str
    format: Format = Format.JSON
    url: str | None = None
    url_from: str | None = None
    secret: str | None = None
    secret_from: str | None = None
    outcomes: tuple[Outcome, ...] = ()
    severities: tuple[str, ...] = ()
    vaults: tuple[str, ...] = ()
    subscriptions: tuple[str, ...] = ()
    tags: dict[str, str] = {}
    approvals: bool | None = None
    digest: DigestRule | None = None


def written(text: str) -> tuple[_Written, ...]:
    """The targets of the setting's text, their form checked.

    Raises:
        ValueError: names what is wrong; never the text itself, which may hold credentials.
    """
    try:
        found = msgspec.json.decode(text, type=tuple[_Written, ...])
    except msgspec.ValidationError as error:
        raise ValueError(f"the list does not fit: {error}") from None
    except msgspec.DecodeError:
        raise ValueError("the value is not a JSON array") from None
    names = [target.name for target in found]
    if len(found) > _MOST:
        raise ValueError(f"there are {len(found)} targets; {_MOST} are allowed")
    for name in names:
        if not _NAME.fullmatch(name) or name in _RESERVED or names.count(name) > 1:
            raise ValueError(
                f"'{name[:40]}' cannot be a target's name: use small letters, digits and -, each name once"
            )
    return found


def complete(found: tuple[_Written, ...], environ: Mapping[str, str]) -> tuple[Target, ...]:
    """The targets, with the values that other settings hold.

    Raises:
        ValueError: names the target and what is wrong with it.
    """
    return tuple(_target(entry, environ) for entry in found)


def _target(entry: _Written, environ: Mapping[str, str]) -> Target:
    try:
        return Target(
            name=entry.name,
            kind=entry.format,
            url=_url(entry, environ),
            secret=_secret(entry, environ),
            outcomes=entry.outcomes,
            severities=_severities(entry.severities),
            vaults=entry.vaults,
            subscriptions=tuple(map(kind.guid, entry.subscriptions)),
            tags=entry.tags,
            approvals=entry.format is not Format.EVENT_GRID if entry.approvals is None else entry.approvals,
            digest=_digest(entry.digest),
        )
    except ValueError as error:
        raise ValueError(f"target '{entry.name}': {error}") from None


def _url(entry: _Written, environ: Mapping[str, str]) -> str:
    text = _value("url", entry.url, entry.url_from, environ)
    if text is None:
        raise ValueError("it has neither url nor urlFrom")
    return kind.secret_url(text) if entry.format is not Format.EVENT_GRID else kind.https_url(text)


def _secret(entry: _Written, environ: Mapping[str, str]) -> str | None:
    text = _value("secret", entry.secret, entry.secret_from, environ)
    if entry.format is Format.JSON and text is None:
        raise ValueError("the format json needs secret or secretFrom, which signs each message")
    return None if text is None else kind.webhook_secret(text)


def _value(what: str, given: str | None, source: str | None, environ: Mapping[str, str]) -> str | None:
    if source is None:
        return given
    found: Any = environ.get(source, "").strip()
    if not found:
        raise ValueError(f"{what}From names the app setting {source[:60]}, which is missing or empty")
    return str(found)


def _severities(given: tuple[str, ...]) -> tuple[str, ...]:
    for severity in given:
        if not _SEVERITY.fullmatch(severity):
            raise ValueError(f"'{severity[:20]}' is no severity: use Sev0 to Sev4")
    return given


def _digest(rule: DigestRule | None) -> DigestRule | None:
    if rule and not (0 <= rule.after <= 1000 and 1 <= rule.minutes <= 1440):  # noqa: PLR2004  said in the message
        raise ValueError("digest takes after from 0 to 1000 and minutes from 1 to 1440")
    return rule
