"""The page of an incident: every form of it, what is said first, what its forms do, and that no text does harm."""

import json
from base64 import b64encode
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlencode

import azure.functions as func
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from handlers import putting_back, rerunning
from handlers.config import configured
from handlers.durable import DurableOrchestrationClient
from handlers.live import _SHRINKS
from handlers.pages import incident_page, session
from handlers.pages.incident_page import html
from handlers.pages.session import Person
from handlers.pages.told import Told
from handlers.refused import Refused
from responder import language
from responder.errors import Forbidden, ResponderError, Throttled
from responder.incident import Action, ActionState, Incident, Outcome
from responder.language import Language
from responder.wire import plain, record
from tests.handlers.told import EVIL, NAME, VM, Parts, after, incident, waiting
from tests.test_function_app import GOOD

SOMEBODY = Person("Somebody", "token-of-somebody")
OURS = ("/api/ui", "/api/incidents/", "https://portal.azure.com/#@/resource/", "https://learn.microsoft.com/", "#")
OURS_TOO = ("https://func.example/api/incidents/", "data:image/svg+xml,")


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    configured.cache_clear()
    yield
    configured.cache_clear()
    language.use(Language.ENGLISH)


def shown(form: Incident | dict[str, Any], **how: Any) -> str:
    found = form if isinstance(form, dict) else record(form)
    return bytes(html(found, SOMEBODY, **how).get_body()).decode()


def words(form: Incident | dict[str, Any]) -> str:
    return Parts(shown(form)).text


@cache
def known() -> set[tuple[str, frozenset[str]]]:
    """Every element, with its attributes, of pages whose texts are tame."""
    forms = [
        incident(),
        waiting(),
        incident("a\nb"),
        incident(f"see {VM}"),
        replace(incident(), outcome=Outcome.RESOLVED),
    ]
    return {element for form in forms for element in Parts(shown(form)).elements}


@pytest.mark.parametrize("evil", EVIL)
def test_what_strangers_say_stays_text(evil: str) -> None:
    for told in (incident(evil), waiting(evil)):
        _is_harmless(shown(told))


@given(said=st.text(max_size=60))
@example("a\nb")
def test_any_text_stays_text(said: str) -> None:
    _is_harmless(shown(incident(said)))


def _is_harmless(page: str) -> None:
    parts = Parts(page)
    assert {tag for tag, _ in parts.elements} <= {tag for tag, _ in known()}
    names = {name for _, attributes in parts.elements for name in attributes}
    assert names <= {name for _, attributes in known() for name in attributes}
    assert {address for address in parts.addresses if not address.startswith((*OURS, *OURS_TOO))} <= {"https://x"}
    assert not {"\u202e", "\u200b", "\x00"} & set(page)


def test_the_check_for_harm_finds_some() -> None:
    page = shown(incident())
    for evil in ("<script></script>", "<p onclick='x'>", "<a href='javascript:x'>", "<p style='x'>", "\u202e"):
        with pytest.raises(AssertionError):
            _is_harmless(page.replace("</main>", f"{evil}</main>"))


def test_it_says_first_what_failed_what_was_done_and_what_is_next() -> None:
    told = words(incident())
    assert told.index("What failed") < told.index("What was done") < told.index("What is next") < told.index("Timeline")
    assert "SomeCode" in told.split("What was done")[0]
    assert "Ad hoc backup (failed, as expected): said" in told.split("What is next")[0]
    assert "why said Reason: InheritedLock step said All steps (1)" in told.split("What is next")[1]


def test_what_was_not_done_says_so_first() -> None:
    for state, said in ((ActionState.REFUSED, "Refused: said"), (ActionState.FORBIDDEN, "A right is missing: said")):
        action = next(entry for entry in incident().actions if entry.state is state)
        assert said in words(replace(incident(), actions=[action], retries=[])).split("What is next")[0]


def test_a_cured_incident_asks_nothing_of_a_person() -> None:
    cured = replace(incident(), outcome=Outcome.RESOLVED, guidance=[])
    assert "What is next Nothing: a later backup completed." in words(cured)


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_its_page(outcome: Outcome) -> None:
    bare: dict[str, Any] = {"findings": [], "actions": [], "retries": [], "waits": [], "approvals": [], "guidance": []}
    for told in (replace(incident(), outcome=outcome), replace(incident(), outcome=outcome, job=None, vm=None, **bare)):
        parts = Parts(shown(told))
        assert "Timeline" in parts.text
        assert len(parts.ids) == len(set(parts.ids))


def test_a_plan_that_waits_is_shown_with_the_page_that_decides() -> None:
    page = shown(waiting())
    told = Parts(page).text
    assert "A person has to decide" in told
    assert told.index("A person has to decide") < told.index("Timeline")
    for part in (
        "restart-vm",
        "disruptive",
        "What it does said",
        "To undo: said",
        "Decide before 2026-11-04 02:14 UTC",
    ):
        assert part in told
    (link,) = {address for address in Parts(page).addresses if "/decision?token=" in address}
    assert link.startswith(f"https://func.example/api/incidents/{NAME}/decision?token=")


