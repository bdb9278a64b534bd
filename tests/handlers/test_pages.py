"""Pages: what they say, what they let a browser do, and that no stranger's text is more than a text in them."""

import re
from base64 import b64encode
from datetime import date
from hashlib import sha256
from typing import Any

import azure.functions as func
import pytest
from hypothesis import given

from handlers.ledger import Day, Ledger
from handlers.listing import Found, Listed
from handlers.listing_query import Key, parse
from handlers.pages import chart, figures, guarded, incident_list, overview, render, session, switch_page
from handlers.pages.overview import Known
from handlers.pages.session import Person
from responder import language
from responder.incident import Outcome
from responder.settings import load
from tests.handlers.pages import NASTY, TODAY, VAULT, VM, WHO, ledger, listed, read
from tests.test_function_app import GOOD

_SWITCH: dict[str, Any] = {
    "paused": True,
    "by": "Kim",
    "since": "2026-11-25T01:00:00Z",
    "open": 4,
    "changes": ["2026-11-25T00:30:00Z"],
    "limits": {
        "concurrentIncidents": 50,
        "destructivePerHour": 10,
        "startsPerHour": 250,
        "jobReadsPerHour": 55,
        "attemptsPerWindow": 5,
        "attemptWindowHours": 24,
        "backoffMinutes": 30,
        "remediationPauseHours": 12,
    },
    "refusals": {"Paused": 2},
    "ended": {"resolved": 3},
    "reasons": {},
}

_DRAWN = "{{ drawing|safe }}"  # an incident's timeline: built as XML, where every text is escaped
_OURS = ("/api/", "#", "data:image/svg+xml,", "https://portal.azure.com/#@/resource/")


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (session, render):
        monkeypatch.setattr(module, "configured", lambda: load(GOOD))


def _overview(rows: list[Listed], known: Ledger, switch: dict[str, Any] = _SWITCH, **more: Any) -> func.HttpResponse:
    targets = more.get("targets", [])
    return overview.told(Known(Found(rows, None, complete=True), known, switch, targets), WHO, more.get("today", TODAY))


def _list(
    fields: dict[str, str], rows: list[Listed], following: Key | None = None, *, complete: bool = True
) -> func.HttpResponse:
    query, reasons = parse(fields)
    found = None if reasons else Found(rows, following, complete)
    return incident_list._page(fields, query, found, WHO, None, reasons)


def test_a_browser_may_do_nothing_but_show_the_page_and_send_its_forms() -> None:
    answer = _overview([], Ledger())
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "unsafe" not in policy
    for name, value in {
        "Content-Type": "text/html; charset=utf-8",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }.items():
        assert answer.headers[name] == value
    for directive in ("form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'", "img-src 'self' data:"):
        assert directive in policy.split("; ")


