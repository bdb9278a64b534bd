"""Everything that the description of the API offers is asked of the running app, with values that nobody here chose.

``OPENAPI_EXAMPLES=n`` asks more often for each operation (15), ``OPENAPI_SEED=n`` asks for other things (1).
"""

import asyncio
import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from msgspec.structs import replace
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.result import Ok

from sandbox import scenario as scenarios
from sandbox.inbox import Delivery
from sandbox.play import deliver
from sandbox.runner import Sandbox
from tests.scenarios.conftest import Make

EXAMPLES = int(os.environ.get("OPENAPI_EXAMPLES", "15"))
SEED = int(os.environ.get("OPENAPI_SEED", "1"))

_COOKIE = "responder-session"
_CHECKS = (
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
ACCEPT = ("*/*", "application/json", "text/html")

_PATIENCE = 20  # real seconds for one answer


class Credentials(NamedTuple):
    """What a caller shows."""

    headers: dict[str, str] = {}
    cookies: dict[str, str] = {}
    params: dict[str, str] = {}


class App(NamedTuple):
    """A running app with something in it."""

    base: str
    ended: str
    waiting: str
    vm: str
    form_token: str
    known: Mapping[str, Credentials]

    def credentials(self, operation: Any) -> Credentials:
        """The right ones for an operation."""
        names = _schemes(operation)
        return self.known[names[0]] if names else Credentials()


WRONG = {
    "functionKey": Credentials(headers={"x-functions-key": "wrong"}),
    "functionKeyInQuery": Credentials(params={"code": "wrong"}),
    "session": Credentials(cookies={_COOKIE: "a.99999999999." + "0" * 64}),
    "decisionToken": Credentials(params={"token": "wrong"}),
}


class Together:
    """Asks every operation, and tells all that went wrong at once."""

    def __init__(self, app: App) -> None:
        load_all_checks()
        self.app, self.wrong = app, list[str]()
        self.seen: defaultdict[str, set[int]] = defaultdict(set)
        self.checks = [CHECKS.get_one(name) for name in _CHECKS]
        config = schemathesis.Config.from_dict({"generation": {"with-security-parameters": False}})
        self.schema = schemathesis.openapi.from_url(f"{app.base}/api/openapi.json", config=config)

    def operations(self) -> Iterator[Any]:
        for found in self.schema.get_all_operations():
            assert isinstance(found, Ok)
            yield found.ok()

    def ask(self, operation: Any, probe: Callable[[Any, str], None]) -> None:
        """Ask with each kind of values; every one of them has its turn."""
        kinds = list(self._cases(operation))
        wanted = settings(
            max_examples=max(EXAMPLES // len(kinds), 3),
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
        )
        for cases in kinds:
            try:
                seed(SEED)(wanted(given(cases, st.sampled_from(ACCEPT))(probe)))()
            except Unsatisfiable:
                continue  # whatever is sent fits, as with a parameter that is any text
            except (BaseExceptionGroup, AssertionError) as error:
                self.wrong.append(f"{operation.label}: {error}")

    def judge(self) -> None:
        """Fail with all that was found, and with what it takes to find it again."""
        if self.wrong:
            pytest.fail("\n\n".join([f"OPENAPI_SEED={SEED} OPENAPI_EXAMPLES={EXAMPLES}", *self.wrong]), pytrace=False)

    def _cases(self, operation: Any) -> Iterator[st.SearchStrategy[Any]]:
        """Values that fit the description, values that do not, and those that fit and exist."""
        yield operation.as_strategy()
        if operation.path_parameters or operation.query or operation.body:
            yield operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
        for name in (self.app.ended, self.app.waiting) if "{id}" in operation.path else ():
            yield operation.as_strategy(path_parameters={"id": name}).map(self._existing)
        if operation.body:
            yield operation.as_strategy().map(self._existing)

    def _existing(self, case: Any) -> Any:
        """With the token that a page of this session holds, and with what there is to run again."""
        known = {"form_token": self.app.form_token, "incidentId": self.app.ended, "vmId": self.app.vm}
        if isinstance(case.body, dict):
            case.body |= {name: value for name, value in known.items() if name in case.body}
        return case

    def answered(self, case: Any, accept: str) -> None:
        """Whoever shows the right credential gets what is described, and no failure."""
        answer = _call(case, self.app.base, accept, self.app.credentials(case.operation))
        assert answer.status_code < 500 or _throttled(answer), f"{answer.status_code}: {answer.text[:300]}"
        case.validate_response(answer, checks=self.checks)
        self.seen[case.operation.label].add(answer.status_code)

    def refused(self, case: Any, accept: str) -> None:
        """Nobody else gets in."""
        for shown in (Credentials(), *(WRONG[name] for name in _schemes(case.operation))):
            answer = _call(case, self.app.base, accept, shown)
            assert answer.status_code in {401, 403}, f"{shown}: {answer.status_code}: {answer.text[:300]}"


def _schemes(operation: Any) -> list[str]:
    """The names of the credentials that an operation takes, any one of which will do."""
    return [name for entry in operation.definition.raw["security"] for name in entry]


def _throttled(answer: Any) -> bool:
    """Azure's own limits are simulated too: asked too often, it has the caller wait."""
    return answer.status_code == 503 and '"code":"Throttled"' in answer.text and "retry-after" in answer.headers


def _call(case: Any, base: str, accept: str, shown: Credentials) -> Any:
    return case.call(
        base_url=base,
        headers={"Accept": accept, **shown.headers},
        cookies=shown.cookies,
        params=shown.params,
        allow_redirects=False,
        timeout=_PATIENCE,
    )


async def prepared(sandbox: Sandbox) -> App:
    """An incident that has ended after it removed a lock; one that waits for a person, for whom time stands still."""
    asked: list[Delivery] = []

    async def person(delivery: Delivery) -> None:
        asked.append(delivery)
        if len(asked) == 2:
            sandbox.clock.hold(held=True)
        else:
            await sandbox.client.decide(delivery.message["data"]["decisionUrl"], "decline")

    sandbox.inbox.person = person
    ended = await deliver(sandbox)
    vm = (await sandbox.client.wait_for_end(ended, 60))["vm"]
    url = f"{sandbox.functions_url}/api/rerun"
    async with sandbox.client.session.post(url, json={"incidentId": ended}) as answer:
        waiting = (await answer.json())["incidents"][0]["id"]
    for _ in range(600):
        if len(asked) > 1:
            break
        await asyncio.sleep(0.05)
    token = asked[1].message["data"]["decisionUrl"].rpartition("token=")[2]
    return await asyncio.to_thread(_app, sandbox, (ended, waiting, vm), token)


def _app(sandbox: Sandbox, there: tuple[str, str, str], token: str) -> App:
    browser, base = requests.Session(), sandbox.functions_url
    browser.get(f"{base}/api/session", params={"code": sandbox.key}, timeout=_PATIENCE)
    page = browser.get(f"{base}/api/ui/switch", timeout=_PATIENCE).text
    found = re.search(r'name="form_token" value="([0-9a-f]+)"', page)
    assert found
    session = Credentials(cookies={_COOKIE: browser.cookies[_COOKIE]})
    browser.close()
    key, link = Credentials(headers={"x-functions-key": sandbox.key}), Credentials(params={"token": token})
    return App(base, *there, found[1], {"functionKey": key, "session": session, "decisionToken": link})


def scenario() -> scenarios.Scenario:
    """A lock goes without a person, the collection only with one."""
    world = {"locks": [{"at": "group"}], "points": {"tier": "mixed"}, "service": {"cleanup": "never"}}
    return replace(scenarios.load("points-not-in-vault"), world=world)


async def test_every_operation_answers_as_it_is_described(sandbox_of: Make) -> None:
    async with sandbox_of(scenario()) as sandbox:
        all_of_it = Together(await prepared(sandbox))
        operations = list(all_of_it.operations())
        for operation in operations:
            await asyncio.to_thread(all_of_it.ask, operation, all_of_it.answered)
        sandbox.clock.hold(held=False)
        for name in ("/restore-locks", "/rerun"):  # again, now that nothing stands in the way
            for operation in (one for one in operations if one.path.endswith(name)):
                await _quiet(sandbox)
                await asyncio.to_thread(all_of_it.ask, operation, all_of_it.answered)
        all_of_it.judge()
        done = {label for label, answers in all_of_it.seen.items() if min(answers) < 400}
        assert {operation.label for operation in operations} - done == set(), all_of_it.seen


async def _quiet(sandbox: Sandbox) -> None:
    """Nothing is stopped, and every incident has ended."""
    await sandbox.client.pause(paused=False)
    url = f"{sandbox.functions_url}/api/incidents?state=open"
    for _ in range(600):
        async with sandbox.client.session.get(url) as answer:
            if not (await answer.json())["incidents"]:
                return
        await asyncio.sleep(0.1)
    raise AssertionError("some incident never ends")


async def test_without_its_credential_nothing_is_shown_and_nothing_is_done(sandbox_of: Make) -> None:
    async with sandbox_of(scenario()) as sandbox:
        all_of_it = Together(await prepared(sandbox))
        before = await _state(sandbox)

        def work() -> None:
            for operation in all_of_it.operations():
                if _schemes(operation):
                    all_of_it.ask(operation, all_of_it.refused)

        await asyncio.to_thread(work)
        all_of_it.judge()
        assert await _state(sandbox) == before


async def _state(sandbox: Sandbox) -> dict[str, Any]:
    """What a stranger might want to change."""
    told = {"mutations": len(sandbox.cloud.mutations), "reads": len(sandbox.cloud.calls)}
    for name in ("incidents", "switch", "deliveries"):
        async with sandbox.client.session.get(f"{sandbox.functions_url}/api/{name}") as answer:
            told[name] = await answer.json()
    return told
