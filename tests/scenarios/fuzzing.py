"""Requests that nobody would send, drawn from a seed: the n-th of a seed is always the same one."""

import json
from collections.abc import Callable, Mapping
from random import Random
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

_METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "REPORT")
_ROUTES = {
    "GET": (
        *("switch", "metrics", "health", "preflight", "incidents", "deliveries", "session", "openapi.json", "ui"),
        *("incidents/{id}", "incidents/{id}/decision", "incidents/{id}/decision", "ui/incidents", "ui/incidents/{id}"),
        *("ui/playbooks", "ui/playbooks/{id}", "ui/switch", "ui/signin", "{id}", ""),
    ),
    "POST": (
        *("alerts", "alerts", "events", "rerun", "switch", "deliveries", "ui/switch", "ui/signout"),
        *("incidents/{id}/decision", "incidents/{id}/decision", "incidents/{id}/restore-locks"),
        *("ui/incidents/{id}/restore-locks", "ui/incidents/{id}/rerun"),
    ),
}
_ELSEWHERE = (
    *("/", "/admin/host/status", "/admin/functions", "/admin/functions/sweep", "/admin/vfs/site/wwwroot/host.json"),
    *("/runtime/webhooks/durabletask/instances", "/runtime/webhooks/durabletask/instances/{id}/terminate"),
    *("/runtime/webhooks/durabletask/orchestrators/incident", "/runtime/webhooks/eventgrid?functionName=backup_event"),
    *("/.env", "/api/../admin/functions", "/api/%2e%2e/admin/functions", "//api//alerts", "/API/SWITCH", "/.auth/me"),
)
_QUERY = (
    *("token", "code", "top", "continuation", "format", "state", "outcome", "errorCode", "vault", "vm", "since"),
    *("decision", "next", "q", "page", "until", "lang", ""),
)
_FIELDS = (
    "decision",
    "form_token",
    "paused",
    "incidentId",
    "vmId",
    "itemId",
    "jobId",
    "ids",
    "reason",
    "specversion",
    "data",
)
_HEADERS = (
    *("accept", "accept-language", "accept-encoding", "content-type", "origin", "referer", "range", "if-none-match"),
    *(
        "sec-fetch-site",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-http-method-override",
        "x-original-url",
        "user-agent",
    ),
    *(
        "webhook-request-origin",
        "webhook-request-callback",
        "aeg-event-type",
        "ce-type",
        "traceparent",
        "if-modified-since",
    ),
)
_KINDS = (
    *(
        "application/json",
        "application/x-www-form-urlencoded",
        "application/cloudevents-batch+json",
        "text/html",
        "text/csv",
    ),
    *("multipart/form-data; boundary=x", "application/json; charset=utf-7", "*/*;q=x", "", "json", "a/b" * 500),
)
_TEXTS = (
    *(
        "",
        "0",
        "-1",
        "1e999",
        "9" * 400,
        "null",
        "true",
        "NaN",
        "approve",
        "decline",
        "open",
        "json",
        "csv",
        "../../etc/passwd",
    ),
    *(
        "'; DROP TABLE instances;--",
        "<script>alert(1)</script>",
        "{{7*7}}",
        "${jndi:ldap://x}",
        "\u202e\u0000\x1b[31m",
        "\U0001d518\U0001d52b\U0001d526",
        "한국어",
    ),
    *(
        "2026-02-30T25:61:61Z",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59+14:00",
        "a" * 3000,
        "%",
        "%zz",
        "@governor@x",
        "|",
    ),
    *(
        "/subscriptions/x/resourceGroups/y/providers/Microsoft.RecoveryServices/vaults/z",
        "inc-00000000",
        "https://evil.example/",
    ),
)
_ENCODED = (
    "%00",
    "%2e%2e",
    "%2F",
    "%ff%fe",
    "%F0%9F%92%A3",
    "%25%32%46",
    "%",
    "%u0041",
    ";",
    "+",
    "%0d%0aX-A:%20b",
    "%ED%A0%80",
)
_BROKEN = (
    *(
        b"",
        b"{",
        b"[" * 50_000,
        b'{"a":' * 20_000,
        b"\xff\xfe{}",
        b"\xef\xbb\xbf{}",
        b"\x00" * 100,
        b'"\\ud800"',
        b"NaN",
        b"1e999",
    ),
    *(
        b"-" + b"9" * 6000,
        b'{"a":1,"a":2}',
        b"\x1f\x8b\x08\x00junk",
        b"a=%zz&b=%ff&=&&&",
        b"[]",
        b"{}",
        b"null",
        b'""',
        b"x" * 1_500_000,
    ),
)


class Known(NamedTuple):
    """What is there to be asked for, and the true alert that others are bent from."""

    incidents: tuple[str, ...]
    vm: str
    alert: Mapping[str, Any]


class Shown(NamedTuple):
    """What a caller shows. ``decides``: whether a decision may be sent that counts, after which none is asked for."""

    headers: dict[str, str] = {}
    query: dict[str, str] = {}
    fields: dict[str, str] = {}
    decides: bool = True