def test_the_policy_names_exactly_the_style_that_the_page_holds() -> None:
    answer = _overview([], Ledger())
    (style,) = re.findall("<style>(.*?)</style>", answer.get_body().decode(), re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", sorted(render._TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_no_template_has_a_script_a_style_of_its_own_or_an_address_elsewhere(path: Any) -> None:
    source = path.read_text().replace(_DRAWN, "")
    assert not re.search(r"<script|\son\w+=|\sstyle=|\|\s*safe|javascript:|@import|autoescape", source)
    assert not re.search(r"""(?:src|action)=["'](?:https?:)?//""", source)


@pytest.mark.parametrize(
    "answer",
    [
        lambda: _overview([listed(VM)], ledger()),
        lambda: _overview([], Ledger(), {**_SWITCH, "paused": False}),
        lambda: _list({}, [listed()], Key("2026-11-25T01:04:00Z", "inc-1")),
        lambda: _list({"since": "yesterday"}, []),
        lambda: switch_page.told(_SWITCH, WHO),
        lambda: guarded.forged(WHO),
        lambda: session.door("/api/ui"),
    ],
    ids=["overview", "empty", "list", "refused", "switch", "problem", "sign-in"],
)
def test_every_page_can_be_read_by_machines_that_read_aloud(answer: Any) -> None:
    page = read(answer())
    tags = [tag for tag, _ in page.shape]
    assert (tags.count("main"), tags.count("h1")) == (1, 1)
    assert ("html", "lang", "en") in page.values
    ids = [value for _, name, value in page.values if name == "id"]
    assert len(ids) == len(set(ids))
    named = [value for _, name, value in page.values if name in {"aria-labelledby", "aria-describedby"}]
    assert {part for value in named for part in value.split()} <= set(ids)
    assert [names for tag, names in page.shape if tag == "th" and "scope" not in names] == []
    filled_in = {value for tag, name, value in page.values if tag in {"input", "select"} and name == "id"}
    assert filled_in == {value for tag, name, value in page.values if (tag, name) == ("label", "for")}
    assert [names for tag, names in page.shape if tag == "select" and "id" not in names] == []


@given(NASTY)
def test_a_strangers_text_is_a_text_on_the_overview(text: str) -> None:
    plain = read(_overview([listed("x")], ledger("x"), targets=[]))
    with_it = read(_overview([listed(text or "x")], ledger(text or "x"), {**_SWITCH, "by": text or "x"}))
    assert with_it.shape == plain.shape
    links = [value for _, name, value in with_it.values if name in {"href", "action", "src"}]
    assert [link for link in links if not link.startswith(_OURS)] == []


@given(NASTY)
def test_a_strangers_text_is_a_text_in_the_list(text: str) -> None:
    assert read(_list({}, [listed(text or "x")])).shape == read(_list({}, [listed("x")])).shape


@given(NASTY, NASTY)
def test_what_a_filter_is_given_is_a_text_in_its_field(vm: str, wrong: str) -> None:
    page = read(_list({"vm": vm or "x", "since": f"no time {wrong}"}, []))
    assert page.shape == read(_list({"vm": "x", "since": "no time"}, [])).shape


@given(NASTY)
def test_a_strangers_text_is_a_text_at_the_switch(text: str) -> None:
    nasty = {**_SWITCH, "by": text or "x", "reasons": {text: 1}, "refusals": {text: 1}, "ended": {text: 2}}
    usual = {**_SWITCH, "by": "x", "reasons": {"x": 1}, "refusals": {"x": 1}, "ended": {"x": 2}}
    who = Person(text or "x", "f" * 64)
    assert read(switch_page.told(nasty, who)).shape == read(switch_page.told(usual, WHO)).shape


@given(NASTY)
def test_what_nobody_could_see_is_not_shown(text: str) -> None:
    told = render.fragment("problem.html", person=None, title=text, text=text)
    assert not set(told) & set("\u202e\u2066\u200b\u200f\u0000\ufeff")


def test_a_name_that_a_template_was_not_given_is_no_blank() -> None:
    from jinja2 import UndefinedError

    with pytest.raises(UndefinedError):
        render.fragment("problem.html", person=None, title="x")


def test_a_page_speaks_the_language_of_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language._speaker, "language", language.Language.KOREAN)
    assert '<html lang="ko">' in guarded.forged(WHO).get_body().decode()


def test_the_overview_counts_thirty_days_and_says_what_stands_in_the_way() -> None:
    late = [{"name": "webhook", "state": "disabled", "undelivered": {"count": 3}}]
    told = read(_overview([listed(state="waiting-for-approval", outcome=None)], ledger(), targets=late)).told
    for sentence in (
        "The app is paused: it changes nothing. Since 2026-11-25 01:00 UTC, by Kim.",
        "Results that did not reach receiver webhook: 3.",
        "its address answered 410 Gone",
        "50 %",
        "2 of 4 incidents",
        "2026-10-27 to 2026-11-25",
        "Incidents that ended from 2026-10-27 to 2026-11-25: 6; most of them, 5, on 2026-11-20.",
        "Waits for a decision",
    ):
        assert sentence in " ".join(told.split()), sentence
    assert "Old" not in told.split()


def test_what_ended_later_than_the_machines_day_is_shown_too() -> None:
    told = read(_overview([], ledger(), today=date(2026, 11, 1))).told
    assert "2026-10-27 to 2026-11-25" in told


def test_a_day_is_drawn_from_the_bottom_up_to_its_count() -> None:
    days = {"2026-11-25": Day(outcomes={"resolved": 3, "failed": 1, "needs-human": 1})}
    drawn = chart.draw(days, TODAY, 30)
    bar = drawn.bars[-1]
    assert (drawn.top, len(drawn.bars), drawn.total, drawn.busiest) == (6, 30, 5, bar)
    assert [(part.tone, part.y, part.height) for part in bar.segments] == [
        ("good", 50, 50),
        ("attention", 16.67, 33.33),
    ]
    assert drawn.tones == [("good", [Outcome.RESOLVED]), ("attention", [Outcome.NEEDS_HUMAN, Outcome.FAILED])]
    assert bar.left + drawn.step == pytest.approx(chart.WIDTH)


