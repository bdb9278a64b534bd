"""The pages of playbooks: every code, found by code, alias, number and words; every part of each on its page."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import azure.functions as func
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.config import configured
from handlers.pages import playbook_pages, playbook_text, session
from playbooks import loader
from playbooks.fixes import restart_vm
from playbooks.loader import CATALOGUE, Library
from playbooks.model import BackupStep, Playbook
from responder import language
from responder.errors import PlaybookError
from responder.language import Language
from tests.handlers.told import EVIL, Parts
from tests.test_function_app import GOOD

CODES = sorted(path.stem for path in CATALOGUE.glob("*.yaml"))
FULL = "UserErrorRpCollectionLimitReached"
OWN = """
code: OurOwnCode
title: "Ours <b>bold</b>"
meaning: A failure of our own.
kind: user
retry: "no"
numbers: [987654]
source: {document: Runbook, section: One, url: "javascript:alert(1)", edition: "2026-01-01"}
causes:
  - {id: a-cause, text: It is so., check: vm-exists, guidance: [{text: "Look at {vm}.", os: linux}]}
"""


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    configured.cache_clear()
    yield monkeypatch
    configured.cache_clear()
    language.use(Language.ENGLISH)


def ask(trigger: Any, *, signed_in: bool = True, code: str = "", **params: str) -> func.HttpResponse:
    _, cookie = session.begin()
    headers = {"cookie": cookie.partition(";")[0]} if signed_in else {}
    url, route = "https://func.example/api/ui/playbooks", {"code": code}
    req = func.HttpRequest("GET", url, headers=headers, params=params, route_params=route, body=b"")
    answer = trigger(req)
    return cast("func.HttpResponse", answer)


def parts(answer: func.HttpResponse) -> Parts:
    return Parts(bytes(answer.get_body()).decode())


def of(code: str) -> Parts:
    answer = ask(playbook_pages.show_playbook, code=code)
    assert answer.status_code == 200
    return parts(answer)


def listed(q: str = "") -> set[str]:
    """The codes of the list."""
    addresses = parts(ask(playbook_pages.list_playbooks, q=q)).addresses
    return {address.rpartition("/")[2] for address in addresses if address.startswith("/api/ui/playbooks/")}


def test_the_list_has_every_code() -> None:
    assert listed() == set(CODES)


def test_the_list_tells_causes_and_fixes_with_their_risk() -> None:
    (row,) = playbook_text.search(None, FULL)
    assert row.causes == 5
    assert [(fix.name, fix.risks) for fix in row.fixes][:2] == [
        ("remove-restore-point-locks", ["safe"]),
        ("delete-restore-point-collection", ["safe", "disruptive"]),
    ]


@pytest.mark.parametrize("row", playbook_text.rows(None), ids=lambda row: row.code)
def test_the_list_does_not_say_that_a_person_is_told_where_the_app_backs_up(row: playbook_text.Row) -> None:
    playbook = loader.load(row.code)
    assert row.backup is any(isinstance(step, BackupStep) for step in playbook.runbook)
    told = parts(ask(playbook_pages.list_playbooks, q=row.code)).text
    assert row.fixes or not row.backup or "none; backs the VM up again" in told


@pytest.mark.parametrize(
    "wanted, code",
    [
        ("usererrorrpcollectionlimitREACHED", FULL),
        ("400349", "UserErrorCrpReportedUserError"),
        ("BackupOperationFailedV2", "BackUpOperationFailedV2"),
        ("collection restore full", FULL),
    ],
)
def test_the_list_is_searched_by_code_alias_number_and_words(wanted: str, code: str) -> None:
    found = listed(q=wanted)
    assert code in found
    assert len(found) < 5


def test_what_is_not_found_is_said() -> None:
    assert "No playbook holds these words." in parts(ask(playbook_pages.list_playbooks, q="zzzz")).text


@pytest.mark.parametrize("code", CODES)
def test_every_playbook_has_its_page_with_all_of_its_parts(code: str) -> None:
    page, playbook = of(code), loader.load(code)
    wanted = [playbook.title, playbook.code, playbook.meaning, playbook.uncertain or "", playbook.source.section]
    wanted += [cause.text for cause in playbook.causes] + [cause.check for cause in playbook.causes]
    wanted += [line for line in _told(playbook) if line]
    assert [text for text in wanted if " ".join(text.split()) not in page.text] == []
    assert playbook.source.url in page.addresses
    assert len(page.ids) == len(set(page.ids))


def _told(playbook: Playbook) -> list[str]:
    guides = [guide for cause in playbook.causes for guide in cause.guidance] + playbook.guidance
    guides += [guide for cause in playbook.causes for steps in cause.refusals.values() for guide in steps]
    guides += [step for name in playbook.topics for step in loader.topic(name).steps]
    steps = [getattr(step, "purpose", "") or getattr(step, "why", "") for step in playbook.runbook]
    end = [playbook.conclusion.text, playbook.conclusion.reason] if playbook.conclusion else []
    lines = [run.line for guide in guides for run in guide.run]
    return [guide.text for guide in guides] + lines + steps + end + [entry.code for entry in playbook.dispatch]


def test_a_fix_tells_what_it_does_to_production() -> None:
    code = next(row.code for row in playbook_text.rows(None) if "restart-vm" in {fix.name for fix in row.fixes})
    assert f"restart-vm ! disruptive {restart_vm.IMPACT}" in of(code).text


@pytest.mark.parametrize("code", ["400349", "OperationNotAllowed", "usererrorCRPreportedusererror"])
def test_aliases_and_numbers_lead_to_the_page(code: str) -> None:
    assert "UserErrorCrpReportedUserError" in of(code).text


def test_an_unknown_code_is_404_with_those_that_are_spelt_alike() -> None:
    answer = ask(playbook_pages.show_playbook, code="UserErrorRpCollectionLimit")
    assert answer.status_code == 404
    assert f"/api/ui/playbooks/{FULL}" in parts(answer).addresses


@given(wanted=st.text(max_size=300))
def test_any_search_and_any_code_is_answered(wanted: str) -> None:
    for answer in (ask(playbook_pages.list_playbooks, q=wanted), ask(playbook_pages.show_playbook, code=wanted)):
        assert answer.status_code in {200, 404}


@pytest.mark.parametrize("evil", EVIL)
def test_what_was_asked_for_stays_text(evil: str) -> None:
    for answer in (ask(playbook_pages.list_playbooks, q=evil), ask(playbook_pages.show_playbook, code=evil)):
        page = parts(answer)
        assert {tag for tag, _ in page.elements} & {"script", "img", "b"} == set()
        assert not {address for address in page.addresses if address.startswith("javascript")}


def test_somebody_who_has_not_signed_in_sees_nothing() -> None:
    for trigger in (playbook_pages.list_playbooks, playbook_pages.show_playbook):
        answer = ask(trigger, signed_in=False, code=FULL)
        assert (answer.status_code, "restore point collection" in parts(answer).text) == (401, False)


def test_playbooks_of_ones_own_are_listed_and_shown(settings: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "OurOwnCode.yaml").write_text(OWN)
    (tmp_path / "Broken.yaml").write_text("code: 3")
    settings.setenv("RESPONDER_PLAYBOOK_FOLDER", str(tmp_path))
    configured.cache_clear()
    page = parts(ask(playbook_pages.list_playbooks))
    assert "OurOwnCode • your own Ours <b>bold</b>" in page.text
    assert "A playbook of your folder is left out: Broken.yaml" in page.text
    assert {*CODES, "OurOwnCode"} == listed()
    mine = of("987654")
    assert "Linux: Look at {vm}." in mine.text
    assert not {address for address in mine.addresses if address.startswith("javascript")}


def test_a_playbook_that_cannot_be_used_is_a_page_too(settings: pytest.MonkeyPatch) -> None:
    def broken(_: object, __: str) -> Playbook:
        raise PlaybookError("Some.yaml:3: title: missing")

    settings.setattr(Library, "by_code", broken)
    answer = ask(playbook_pages.show_playbook, code=FULL)
    assert (answer.status_code, "Some.yaml:3: title: missing" in parts(answer).text) == (500, True)