class Request(NamedTuple):
    """One request, as it goes over the wire."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes | None

    def encoded(self) -> bytes:
        """All of it; the connection ends with the answer."""
        sized = [("Content-Length", str(len(self.body)))] if self.body is not None else []
        lines = [f"{name}: {value}\r\n" for name, value in [("Host", "localhost"), *self.headers, *sized]]
        head = f"{self.method} {self.target} HTTP/1.1\r\n{''.join(lines)}Connection: close\r\n\r\n"
        return head.encode("utf-8", "replace") + (self.body or b"")


Draw = Callable[[Random, Known], Shown]
"""What the caller of one request shows."""


def request(seed: str, known: Known, shown: Draw) -> Request:
    """The request of a seed."""
    dice = Random(seed)
    credentials = shown(dice, known)
    method = dice.choice(("GET", "POST", "POST"))
    route = dice.choice(_ELSEWHERE) if dice.random() < 0.12 else f"/api/{dice.choice(_ROUTES[method])}"
    if dice.random() < 0.15:
        method = dice.choice(_METHODS)
    body, kind = (None, "")
    if method not in {"GET", "HEAD"} or dice.random() < 0.1:
        body, kind = _body(dice, route, known, credentials)
        if "decision" in route and not credentials.decides:
            body = body.replace(b"approve", b"perhaps").replace(b"decline", b"perhaps")
    headers = list({**_headers(dice), **({"content-type": kind} if kind else {}), **credentials.headers}.items())
    return Request(method, _target(dice, route, known, credentials), headers, body)


def _target(dice: Random, route: str, known: Known, shown: Shown) -> str:
    path = route.replace("{id}", _name(dice, known))
    if dice.random() < 0.1:
        path = _bent(dice, path)
    asked = [(dice.choice(_QUERY), _text(dice, known)) for _ in range(dice.choice((0, 0, 1, 2, 5)))]
    query = urlencode([*shown.query.items(), *asked], errors="replace")
    if dice.random() < 0.05:
        query += "&" + dice.choice(_ENCODED) + "=" + dice.choice(_ENCODED)
    return path + (("&" if "?" in path else "?") + query if query else "")


def _name(dice: Random, known: Known) -> str:
    kind = dice.random()
    if kind < 0.75:
        return dice.choice(known.incidents)
    return dice.choice(_ENCODED) * dice.randint(1, 3) if kind < 0.87 else quote(_text(dice, known), safe="")


def _bent(dice: Random, path: str) -> str:
    at = dice.randrange(1, len(path) + 1)
    return path[:at] + dice.choice((*_ENCODED, "/", "//", "./", "../", "\\", "A", "~")) + path[at:]


def _headers(dice: Random) -> dict[str, str]:
    names = dice.choices(_HEADERS, k=dice.choice((0, 1, 1, 2, 4)))
    return {name: _plain(dice.choice(_KINDS if name in {"accept", "content-type"} else _TEXTS)) for name in names}


def _plain(text: str) -> str:
    """Without the characters that no header may hold: they would be another request."""
    return "".join(char for char in text if char.isprintable())


def _text(dice: Random, known: Known) -> str:
    return dice.choice((*_TEXTS, *known.incidents, known.vm))


def _body(dice: Random, route: str, known: Known, shown: Shown) -> tuple[bytes, str]:
    kind = dice.random()
    if kind < 0.25:
        return dice.choice(_BROKEN), dice.choice((*_KINDS, *("application/json",) * len(_KINDS)))
    if kind < 0.4:
        fields = {dice.choice(_FIELDS): _text(dice, known) for _ in range(dice.randint(1, 4))}
        return _form(fields | shown.fields)
    if kind < 0.7:
        return _fitting(dice, route, known, shown)
    made = {dice.choice(_FIELDS): _value(dice, known) for _ in range(3)}
    return json.dumps([made] * dice.randint(0, 3) if dice.random() < 0.2 else made).encode(), "application/json"


def _fitting(dice: Random, route: str, known: Known, shown: Shown) -> tuple[bytes, str]:
    """What the door behind a route takes: only the authority decides about it."""
    choice: dict[str, Any] = {"decision": dice.choice(("approve", "decline"))}
    paused = {"paused": dice.choice((True, False))}
    if "/ui/" in route or ("decision" in route and dice.random() < 0.5):
        return _form({**choice, "paused": str(paused["paused"]).lower(), **shown.fields})
    if route.endswith(("alerts", "events")):
        return json.dumps(_twisted(dice, known.alert)).encode(), "application/json"
    again = dice.choice(({"incidentId": dice.choice(known.incidents)}, {"vmId": known.vm}))
    made = choice if "decision" in route else paused if "switch" in route else again
    return json.dumps(made).encode(), "application/json"


def _form(fields: Mapping[str, str]) -> tuple[bytes, str]:
    return urlencode(fields, errors="replace").encode(), "application/x-www-form-urlencoded"


def _value(dice: Random, known: Known, depth: int = 0) -> Any:
    if depth < 3 and dice.random() < 0.3:
        inner = [_value(dice, known, depth + 1) for _ in range(dice.randint(0, 3))]
        return inner if dice.random() < 0.5 else {_text(dice, known): value for value in inner}
    return dice.choice((None, True, False, 0, -1, 10**30, 1.5e300, "\ud800", _text(dice, known), _text(dice, known)))


def _twisted(dice: Random, value: Any) -> Any:
    """The same value with something in it replaced, left out or repeated."""
    if isinstance(value, Mapping):
        return {name: _twisted(dice, inner) for name, inner in value.items() if dice.random() > 0.02}
    if isinstance(value, list):
        return [_twisted(dice, inner) for inner in value] * dice.choice((1, 1, 1, 1, 2, 0))
    return dice.choice((None, 0, [], {}, *_TEXTS)) if dice.random() < 0.08 else value