@pytest.mark.parametrize("most, top", [(0, 2), (1, 2), (3, 4), (7, 10), (10, 10), (11, 20), (61, 100), (1001, 2000)])
def test_the_scale_ends_at_a_round_number(most: int, top: int) -> None:
    days = {"2026-11-25": Day(outcomes={"resolved": most})}
    assert chart.draw(days, TODAY, 30).top == top


def test_codes_are_ranked_and_those_without_a_name_are_left_out() -> None:
    days = [Day(codes={"B": 2, "A": 2, "other": 50}), Day(codes={"C": 4, "B": 1})]
    assert [(ranked.code, ranked.times, ranked.share) for ranked in figures.commonest(days)] == [
        ("C", 4, 1.0),
        ("B", 3, 0.75),
        ("A", 2, 0.5),
    ]
    assert len(figures.commonest([Day(codes={str(number): 1 for number in range(99)})])) == 8


def test_a_share_is_never_rounded_up_and_unknown_where_nothing_was_asked() -> None:
    assert figures.alone([Day(alone=999, asked=1000), Day()]).percent == 99
    assert figures.alone([Day()]).percent is None


def test_the_lists_links_keep_its_filters() -> None:
    page = read(
        _list(
            {"vm": VM, "outcome": "resolved", "top": "5"},
            [listed(VM, vault=VAULT)],
            Key("2026-11-25T01:04:00Z", "inc-1"),
        )
    )
    links = [value for tag, name, value in page.values if (tag, name) == ("a", "href") and "?" in value]
    older = next(link for link in links if "continuation=" in link)
    query, reasons = parse(dict(re.findall(r"[?&](\w+)=([^&]*)", _unquoted(older))))
    assert reasons == []
    assert (query.vm, query.outcome, query.top, query.after) == (
        VM,
        "resolved",
        5,
        Key("2026-11-25T01:04:00Z", "inc-1"),
    )
    assert {"csv", "json"} == {link.rpartition("format=")[2] for link in links if "format=" in link}
    assert ("option", "value", "resolved") in page.values
    assert "vm-app-01" in page.told
    assert "Vault vault-01" in page.told


def _unquoted(link: str) -> str:
    from urllib.parse import unquote_plus

    return unquote_plus(link)


def test_only_a_list_that_nothing_leads_on_from_may_lack_newer_ones() -> None:
    further = read(_list({}, [listed()], Key("2026-11-25T01:04:00Z", "inc-1"), complete=False))
    cut = read(_list({}, [listed()], complete=False))
    whole = read(_list({}, [listed()]))
    assert ["go on with older ones" in page.told for page in (further, cut, whole)] == [True, False, False]
    assert ["may not be the newest" in page.told for page in (further, cut, whole)] == [False, True, False]
    assert ["Older" in page.told for page in (further, cut, whole)] == [True, False, False]


def test_every_mistake_in_a_query_is_told_at_its_field() -> None:
    answer = _list({"since": "yesterday", "outcome": "good", "foo": "1", "vm": "kept"}, [listed()])
    page = read(answer)
    assert answer.status_code == 400
    for text in ("'yesterday' is not understood.", "'good' is not understood.", "foo: There is no such filter."):
        assert text in page.told
    wrong = [tag for tag, names in page.shape if "aria-invalid" in names]
    assert wrong == ["select", "input"]
    assert ("input", "value", "kept") in page.values
    assert "vm-app-01" not in page.told


def test_the_switchs_page_offers_what_is_not_so_yet() -> None:
    paused = read(switch_page.told(_SWITCH, WHO))
    running = read(switch_page.told({**_SWITCH, "paused": False}, WHO))
    assert ("input", "value", "resume") in paused.values
    assert ("input", "value", "pause") in running.values
    for page in (paused, running):
        assert ("input", "value", WHO.form_token) in page.values
        assert [names for tag, names in page.shape if tag == "input" and "required" in names]


@pytest.mark.parametrize("asked, told", [("pause", False), ("resume", True), (None, False), ("<b>", False)])
def test_a_wish_that_is_under_way_is_told(asked: str | None, told: bool) -> None:
    page = read(switch_page.told(_SWITCH, WHO, asked=asked))
    assert ("Your wish is stored" in page.told) is told


async def test_a_page_that_cannot_be_made_says_when_to_come_again() -> None:
    async def broken(_: Person) -> func.HttpResponse:
        raise OSError("the store's address and other secrets")

    answer = await guarded.tried(WHO, broken)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    page = read(answer).told
    assert "Nothing was changed" in page
    assert "secrets" not in page
