"""Whatever strangers write: a card stays valid and small, keeps no secret, and reads it to nobody as more than text."""

from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from responder.incident import Outcome
from responder.notify import card
from responder.notify.card_parts import harmless
from responder.notify.digest import fold
from responder.wire import plain
from tests.browser import samples
from tests.responder.notify.test_card import LINKS, check, elements, texts, urls

SEOUL = ZoneInfo("Asia/Seoul")
SECRETS = [
    "https://x.example/?sig=c2VjcmV0LXNlY3JldA",
    "Bearer c2VjcmV0LXNlY3JldA",
    "AccountKey=c2VjcmV0LXNlY3JldA",
    "whsec_c2VjcmV0LXNlY3JldA",
    "eyJhbGciOiJub25lIn0.c2VjcmV0LXNlY3JldA.c2VjcmV0",
    "https://user:c2VjcmV0LXNlY3JldA@x.example/",
]
MARKUP = [
    "[x](http://evil.example)",
    "**b**",
    "_i_",
    "`c`",
    "<at>all</at>",
    "<script>",
    "{{DATE(2026-11-02T01:14:00Z)}}",
]
SIGNS = [
    "\u202e",
    "\u200b",
    "\x00",
    "\x1b[31m",
    "\n\n# ",
    "\r\n",
    "\u2028",
    "e\u0301",
    "\U0001f4be",
    "\ud800",
    '"',
    "\\",
]
strangers = st.lists(st.sampled_from(SECRETS + MARKUP + SIGNS) | st.text(max_size=20), max_size=8).map(
    lambda parts: " ".join(parts).encode("utf-8", "replace").decode()
)


def _cards(text: str, times: int) -> list[dict[str, Any]]:
    """A result, a request and a digest in which every text is this one."""
    incident = replace(samples.huge(" ".join([text] * times)), vm=text, vault=text, playbooks=[])
    incident = replace(incident, failure=replace(incident.failure, vm_name=text, message=text, severity=text))
    digest = samples.night()
    rows = [replace(row, id=text, vm=text, summary=text, code=text) for row in digest.incidents]
    return [
        card.result(incident, LINKS, SEOUL),
        card.approval(incident, LINKS, SEOUL),
        card.digest(fold(text, rows), LINKS, SEOUL),
    ]


@settings(max_examples=max(12, settings().max_examples // 8))  # each draws three cards
@given(strangers, st.integers(1, 30))
@example(" ".join(SECRETS), 20)
@example("\u202e".join("whsec_c2VjcmV0LXNlY3JldA"), 1)
@example("{{{DATE(2026-11-02T01:14:00Z, SHORT)}}", 1)
def test_any_text_is_harmless(text: str, times: int) -> None:
    for message in _cards(text, times):
        drawn = check(message)
        told = texts(drawn) + drawn["fallbackText"]
        assert "c2VjcmV0" not in told
        assert not any(sign in told for sign in "\u202e\u200b\x00\x1b\u2028\r")
        assert all(url.startswith(LINKS.overview or "") for url in urls(drawn))
        for element in elements(drawn):
            if element["type"] == "TextBlock":
                assert element["style"] == "heading"
            assert "{{DATE(" not in element.get("text", "")


def test_headings_hold_no_text_of_strangers() -> None:
    for message in _cards("[x](http://evil.example)", 3):
        blocks = [element["text"] for element in elements(check(message)) if element["type"] == "TextBlock"]
        assert blocks
        assert not any("evil" in text for text in blocks)


def test_what_is_shown_is_what_was_written() -> None:
    for text in MARKUP[:-1]:
        assert text in texts(card.result(replace(samples.ended(Outcome.FAILED), summary=text), LINKS, SEOUL))


@given(strangers)
def test_a_text_is_cut_after_its_secrets_are_gone(text: str) -> None:
    for longest in (20, 60):
        told = harmless(f"{text} {SECRETS[4]} and more", longest)
        assert len(told) <= longest
        assert "c2Vj" not in told


def test_the_decision_keeps_its_token_and_no_other_address_does() -> None:
    links = LINKS._replace(incident=f"{LINKS.incident}?code=c2VjcmV0LXNlY3JldA")
    drawn = check(card.approval(samples.asking(), links, SEOUL))
    assert urls(drawn["actions"]) == [LINKS.decision, LINKS.decision]
    assert urls(drawn["body"])[0] == f"{LINKS.incident}?code=***"


def test_the_incident_itself_stays_as_it_is() -> None:
    incident = samples.huge(SECRETS[0])
    before = plain(incident)
    card.result(incident, LINKS, SEOUL)
    assert plain(incident) == before
