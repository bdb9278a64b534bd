"""Secrets out of everything that is stored, shown, logged or posted."""

import re
from collections.abc import Mapping
from typing import Any, cast

MASK = "***"
_DEEPEST = 40

_QUERY_NAMES = (
    r"sig|signature|code|key|token|access_token|id_token|refresh_token|api[-_]?key|subscription-key"
    r"|password|pwd|secret|client_secret|client_assertion|accountkey|sharedaccesskey"
)
_SCHEMES = r"bearer|\b(?:basic|sharedaccesssignature)"
# Each pattern takes time linear in the text: bodies come from strangers.
_PATTERNS = (
    # ?sig=..., &code=..., AccountKey=...; also where a whole URL was percent-encoded into another one.
    re.compile(
        rf"(?i)(?P<keep>(?:(?<![a-z0-9])|(?<=%3f)|(?<=%26))(?:{_QUERY_NAMES})(?:=|%3d))(?:(?!%26)[^&;\s\"'<>\\])+"
    ),
    # Two of them glued together: the name of the second one is no part of the first one's value.
    re.compile(rf"(?i)(?P<keep>(?:{_SCHEMES})\s+)(?:(?!(?:{_SCHEMES})\s)[^\s\"',;<>\\]){{12,}}"),
    re.compile(
        r"(?i)(?P<keep>\b(?:x-functions-key|aeg-sas-key|aeg-sas-token|ocp-apim-subscription-key|x-identity-header)"
        r"[\"']?\s*[:=]\s*[\"']?)[^\s\"',;<>\\]+"
    ),
    re.compile(r"(?P<keep>\bwhsec_)[A-Za-z0-9+/=_-]+"),
    re.compile(r"(?P<keep>(?<![A-Za-z0-9_-])eyJ)[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"),
    re.compile(r"(?P<keep>://)[^/\s@\"'<>]{1,300}(?=@)"),
)
_SECRET_KEY = re.compile(
    r"(?i)authorization|password|passwd|secret|token|signature|credential|connectionstring"
    r"|(?:access|shared|account|api|functions|sas|subscription)[-_]?key|^(?:sig|pwd)$"
)


def redact(text: str) -> str:
    """The text without SAS signatures, keys and codes of queries, bearer tokens, JWTs and webhook secrets."""
    if text.isalnum():  # as most names and states are; each pattern asks for another character
        return text
    for pattern in _PATTERNS if "=" in text or "%3" in text else _PATTERNS[1:]:  # the first is the slowest
        text = pattern.sub(_masked, text)
    return text


def _masked(found: re.Match[str]) -> str:
    return f"{found['keep']}{MASK}"


def redact_json(value: object) -> Any:
    """A JSON value without secrets: in its texts, and whole where the name of a member says that it is one.

    Nesting deeper than 40 levels is cut.
    """
    return _walk(value, _DEEPEST)


def _walk(value: object, deep: int) -> object:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, list | Mapping) and not deep:
        return MASK
    if isinstance(value, list):
        return [_walk(entry, deep - 1) for entry in cast("list[object]", value)]
    if isinstance(value, Mapping):
        members = cast("Mapping[str, object]", value)
        return {redact(name): _member(name, member, deep - 1) for name, member in members.items()}
    return value


def _member(name: str, member: object, deep: int) -> object:
    return MASK if isinstance(member, str) and _SECRET_KEY.search(name) else _walk(member, deep)
