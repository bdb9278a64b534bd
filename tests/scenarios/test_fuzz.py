"""Thousands of odd requests: none is answered by a failure, and without authority none changes anything.

``FUZZ_REQUESTS=n`` sends so many (1,500), ``FUZZ_SEED=n`` others (1). Half come from strangers, who show nothing
or something wrong; half from somebody who shows what is right, so that the code behind the doors is met too.
"""

import asyncio
import os
import sqlite3
from collections import Counter
from collections.abc import Iterable
from random import Random
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import pytest

from sandbox.arm import builtin_alert
from sandbox.runner import Sandbox
from tests.scenarios.conftest import Make
from tests.scenarios.fuzzing import Draw, Known, Request, Shown, request
from tests.scenarios.test_openapi import App, prepared, scenario

REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "1500"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))

_COOKIE = "responder-session"
_TOGETHER = 8  # requests at a time
_PATIENCE = 60.0  # real seconds for one answer
_LARGE = 100_000  # bytes: a server may answer, and hang up, before it has read so many
_HUNG_UP = -1  # as a status
_FOR_EVERYBODY = {"api/health", "api/openapi.json", "api/ui/signin", "api/ui/signout"}
_TABLES = ("instances", "history", "messages", "activities", "entities", "operations")


class Answer(NamedTuple):
    """What came back; status 0: nothing, -1: the server hung up before it had read a large body."""

    status: int
    headers: str
    body: bytes

    @property
    def failed(self) -> bool:
        """Whether this is a failure, and not the documented 503: Azure's limits are simulated too."""
        later = self.status == 503 and b'"code":"Throttled"' in self.body and "\r\nretry-after:" in self.headers.lower()
        return not (200 <= self.status < 500 or later or self.status == _HUNG_UP)


class Found:
    """All that went wrong, with what it takes to send it again."""

    def __init__(self, sandbox: Sandbox, app: App) -> None:
        self.sandbox, self.statuses, self.wrong = sandbox, Counter[int](), list[str]()
        self.known = Known((app.ended, app.waiting), app.vm, builtin_alert(sandbox.cloud.world))
        self._secrets = [
            sandbox.key,
            sandbox.secret,
            sandbox.secrets.approval,
            sandbox.secrets.master,
            sandbox.secrets.system,
        ]

    async def send(self, kind: str, numbers: Iterable[int], shown: Draw) -> None:
        """Send so many, some at a time."""
        waiting = iter(numbers)

        async def worker() -> None:
            for number in waiting:
                asked = request(f"{SEED} {kind} {number}", self.known, shown)
                self._judge(f"{kind} {number}", asked, await send(self.sandbox.functions_url, asked))

        await asyncio.gather(*(worker() for _ in range(_TOGETHER)))

    def _judge(self, which: str, asked: Request, answer: Answer) -> None:
        self.statuses[answer.status] += 1
        reasons = [
            *(["a failure"] if answer.failed else []),
            *(["let in"] if which.startswith("stranger") and _let_in(asked, answer) else []),
            *(["a secret"] if any(secret.encode() in answer.body for secret in self._secrets) else []),
            *(["a stack trace"] if b"Traceback (most" in answer.body else []),
        ]
        if reasons:
            shown = f"{asked.method} {asked.target[:300]} {asked.headers} {(asked.body or b'')[:300]!r}"
            self.wrong.append(f"{which}: {', '.join(reasons)}: {answer.status} to {shown[:900]}: {answer.body[:300]!r}")

    def tell(self) -> Counter[int]:
        """How often which status was answered. Fail with the first of what was found."""
        print(f"{self.statuses.total()} requests: {dict(sorted(self.statuses.items()))}")  # noqa: T201  with -rP
        if self.wrong:
            told = [f"FUZZ_SEED={SEED}: {len(self.wrong)} of {self.statuses.total()}", *self.wrong[:20]]
            pytest.fail("\n".join(told), pytrace=False)
        return self.statuses


async def send(base: str, asked: Request) -> Answer:
    """One request on a connection of its own, exactly as it was drawn."""
    place = urlsplit(base)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    try:
        writer.write(asked.encoded())
        raw = await asyncio.wait_for(reader.read(-1), _PATIENCE)
    except ConnectionError as error:
        return Answer(_HUNG_UP if len(asked.body or b"") > _LARGE else 0, "", repr(error).encode())
    except TimeoutError as error:
        return Answer(0, "", repr(error).encode())
    finally:
        writer.close()
    head, _, body = raw.partition(b"\r\n\r\n")
    status = head.partition(b"\r\n")[0].split()[1:2]
    return Answer(int(status[0]) if status else 0, head.decode("latin-1"), body)


