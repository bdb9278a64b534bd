"""The list of incidents: newest first whatever order the store has, every page once, filters, mistakes."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import listing, listing_windows
from handlers.ledger import Day, Ledger
from handlers.listing import newest, rows_of
from handlers.listing_query import Key, Query, from_token, parse, to_token
from handlers.listing_store import StorePage
from handlers.listing_windows import Window, windows
from responder.incident import Outcome
from responder.notify.digest import DigestRow
from responder.wire import utc
from tests.responder.alerts import VAULT, VM

START = datetime(2026, 10, 6, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def stamp(minutes: int) -> str:
    return (START + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def instance(number: int, opened: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "name": "incident",
        "instanceId": f"inc-{number:032x}",
        "runtimeStatus": "Running",
        "input": None,
        "customStatus": None,
        "output": None,
        "createdTime": stamp(opened),
        "lastUpdatedTime": stamp(opened),
        **more,
    }


_HIDDEN = timedelta(seconds=0.7)


class Store:
    """Answers pages in the order of ids, as Azure Storage does, with the filters that the store has itself.

    It compares whole times, and shows them without their fractions.
    """

    def __init__(self, *rows: dict[str, Any], page: int = 3) -> None:
        self.rows, self.page = sorted(rows, key=lambda row: str(row["instanceId"])), page
        self.asked: list[dict[str, str]] = []

    async def __call__(self, fields: Mapping[str, str], token: str | None) -> StorePage:
        self.asked.append(dict(fields))
        start = int(token or 0)
        least = utc(fields.get("createdTimeFrom", "0002-01-01T00:00:00Z"))
        most = utc(fields.get("createdTimeTo", "9000-01-01T00:00:00Z"))
        found = [row for row in self.rows if least <= utc(row["createdTime"]) + _HIDDEN <= most]
        end = start + self.page
        return StorePage(json.dumps(found[start:end]).encode(), str(end) if end < len(found) else None)


def book(minutes: int, days: Mapping[str, int]) -> Ledger:
    """A ledger with so many ends on its days, the newest so many minutes after the start."""
    at = START + timedelta(minutes=minutes)
    last = DigestRow(id="inc-9", outcome=Outcome.RESOLVED, ended_at=at)
    return Ledger(days={day: Day(outcomes={"resolved": count}) for day, count in days.items()}, recent=[last])


def newest_first(rows: list[dict[str, Any]]) -> list[str]:
    ordered = sorted(rows, key=lambda row: (row["createdTime"], row["instanceId"]), reverse=True)
    return [row["instanceId"] for row in ordered]


async def everything(store: Store, ledger: Ledger | None = None, **query: Any) -> list[str]:
    """The ids on all pages of the list."""
    after, ids = None, []
    while True:
        found = await newest(store, Query(after=after, **query), ledger)
        ids += [row.id for row in found.rows]
        if found.following is None:
            return ids
        after = from_token(to_token(found.following))


@given(st.lists(st.integers(0, 5), max_size=12), st.integers(1, 5), st.integers(1, 4))
async def test_pages_hold_every_incident_once_newest_first(opened: list[int], top: int, page: int) -> None:
    rows = [instance(number, at) for number, at in enumerate(opened)]
    assert await everything(Store(*rows, page=page), top=top) == newest_first(rows)


@given(
    st.lists(st.integers(-200_000, 2000), max_size=12),
    st.integers(-3000, 3000),
    st.dictionaries(st.dates(START.date() - 99 * DAY, START.date() + DAY).map(str), st.integers(0, 9), max_size=9),
    st.integers(1, 5),
)
async def test_whatever_the_ledger_says_the_list_is_the_same(
    opened: list[int], last: int, days: dict[str, int], top: int
) -> None:
    """Also where it is behind, ahead, or empty: it says where to begin to look, no more."""
    rows = [instance(number, at) for number, at in enumerate(opened)]
    assert await everything(Store(*rows), book(last, days), top=top) == newest_first(rows)


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=40), st.integers(1, 4), st.integers(9, 12))
async def test_a_list_that_is_cut_leads_on_to_all_the_rest(opened: list[int], top: int, pages: int) -> None:
    rows = [instance(number, 15 * at) for number, at in enumerate(sorted(set(opened)))]
    ledger = book(15 * max(opened), {})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listing, "_MOST_PAGES", pages)
        patch.setattr(listing_windows, "_USUAL", listing_windows._SHORTEST)
        assert await everything(Store(*rows, page=1), ledger, top=top) == newest_first(rows)


async def test_a_night_is_found_among_many_without_looking_at_the_others() -> None:
    nights, each = 40, 25
    opened = [-night * 1440 - minute for night in range(nights) for minute in range(each)]
    store = Store(*(instance(number, at) for number, at in enumerate(opened)), page=10)
    days = {str((START - night * DAY).date()): each for night in range(nights)}
    found = await newest(store, Query(top=20), book(0, days))
    assert [row.opened_at for row in found.rows] == [stamp(-minute) for minute in range(20)]
    assert len(store.asked) <= 8
    assert "createdTimeTo" not in store.asked[0]  # what came after the ledger's newest end belongs to the first span
    assert all(fields.get("createdTimeFrom", "") > stamp(-3 * 1440) for fields in store.asked)


async def test_a_further_page_does_not_look_at_newer_ones() -> None:
    store = Store(*(instance(number, -number) for number in range(300)), page=10)
    after = Key(stamp(-100), f"inc-{100:032x}")
    found = await newest(store, Query(top=5, after=after), book(0, {str(START.date()): 300}))
    assert [row.opened_at for row in found.rows] == [stamp(-minute) for minute in range(101, 106)]
    assert all(fields["createdTimeTo"] <= stamp(-99) for fields in store.asked)


@pytest.mark.parametrize(
    "query, least, most",
    [
        (Query(top=50), 5, 7),  # 51 of 200 a day
        (Query(top=50, vm="vm-1"), 5, 7),
        (Query(top=50, code="RARE"), 239, 241),  # as many as the first span may hold, whatever is looked for
        (Query(top=50, code="common"), 11, 13),
        (Query(top=50, outcome=Outcome.FAILED), 11, 13),
        (Query(top=50, outcome=Outcome.DECLINED), 239, 241),
    ],
)
def test_the_first_span_should_hold_one_page(query: Query, least: float, most: float) -> None:
    day = Day(outcomes={"resolved": 90, "failed": 110}, codes={"Common": 110, "Rare": 1})
    last = DigestRow(id="inc-9", outcome=Outcome.FAILED, ended_at=datetime(2026, 10, 6, tzinfo=UTC))
    days = {str((last.ended_at - number * DAY).date()): day for number in range(1, 40)}
    first = next(windows(query, Ledger(days=days, recent=[last])))
    assert first.until is None
    assert first.since is not None
    assert least <= (last.ended_at - first.since) / timedelta(hours=1) <= most


def test_spans_meet_and_none_is_missing() -> None:
    spans = list(windows(Query(since=START - 50 * DAY), book(0, {str(START.date()): 9})))
    assert [one.until for one in spans[1:]] == [one.since for one in spans[:-1]]
    assert (spans[0].until, spans[-1].since) == (None, START - 50 * DAY)
    assert list(windows(Query(state="open"), book(0, {}))) == [Window(None, None)]
    assert list(windows(Query(), Ledger())) == [Window(None, None)]


async def test_an_incident_that_comes_meanwhile_moves_no_page() -> None:
    store = Store(*(instance(number, number) for number in range(4)))
    first = await newest(store, Query(top=2))
    store.rows.append(instance(9, 9))
    second = await newest(store, Query(top=2, after=first.following))
    assert [row.id[-1] for row in (*first.rows, *second.rows)] == ["3", "2", "1", "0"]


async def test_entities_and_other_orchestrations_are_left_out() -> None:
    strangers = [instance(1, instanceId=name) for name in ("@item@abc", "watch-1", "sweep")]
    assert await everything(Store(*strangers, instance(7))) == [f"inc-{7:032x}"]


@pytest.mark.parametrize(
    "shown, expected",
    [
        ({}, ("accepted", None)),
        ({"customStatus": {"state": "diagnosing"}}, ("diagnosing", None)),
        ({"customStatus": {"state": "ended", "outcome": "resolved"}}, ("ended", Outcome.RESOLVED)),
        (
            {
                "customStatus": {"state": "x"},
                "output": {"state": "ended", "outcome": "failed"},
                "runtimeStatus": "Completed",
            },
            ("ended", Outcome.FAILED),
        ),
        ({"output": "a text", "customStatus": {"state": "x"}, "runtimeStatus": "Failed"}, ("ended", None)),
        ({"customStatus": [1], "output": 7, "runtimeStatus": "Terminated"}, ("ended", None)),
        ({"customStatus": {"state": 7, "outcome": "new-word"}}, ("accepted", None)),
    ],
)
def test_a_row_tells_the_newest_that_is_known(shown: dict[str, Any], expected: tuple[str, Outcome | None]) -> None:
    (row,) = rows_of(json.dumps([instance(1, **shown)]).encode())
    assert (row.state, row.outcome) == expected


@pytest.mark.parametrize(
    "query, ids",
    [
        ({"state": "open"}, {1, 2}),
        ({"state": "ended"}, {3}),
        ({"outcome": Outcome.RESOLVED}, {3}),
        ({"vm": "VM-APP-01"}, {1, 3}),
        ({"vm": VM.upper()}, {1, 3}),
        ({"vm": "app-01"}, set[int]()),
        ({"vault": VAULT.lower()}, {3}),
        ({"vault": "rsv-prod-weu-01"}, {3}),
        ({"code": "usererrorvmnotfound"}, {3}),
        ({"code": "UserError"}, set[int]()),
        ({"since": START + timedelta(minutes=2)}, {2, 3}),
    ],
)
async def test_filters(query: dict[str, Any], ids: set[int]) -> None:
    store = Store(
        instance(1, 1, customStatus={"state": "x", "failure": {"vmId": VM}}),
        instance(2, 2, customStatus={"state": "y"}),
        instance(
            3,
            3,
            output={
                "state": "ended",
                "outcome": "resolved",
                "vm": VM,
                "vault": VAULT,
                "playbooks": [{"code": "Another"}, {"code": "UserErrorVmNotFound"}],
            },
        ),
    )
    assert {int(name[4:], 16) for name in await everything(store, **query)} == ids


async def test_only_open_ones_are_asked_of_the_store_where_it_can_tell() -> None:
    store = Store()
    await newest(store, Query(state="open"))
    await newest(store, Query(state="ended"))
    assert [fields.get("runtimeStatus") for fields in store.asked] == ["Pending,Running,Suspended,ContinuedAsNew", None]
    assert all(fields["instanceIdPrefix"] == "inc-" for fields in store.asked)


async def test_a_store_without_end_is_cut_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "_MOST_PAGES", 2)
    found = await newest(Store(*map(instance, range(9))), Query())
    assert (len(found.rows), found.complete) == (6, False)


async def test_where_newer_ones_may_have_been_passed_over_nothing_leads_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first span is not finished: going on behind its rows would hide what was not looked at."""
    monkeypatch.setattr(listing, "_MOST_PAGES", 2)
    store = Store(*(instance(number, number) for number in range(9)))  # the newest come last in the store
    found = await newest(store, Query(top=2))
    assert [row.id[-1] for row in found.rows] == ["5", "4"]
    assert (found.following, found.complete) == (None, False)


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=40), st.integers(1, 4), st.integers(1, 12))
async def test_what_leads_on_stands_behind_the_newest(opened: list[int], top: int, pages: int) -> None:
    """Whatever is cut: rows with something that leads on are the newest, without a gap."""
    rows = [instance(number, 15 * at) for number, at in enumerate(sorted(set(opened)))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listing, "_MOST_PAGES", pages)
        patch.setattr(listing_windows, "_USUAL", listing_windows._SHORTEST)
        found = await newest(Store(*rows, page=1), Query(top=top), book(15 * max(opened), {}))
    if found.following or found.complete:
        assert [row.id for row in found.rows] == newest_first(rows)[: len(found.rows)]