def test_a_decision_that_was_made_tells_who_made_it() -> None:
    told = words(replace(incident(), approvals=[replace(incident().approvals[0], decided_by="Kim")]))
    assert "approved by Kim 2026-11-03 03:14 UTC" in told
    assert "A person has to decide" not in told


def test_each_shorter_form_of_a_running_incident_has_its_page() -> None:
    form = record(waiting())
    for shrink in _SHRINKS:
        form = shrink(form)
        assert "A person has to decide" in words(form)
    assert "While it runs only a part of this large incident is shown here." in words(form)


@pytest.mark.parametrize(
    "form, said",
    [
        ({"id": NAME, "state": "accepted", "outcome": None}, "Taken in."),
        ({"id": NAME, "state": "stopped", "outcome": None, "summary": "It broke down."}, "It broke down."),
        ({"id": "sig-1", "state": "located", "incidents": [NAME]}, f"The failed job was found Incident {NAME}"),
        ({"id": "sig-1", "state": "located", "incidents": []}, "This signal opened no incident."),
        ({"id": NAME, "state": "ended", "outcome": "of-a-later-version"}, "does not understand all"),
        ({"id": NAME, "failure": 3, "openedAt": "yesterday"}, "does not understand all"),
    ],
)
def test_what_is_no_whole_incident_has_a_page_too(form: dict[str, Any], said: str) -> None:
    assert said in words(form)


def test_an_open_incident_is_looked_at_again_only_where_somebody_asked_for_that() -> None:
    assert "Refresh" not in html(record(waiting()), SOMEBODY).headers
    assert html(record(waiting()), SOMEBODY, refreshing=True).headers["Refresh"] == "30"
    assert "Refresh" not in html(record(incident()), SOMEBODY, refreshing=True).headers
    assert 'http-equiv="refresh"' not in shown(waiting())


def test_locks_can_be_put_back_only_where_some_were_removed_and_it_has_ended() -> None:
    assert "Put the locks back (1)" in words(incident())
    assert "Put the locks back" not in words(replace(incident(), actions=[]))
    assert "Put the locks back" not in words(waiting())
    assert "Run again" not in words(waiting())


def test_azures_own_record_of_the_incident_is_named() -> None:
    assert "Correlation id in Azure's activity log 0a0a0a0a-0a0a-0a0a-0a0a-0a0a0a0a0a0a" in words(incident())
    assert "Correlation id" not in words(replace(incident(), id="sig-1"))


def test_what_was_removed_is_never_listed_as_many_times() -> None:
    again: list[Action] = incident().actions * 2
    assert "Put the locks back (1)" in words(replace(incident(), actions=again))


def test_it_is_told_in_korean_where_the_catalogue_has_the_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESPONDER_LANGUAGE", "ko")
    monkeypatch.setenv("RESPONDER_TIME_ZONE", "Asia/Seoul")
    configured.cache_clear()
    page = shown(incident())
    assert '<html lang="ko">' in page
    assert "10:14 KST" in page


def test_the_browser_may_use_the_style_that_is_in_the_page() -> None:
    answer = html(record(incident()), SOMEBODY)
    style = bytes(answer.get_body()).decode().partition("<style>")[2].partition("</style>")[0]
    assert ".timeline .on-wide" in style
    assert b64encode(sha256(style.encode()).digest()).decode() in answer.headers["Content-Security-Policy"]


class Store:
    """A durable client that knows one incident, or breaks."""

    def __init__(self, found: dict[str, Any] | None, *, broken: bool = False) -> None:
        self._found, self._broken = found, broken

    async def get_status(self, name: str, **_: object) -> Any:
        if self._broken:
            raise ConnectionError("no store")
        status = SimpleNamespace(
            output=self._found, custom_status=None, runtime_status=SimpleNamespace(name="Completed")
        )
        return status if self._found and name == self._found["id"] else None

    async def read_entity_state(self, _: object) -> Any:
        return SimpleNamespace(entity_exists=False, entity_state=None)


async def ask(
    trigger: Any, told: dict[str, Any] | None, fields: dict[str, str] | None = None, **how: Any
) -> func.HttpResponse:
    """Ask for a page as somebody who has a session, or post a form of it."""
    signed_in, cookie = session.begin()
    headers = {"cookie": cookie.partition(";")[0]} | how.pop("headers", {})
    sent = {session.TOKEN: signed_in.form_token} | (fields or {})
    req = func.HttpRequest(
        "POST" if fields is not None else "GET",
        f"https://func.example/api/ui/incidents/{NAME}",
        headers=headers,
        params=how.pop("params", {}),
        route_params={"id": how.pop("name", NAME)},
        body=urlencode(sent).encode(),
    )
    answer = await trigger(req, cast("DurableOrchestrationClient", Store(told, **how)))
    assert isinstance(answer, func.HttpResponse)
    return answer


def text(answer: func.HttpResponse) -> str:
    return Parts(bytes(answer.get_body()).decode()).text


ENDED = record(incident())