def _let_in(asked: Request, answer: Answer) -> bool:
    """Whether a stranger got more than what everybody may see, or a redirect to elsewhere."""
    path = unquote(asked.target.partition("?")[0]).strip("/").lower()
    return 200 <= answer.status < 400 and path not in _FOR_EVERYBODY


def _stranger(app: App, key: str) -> Draw:
    """Shows nothing, or something that is nearly right."""
    session = app.known["session"].cookies[_COOKIE]
    token = app.known["decisionToken"].params["token"]
    nearly = [key[:-1], f"{key}x", key.swapcase(), key[::-1], "", "null", "*", "a" * 5000]
    forged = [
        session[:-1],
        f"{session}0",
        session.replace(".", ".9", 1),
        "a.99999999999." + "0" * 64,
        "",
        "\u00e9",
        "a" * 5000,
    ]
    principal = {"x-ms-client-principal-name": "admin@example.com", "x-ms-client-principal-id": "1"}

    def draw(dice: Random, _: Known) -> Shown:
        choice = dice.randrange(8)
        shown = {
            0: Shown(headers={"x-functions-key": dice.choice(nearly)}),
            1: Shown(query={"code": dice.choice(nearly)}),
            2: Shown(headers={"cookie": f"{_COOKIE}={dice.choice(forged)}"}, fields={"form_token": app.form_token}),
            3: Shown(query={"token": dice.choice([token[:-1], token[1:], token.swapcase(), "", "."])}),
            4: Shown(headers=principal, fields={"form_token": app.form_token}),
            5: Shown(headers={"authorization": f"Bearer {dice.choice(nearly)}"}),
        }
        return shown.get(choice, Shown())

    return draw


def _holder(app: App, key: str) -> Draw:
    """Shows what is right, for the one or for the other door."""
    session, token = (app.known["session"].cookies[_COOKIE], app.known["decisionToken"].params["token"])

    cookie = {"cookie": f"{_COOKIE}={session}"}
    fields = {"form_token": app.form_token}
    everything = Shown({"x-functions-key": key, **cookie}, {"token": token}, fields, decides=False)
    alone = (Shown({"x-functions-key": key}), Shown(query={"code": key}), Shown(cookie, fields=fields))

    def draw(dice: Random, _: Known) -> Shown:
        return dice.choice((everything, everything, everything, *alone))

    return draw


def _stored(sandbox: Sandbox) -> dict[str, Any]:
    """Everything that a stranger might have changed: each row of the task hub, Azure, and what was posted."""
    hub = sqlite3.connect(f"file:{sandbox.state / 'durable.db'}?mode=ro", uri=True)
    try:
        rows = {name: hub.execute(f"SELECT * FROM {name}").fetchall() for name in _TABLES}  # noqa: S608  a constant
    finally:
        hub.close()
    return {**rows, "azure": len(sandbox.cloud.calls), "posted": sandbox.inbox.plain()}


async def _settled(sandbox: Sandbox) -> dict[str, Any]:
    """What is stored once nothing moves any more."""
    before = _stored(sandbox)
    for _ in range(100):
        await asyncio.sleep(0.3)
        now = _stored(sandbox)
        if now == before:
            return now
        before = now
    raise AssertionError("the app never rests")


async def _alive(sandbox: Sandbox, pid: int | None) -> None:
    assert sandbox.host.pid == pid
    for name in ("health", "switch", "incidents"):
        async with sandbox.client.session.get(f"{sandbox.functions_url}/api/{name}") as answer:
            assert answer.status == 200


async def test_no_request_of_a_stranger_changes_anything(sandbox_of: Make) -> None:
    async with sandbox_of(scenario()) as sandbox:
        app = await prepared(sandbox)
        found, pid, before = Found(sandbox, app), sandbox.host.pid, await _settled(sandbox)
        await found.send("stranger", range(REQUESTS // 2), _stranger(app, sandbox.key))
        told = found.tell()
        assert told[401] + told[403] > told.total() / 2  # most met a door, and few no route
        after = await _settled(sandbox)
        assert [name for name in before if before[name] != after[name]] == []
        await _alive(sandbox, pid)


async def test_no_request_of_a_holder_of_the_key_meets_a_failure(sandbox_of: Make) -> None:
    async with sandbox_of(scenario()) as sandbox:
        app = await prepared(sandbox)
        found, pid = Found(sandbox, app), sandbox.host.pid
        await found.send("holder", range(REQUESTS // 2), _holder(app, sandbox.key))
        told = found.tell()
        assert told[200] + told[202] > told.total() / 10  # enough of them met the code behind the doors
        await _alive(sandbox, pid)
