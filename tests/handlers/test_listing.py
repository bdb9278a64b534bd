"""The list of incidents: newest first whatever order the store has, every page once, filters, mistakes."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import listing
from handlers.listing import newest, rows_of
from handlers.listing_query import Key, Query, from_token, parse, to_token
from handlers.listing_store import StorePage
from responder.incident import Outcome
from responder.wire import utc
from tests.responder.alerts import VAULT, VM

START = datetime(2026, 10, 6, 1, 0, tzinfo=UTC)


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


async def everything(store: Store, **query: Any) -> list[str]:
    """The ids on all pages of the list."""
    after, ids = None, []
    while True:
        found = await newest(store, Query(after=after, **query))
        ids += [row.id for row in found.rows]
        if found.following is None:
            return ids
        after = from_token(to_token(found.following))


@given(st.lists(st.integers(0, 5), max_size=12), st.integers(1, 5), st.integers(1, 4))
async def test_pages_hold_every_incident_once_newest_first(opened: list[int], top: int, page: int) -> None:
    rows = [instance(number, at) for number, at in enumerate(opened)]
    ids = await everything(Store(*rows, page=page), top=top)
    expected = sorted(rows, key=lambda row: (row["createdTime"], row["instanceId"]), reverse=True)
    assert ids == [row["instanceId"] for row in expected]


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
        ({"since": START + timedelta(minutes=2)}, {2, 3}),
    ],
)
async def test_filters(query: dict[str, Any], ids: set[int]) -> None:
    store = Store(
        instance(1, 1, customStatus={"state": "x", "failure": {"vmId": VM}}),
        instance(2, 2, customStatus={"state": "y"}),
        instance(3, 3, output={"state": "ended", "outcome": "resolved", "vm": VM, "vault": VAULT}),
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
    query, reasons = parse({**asked, "vm": "vm-1", "vault": "v", "continuation": token})
    assert reasons == []
    assert query == Query(
        state="ended",
        outcome=Outcome.RESOLVED,
        since=START,
        top=100,
        vm="vm-1",
        vault="v",
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