async def test_an_answer_that_is_no_list_is_told() -> None:
    async def fetch(*_: object) -> StorePage:
        return StorePage(b'{"Message": "no"}', None)

    with pytest.raises(msgspec.DecodeError):
        await newest(fetch, Query())


async def test_secrets_in_a_summary_are_masked() -> None:
    summary = "see https://x.example/hook?sig=abcdefghijklmnop"
    (row,) = (await newest(Store(instance(1, customStatus={"state": "x", "summary": summary})), Query())).rows
    assert "abcdefghijklmnop" not in str(row.summary)


def test_a_query_is_read() -> None:
    token = to_token(Key(stamp(0), "inc-7"))
    asked = {"state": "ended", "outcome": "resolved", "since": "2026-10-06T03:00:00 02:00", "top": "100", "code": "key"}
    query, reasons = parse({**asked, "vm": "vm-1", "vault": "v", "errorCode": "C", "continuation": token})
    assert reasons == []
    assert query == Query(
        state="ended",
        outcome=Outcome.RESOLVED,
        since=START,
        top=100,
        vm="vm-1",
        vault="v",
        code="C",
        after=Key(stamp(0), "inc-7"),
    )


def test_every_mistake_is_named_with_its_remedy() -> None:
    wrong = {"state": "half", "outcome": "fine", "since": "monday", "top": "101", "continuation": "?", "stat": "open"}
    _, reasons = parse(wrong)
    assert {reason.field for reason in reasons} == set(wrong)
    assert next(reason.remedy for reason in reasons if reason.field == "stat") == "Did you mean state?"
    assert all(reason.remedy for reason in reasons)


@given(st.text(max_size=30))
def test_no_token_of_others_is_taken_or_breaks(token: str) -> None:
    query, reasons = parse({"continuation": token})
    assert query.after is None
    assert [reason.field for reason in reasons] == ["continuation"]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_no_place_is_taken_at_the_ends_of_time(moment: str) -> None:
    """Spans are added to and taken from it."""
    _, reasons = parse({"continuation": to_token(Key(moment, "inc-1"))})
    assert [reason.field for reason in reasons] == ["continuation"]


@pytest.mark.parametrize("since", ["0001-01-01", "0001-01-01T00:00:00Z", "1600-12-31T23:59:59Z"])
def test_a_beginning_before_all_incidents_is_one_that_a_store_takes(since: str) -> None:
    query, reasons = parse({"since": since})
    assert (query.since, reasons) == (datetime(2000, 1, 1, tzinfo=UTC), [])


def test_the_name_of_the_function_key_is_no_filter() -> None:
    query, reasons = parse({"code": "UserErrorVmNotFound"})
    assert (query.code, reasons) == (None, [])
