"""How the text of an app setting becomes a value: one small function per kind, ValueError says what is wrong."""

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from responder.language import Language
from responder.terms import Mode

_SCOPE = re.compile(
    r"/subscriptions/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
    r"(?:/resourcegroups/[^/]+(?:/providers/microsoft\.recoveryservices/vaults/[^/]+)?)?",
    re.IGNORECASE,
)
_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_SCHEDULE = re.compile(r"[0-9A-Za-z*,/-]+(?: +[0-9A-Za-z*,/-]+){4,5}")
_WEBHOOK_KEY_BYTES = range(24, 65)


class Secret(str):
    """A text that does not show itself in a representation, a log record or a traceback of one."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


def scopes(text: str) -> tuple[str, ...]:
    """ARM ids of subscriptions, resource groups or vaults, comma separated; an empty text is an empty scope."""
    ids = _parts(text)
    for entry in ids:
        if not _SCOPE.fullmatch(entry):
            raise ValueError(
                f"'{entry}' is not the ARM id of a subscription, resource group or Recovery Services vault"
            )
    return ids


def mode(text: str) -> Mode:
    """One of the three modes."""
    try:
        return Mode(text.lower())
    except ValueError:
        raise ValueError(f"'{text}' is none of {', '.join(Mode)}") from None


def modes(text: str) -> Mapping[str, Mode]:
    """``Code=mode`` pairs, comma separated; a read-only mapping from error code to mode."""
    pairs = [part.partition("=") for part in _parts(text)]
    if any(not code.strip() or not sign for code, sign, _ in pairs):
        raise ValueError("an entry is not of the form Code=mode")
    return MappingProxyType({code.strip(): mode(word.strip()) for code, _, word in pairs})


def language(text: str) -> Language:
    """One of the languages that the app speaks."""
    try:
        return Language(text.lower())
    except ValueError:
        raise ValueError(f"'{text}' is none of {', '.join(Language)}") from None


def time_zone(text: str) -> ZoneInfo:
    """A zone of the IANA time zone database."""
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        raise ValueError(f"there is no time zone '{text}'") from None


def whole(least: int, most: int) -> Callable[[str], int]:
    """A whole number from ``least`` to ``most``."""

    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
            raise ValueError(f"'{text}' is not a whole number from {least} to {most}")
        return int(text)

    return read


def schedule(text: str) -> str:
    """An NCRONTAB expression of six fields, the second first, or of five (second 0)."""
    if not _SCHEDULE.fullmatch(text):
        raise ValueError(f"'{text}' is not an NCRONTAB expression")
    return text


def https_url(text: str) -> str:
    """An https address without a trailing slash."""
    if _address(text)[0] != "https":
        raise ValueError("the address is not https")
    return text.rstrip("/")


def web_url(text: str) -> str:
    """An https address, or an http one on this machine's loopback interface, without a trailing slash."""
    scheme, host = _address(text)
    if scheme != "https" and not (scheme == "http" and _is_loopback(host)):
        raise ValueError("the address is neither https nor http on loopback")
    return text.rstrip("/")


def secret_url(text: str) -> Secret:
    """A `web_url` that holds a credential, exactly as given."""
    web_url(text)
    return Secret(text)


def audience(text: str) -> str:
    """A token scope of Microsoft Entra ID."""
    if not text.endswith("/.default"):
        raise ValueError("the audience does not end in /.default")
    return https_url(text)


def webhook_secret(text: str) -> Secret:
    """``whsec_`` and base64 of 24 to 64 bytes (Standard Webhooks 1.0, "Signature scheme")."""
    prefix, key = text[:6], text[6:]
    try:
        size = len(base64.b64decode(key, validate=True))
    except (binascii.Error, ValueError):
        size = 0
    if prefix != "whsec_" or size not in _WEBHOOK_KEY_BYTES:
        raise ValueError("the value is not whsec_ followed by base64 of 24 to 64 bytes")
    return Secret(text)


def long_secret(text: str) -> Secret:
    """A secret of at least 32 characters."""
    least = 32
    if len(text) < least:
        raise ValueError(f"the value has {len(text)} characters, at least {least} are needed")
    return Secret(text)


def guid(text: str) -> str:
    """A GUID, lower-case."""
    if not _GUID.fullmatch(text):
        raise ValueError(f"'{text}' is not a GUID")
    return text.lower()


def file(text: str) -> str:
    """The path of a file that is there."""
    if not Path(text).is_file():
        raise ValueError(f"there is no file '{text}'")
    return text


def folder(text: str) -> str:
    """The path of a folder that is there."""
    if not Path(text).is_dir():
        raise ValueError(f"there is no folder '{text}'")
    return text


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip().rstrip("/") for part in text.split(",") if part.strip())


def _address(text: str) -> tuple[str, str]:
    """Scheme and host; ValueError without the text, because it may hold a credential."""
    try:
        parts = urlsplit(text)
        scheme, host, _ = parts.scheme, parts.hostname, parts.port
    except ValueError:
        scheme, host = "", None
    if not host or any(sign.isspace() for sign in text):
        raise ValueError("the value is not a web address")
    return scheme, host


def _is_loopback(host: str) -> bool:
    try:
        return host.lower() == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