async def test_it_is_shown_to_somebody_who_has_signed_in_and_to_nobody_else() -> None:
    answer = await ask(incident_page.incident_page, ENDED)
    assert (answer.status_code, "vm-app-01" in text(answer)) == (200, True)
    for trigger in (incident_page.incident_page, incident_page.rerun_from_page, incident_page.restore_locks_from_page):
        answer = await ask(trigger, ENDED, {}, headers={"cookie": "responder-session=a.9999999999.b"})
        assert (answer.status_code, "vm-app-01" in text(answer)) == (401, False)


async def test_there_is_a_page_where_there_is_no_incident_or_no_store() -> None:
    assert (await ask(incident_page.incident_page, ENDED, name="inc-none")).status_code == 404
    assert (await ask(incident_page.incident_page, ENDED, name="<b>")).status_code == 404
    answer = await ask(incident_page.incident_page, ENDED, broken=True)
    assert (answer.status_code, "could not be read just now" in text(answer)) == (503, True)
    assert answer.headers["Retry-After"] == "10"
    answer = await ask(incident_page.incident_page, ENDED, broken=True, params={"format": "json"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")


async def test_it_can_be_had_as_a_file() -> None:
    answer = await ask(incident_page.incident_page, ENDED, params={"format": "json"})
    assert json.loads(answer.get_body()) == plain(ENDED)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{NAME}.json"'
    assert (await ask(incident_page.incident_page, ENDED, params={"format": "json"}, name="inc-x")).status_code == 404


@pytest.mark.parametrize(
    "locks, status, said",
    [
        (
            [{"id": "/a", "state": "put-back"}, {"id": "/b", "state": "exists"}],
            200,
            "The locks are back Put back: /a Was",
        ),
        ([{"id": "/a", "state": "failed", "reason": "R: no"}], 200, "Not all locks are back Failed: /a. R: no"),
        (Refused(409, "Paused", "All changes were stopped by Kim."), 409, "Not done All changes were stopped by Kim."),
        (Throttled("?sig=abcdefghijklmnop slow", retry_after_seconds=3), 503, "slow"),
        (Forbidden("no", action="locks/write", scope="/s"), 502, "may not do locks/write on /s"),
    ],
)
async def test_the_page_tells_what_became_of_the_locks(
    monkeypatch: pytest.MonkeyPatch, locks: Any, status: int, said: str
) -> None:
    asked: list[str] = []

    async def work(_: object, name: str, __: object) -> Any:
        asked.append(name)
        if isinstance(locks, Exception):
            raise locks
        return locks

    monkeypatch.setattr(incident_page, "put_back", work)
    answer = await ask(incident_page.restore_locks_from_page, ENDED, {})
    assert (answer.status_code, asked) == (status, [NAME])
    assert said in text(answer)
    assert "abcdefghijklmnop" not in text(answer)
    assert putting_back.put_back is not work


@pytest.mark.parametrize(
    "answered, status, said",
    [
        ("inc-new", 200, "A new incident takes this failure up again. Incident inc-new"),
        (Refused(409, "IncidentRunning", "Still working.", "inc-old"), 409, "Not done Still working. Incident inc-old"),
        (ResponderError("no"), 502, "ResponderError: no"),
    ],
)
async def test_the_page_tells_what_became_of_a_rerun(
    monkeypatch: pytest.MonkeyPatch, answered: Any, status: int, said: str
) -> None:
    asked: list[object] = []

    async def work(_: object, body: object, __: object) -> Any:
        asked.append(body)
        if isinstance(answered, Exception):
            raise answered
        return answered

    monkeypatch.setattr(rerunning, "run_again", work)
    answer = await ask(incident_page.rerun_from_page, ENDED, {"mode": "review"})
    assert (answer.status_code, said in text(answer)) == (status, True)
    await ask(incident_page.rerun_from_page, ENDED, {"mode": ""})
    assert asked == [{"incidentId": NAME, "mode": "review"}, {"incidentId": NAME}]


async def test_a_form_from_elsewhere_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: object) -> Any:
        raise AssertionError("a foreign form was obeyed")

    monkeypatch.setattr(incident_page, "put_back", never)
    monkeypatch.setattr(rerunning, "run_again", never)
    for trigger in (incident_page.rerun_from_page, incident_page.restore_locks_from_page):
        for fields, headers in (({session.TOKEN: "x"}, {}), ({}, {"sec-fetch-site": "cross-site"})):
            answer = await ask(trigger, ENDED, fields, headers=headers)
            assert (answer.status_code, "was not sent from a page of yours" in text(answer)) == (403, True)


def test_a_wait_says_until_when() -> None:
    waits = incident().waits
    told = replace(waiting(), approvals=[], state="waiting-for-service-clean-up", waits=waits)
    assert f"waits, until {after(hours=24):%Y-%m-%d %H:%M} UTC at the latest (waiting-for-service-clean-up)" in words(
        told
    )
    assert "The app is at work (planning)." in words(replace(told, state="planning"))


def test_what_a_person_asked_for_stands_in_front() -> None:
    told = Parts(shown(incident(), told=Told("good", "It is done", ["one", "two"], "inc-new"))).text
    assert told.index("It is done one two Incident inc-new") < told.index("What failed")
