"""Cards are valid by the official schema, small enough for Teams, and hold what a reader needs."""

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema
import msgspec
import pytest
from msgspec.structs import replace

from responder import language
from responder.incident import Advice, FailedBackup, Outcome
from responder.language import Language
from responder.notify import card
from responder.notify.card import Links
from responder.notify.card_room import MOST_BYTES
from responder.notify.digest import fold
from tests.browser import samples

PAGES = "https://responder.example.net/api/incidents"
LINKS = Links(f"{PAGES}/inc-1", f"{PAGES}/inc-1/decision?token=c2lnbmVk", PAGES)
NOWHERE = Links(None, None, None)
UTC = ZoneInfo("UTC")


@cache
def schema() -> dict[str, Any]:
    text = files("adaptive_cards").joinpath("schemas", "schema-1.5.json").read_text("utf-8")
    content: dict[str, Any] = json.loads(text)
    return content


@cache
def _known(kind: str) -> set[str]:
    """Names of the properties that the schema gives an element; RichTextBlock's pieces are one of two forms there."""
    about = schema()["definitions"][kind]
    forms = [about, *about.get("anyOf", [])]
    return {"type"} | {name for form in forms for name in form.get("properties", {})}


def elements(value: object) -> Iterator[dict[str, Any]]:
    """Every element, action and piece of text of a card."""
    if isinstance(value, list):
        for entry in value:
            yield from elements(entry)
    elif isinstance(value, dict):
        if "type" in value:
            yield value
        for member in value.values():
            yield from elements(member)


