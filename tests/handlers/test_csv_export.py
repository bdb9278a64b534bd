"""The table of incidents: read back it is what it was, and no cell is a formula."""

import csv
import json
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.listing import Found, Listed
from handlers.listing_query import Key, Query
from handlers.pages import exports
from handlers.pages.csv_export import harmless, table
from responder.incident import Outcome
from responder.settings import load
from tests.handlers.pages import NASTY, listed
from tests.test_function_app import GOOD

_URL = "https://func.example"
_SIGNS = "=+-@\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"


def _read(content: bytes) -> list[dict[str, str]]:
    text = content.decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(StringIO(text[1:], newline=""), strict=True))


def test_a_row_has_the_names_of_the_json_and_the_address_of_its_page() -> None:
    (row,) = _read(table([listed("vm", rerun_of="inc-0", outcome=Outcome.RESOLVED)], _URL))
    assert row == {
        "id": "inc-" + "1" * 32,
        "state": "ended",
        "outcome": "resolved",
        "reason": "vm",
        "code": "vm",
        "vm": "vm",
        "vault": "vm",
        "openedAt": "2026-11-25T01:04:00Z",
        "endedAt": "2026-11-25T02:04:00Z",
        "durationSeconds": "3600.0",
        "rerunOf": "inc-0",
        "summary": "vm",
        "page": "https://func.example/api/ui/incidents/inc-" + "1" * 32,
    }


def test_what_is_not_known_is_an_empty_cell() -> None:
    (row,) = _read(table([Listed(id="inc-1", state="accepted", opened_at="2026-11-25T01:04:00Z")], _URL))
    assert {row[name] for name in ("outcome", "reason", "code", "vm", "endedAt", "durationSeconds", "summary")} == {""}


def test_lines_end_as_rfc_4180_says_and_quotes_are_doubled() -> None:
    content = table([listed('a "quoted", text\nof two lines')], _URL).decode()
    assert content.endswith("\r\n")
    assert '"a ""quoted"", text\nof two lines"' in content


@pytest.mark.parametrize("sign", [*_SIGNS, "\t=", "\r=", "\n=", " =", "\u200b=", "\u202e+"])
def test_no_cell_begins_as_a_formula(sign: str) -> None:
    assert harmless(f"{sign}cmd|' /C calc'!A0").startswith("'")


@given(st.lists(NASTY, min_size=1, max_size=5))
def test_any_texts_make_a_table_of_their_rows_without_a_formula(texts: list[str]) -> None:
    rows = _read(table([listed(text) for text in texts], _URL))
    assert len(rows) == len(texts)
    for row in rows:
        assert len(row) == 13
        assert not [cell for cell in row.values() if cell.startswith((*_SIGNS, "\t", "\r", "\n"))]


@pytest.mark.parametrize(
    "fields, form, wrong",
    [
        ({"state": "open"}, None, []),
        ({"state": "open", "format": "csv"}, "csv", []),
        ({"state": "open", "format": "json"}, "json", []),
        ({"state": "open", "format": "xlsx"}, None, ["format"]),
    ],
)
def test_the_format_is_no_filter(fields: dict[str, str], form: str | None, wrong: list[str]) -> None:
    rest, asked, reasons = exports.wanted(fields)
    assert (rest, asked, [reason.field for reason in reasons]) == ({"state": "open"}, form, wrong)


_PLACE = Key("2026-11-25T01:04:00Z", "inc-1")


@pytest.mark.parametrize(
    "found, name, leads_on, note",
    [
        (Found([listed()], None, complete=True), "incidents", False, None),
        (Found([listed()], _PLACE, complete=True), "incidents-incomplete", True, None),
        (Found([listed()], _PLACE, complete=False), "incidents-incomplete", True, "go on with the continuation"),
        (Found([listed()], None, complete=False), "incidents-incomplete", False, "may not be the newest"),
    ],
)
async def test_a_file_that_is_not_the_whole_list_says_so(
    found: Found, name: str, leads_on: bool, note: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def listing(*_: object) -> Found:
        return found

    monkeypatch.setattr("handlers.listing.listed", listing)
    monkeypatch.setattr(exports, "configured", lambda: load(GOOD))
    csv_file, json_file = [await exports.file("", Query(), form) for form in ("csv", "json")]
    told = json.loads(json_file.get_body())
    assert csv_file.headers["Content-Disposition"] == f'attachment; filename="{name}.csv"'
    assert json_file.headers["Content-Disposition"] == f'attachment; filename="{name}.json"'
    assert (exports.CONTINUATION in csv_file.headers, told["continuation"] is not None) == (leads_on, leads_on)
    assert note in told["note"] if note else told["note"] is None