def content(message: dict[str, Any]) -> dict[str, Any]:
    """The card of a message, once the message is what a workflow takes."""
    assert list(message) == ["type", "attachments"]
    assert message["type"] == "message"
    (attachment,) = message["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert attachment["contentUrl"] is None
    drawn: dict[str, Any] = attachment["content"]
    return drawn


def check(message: dict[str, Any]) -> dict[str, Any]:
    """A message's card, once it is valid, small, and knows no property that the schema does not."""
    drawn = content(message)
    assert drawn["msteams"] == {"width": "Full"}  # of Teams, not of the schema
    jsonschema.Draft6Validator(schema()).validate({name: drawn[name] for name in drawn if name != "msteams"})
    for element in elements(drawn["body"] + drawn["actions"]):
        assert set(element) <= _known(element["type"]), element
    assert {element["type"] for element in elements(drawn) if element["type"].startswith("Action.")} <= {
        "Action.OpenUrl"
    }
    assert len(msgspec.json.encode(message)) < MOST_BYTES
    return drawn


def texts(value: object) -> str:
    return "\n".join(element["text"] for element in elements(value) if "text" in element)


def urls(value: object) -> list[str]:
    return [element["url"] for element in elements(value) if "url" in element]


def result(incident: Any, links: Links = LINKS) -> dict[str, Any]:
    return check(card.result(incident, links, UTC))


@pytest.fixture(params=list(Language))
def spoken(request: pytest.FixtureRequest) -> Iterator[None]:
    language.use(request.param)
    yield
    language.use(Language.ENGLISH)


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_is_a_valid_card(outcome: Outcome, spoken: None) -> None:
    drawn = result(samples.ended(outcome))
    assert drawn["version"] == "1.5"
    assert drawn["body"][0]["style"] in {"good", "warning", "attention", "emphasis"}


def test_requests_and_digests_are_valid_cards(spoken: None) -> None:
    check(card.approval(samples.asking(), LINKS, UTC))
    check(card.digest(samples.night(), LINKS, UTC))


@pytest.mark.parametrize("text", ["x" * 10_000, "\U0001f4be" * 10_000, '"\\' * 5_000, "한" * 10_000, ""])
def test_a_huge_incident_is_a_card_that_fits(text: str, spoken: None) -> None:
    incident = samples.huge(text)
    result(incident)
    check(card.approval(incident, LINKS, UTC))


def test_what_is_left_out_is_counted() -> None:
    seen = texts(result(samples.huge()))
    shown = seen.count("Confirmed") + seen.count("Cannot tell")
    assert f"… and {334 - shown} more findings: see the incident." in seen
    assert f"… and {200 - seen.count('forbidden')} more changes: see the incident." in seen


def test_what_is_left_out_of_a_plan_is_counted() -> None:
    plan = texts(check(card.approval(samples.huge(), LINKS, UTC))).partition("What it does")[0]
    shown = plan.count("Undo: ")
    assert 0 < shown < 200
    assert f"… and {200 - shown} more changes: the page on which you decide shows all." in plan


def test_the_most_important_things_come_first() -> None:
    drawn = result(samples.ended(Outcome.NEEDS_HUMAN))
    headings = [element["text"] for element in elements(drawn) if element.get("style") == "heading"]
    assert headings == ["A person is needed", "What to do next", "What failed", "What was found", "What was done"]
    assert drawn["body"][0]["items"][1]["inlines"][0]["text"] == "vm-app-01"


def test_a_cured_incident_says_what_was_done_and_how_to_take_it_back() -> None:
    seen = texts(result(samples.ended(Outcome.RESOLVED)))
    for told in (
        samples.FULL,
        "Failed at 2026-11-02 01:14 UTC",
        "Remove the CanNotDelete lock do-not-delete from AzureBackupRG_westeurope_1",
        samples.REMOVED.undo,
        "This failure is a step of the cure.",
        "2026-11-02 10:14 UTC → 2026-11-02 11:38 UTC",
        "waiting-for-service-clean-up",
        "several-backups-a-day, other-collections",
        "So that it does not come back",
    ):
        assert str(told) in seen
    assert "Nothing was changed." not in seen


def test_a_vm_without_a_failed_job_is_told_as_that() -> None:
    failure = FailedBackup(source="sweep", overdue_since=samples.later(-48))
    seen = texts(result(replace(samples.incident(job=None, failure=failure), outcome=Outcome.OBSERVED)))
    assert "No good backup since 2026-10-31 01:14 UTC" in seen


def test_an_approval_holds_the_exact_plan() -> None:
    drawn = check(card.approval(samples.asking(), LINKS, ZoneInfo("Asia/Seoul")))
    seen = texts(drawn)
    asked = samples.REAPPLY
    for told in (
        *asked.changes,
        *asked.undo,
        asked.impact,
        "disruptive",
        "2026-11-03 02:14 UTC (2026-11-03 11:14 KST)",
    ):
        assert str(told) in seen
    assert [(action["title"], action["url"]) for action in drawn["actions"]] == [
        ("Approve …", LINKS.decision),
        ("Decline …", LINKS.decision),
    ]


def test_a_digest_names_first_who_needs_a_person() -> None:
    drawn = check(card.digest(samples.night(), LINKS, UTC))
    seen = texts(drawn)
    assert "8 of 488 failed backups need a person" in seen
    assert seen.index("vm-app-000") < seen.index("vm-app-007") < seen.index("The others") < seen.index("vm-app-008")
    assert "… and 470 more incidents: see the overview." in seen
    assert urls(drawn)[-1] == PAGES
    assert urls(drawn)[0] == f"{PAGES}/inc-0000"


def test_a_digest_of_a_good_night_is_green() -> None:
    rows = [row for row in samples.night().incidents if row.outcome is Outcome.RESOLVED]
    drawn = check(card.digest(fold("digest-2", rows), NOWHERE, UTC))
    assert drawn["body"][0]["style"] == "good"
    assert "These need a person" not in texts(drawn)


def test_addresses_are_ours_and_https() -> None:
    assert urls(result(samples.ended(Outcome.RESOLVED))) == [
        LINKS.incident,
        f"https://portal.azure.com/#@/resource{samples.VM}",
        f"https://portal.azure.com/#@/resource{samples.VAULT}",
    ]
    strange = replace(samples.ended(Outcome.RESOLVED), vm="javascript:alert(1)", vault="http://evil.example/")
    assert urls(result(strange, NOWHERE)) == []
    for bad in ("http://evil.example/", "javascript:alert(1)", "https://", "https://[", "https://a b/", "https://한/"):
        assert urls(result(samples.ended(Outcome.UNRECOGNISED), Links(bad, bad, bad))) == []
    assert urls(result(samples.ended(Outcome.UNRECOGNISED), Links("http://127.0.0.1:7071/", None, None))) != []


@pytest.mark.parametrize("line", ["az " + "x" * 900, "echo 'a  b'", "echo \u202egpj.exe", "curl '?sig=abcdefgh12345'"])
def test_a_command_that_cannot_be_shown_whole_is_not_shown(line: str) -> None:
    step = Advice(text="Run this.", commands=[samples.command(line)])
    seen = texts(result(replace(samples.ended(Outcome.FAILED), guidance=[step])))
    assert line[:9] not in seen.partition("What failed")[0]
    assert "1 more commands are in the incident." in seen


def test_a_command_keeps_its_lines() -> None:
    step = Advice(text="Run this.", commands=[samples.command("first --a 'b'\nsecond | third")])
    drawn = result(replace(samples.ended(Outcome.FAILED), guidance=[step]))
    code = [element["text"] for element in elements(drawn) if element.get("fontType") == "Monospace"]
    assert code[:2] == ["first --a 'b'", "second | third"]
