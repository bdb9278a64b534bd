"""Incidents as a table for a spreadsheet program, in which no text of a stranger becomes a formula.

Source: RFC 4180; OWASP, "CSV Injection": cells that begin with a sign of a formula get an apostrophe before it.
"""

import csv
from collections.abc import Iterable
from io import StringIO

from handlers.listing import Listed
from responder.words import plain

CONTENT_TYPE = "text/csv; charset=utf-8; header=present"

MOST = 5000
"""Rows of one export."""

_MARK = "\ufeff"  # tells spreadsheet programs that this is UTF-8
_FORMULA = tuple("=+-@\t\r＝＋－＠")  # noqa: RUF001  wide forms count too
_LONGEST = 10_000  # characters of a cell; a spreadsheet takes 32,767
_COLUMNS = ("id", "state", "outcome", "reason", "code", "vm", "vault", "openedAt", "endedAt", "durationSeconds")


def table(rows: Iterable[Listed], public_url: str) -> bytes:
    """The rows in their order, under the names that JSON uses, and with the address of each incident's page."""
    told = StringIO()
    writer = csv.writer(told, lineterminator="\r\n")
    writer.writerow((*_COLUMNS, "rerunOf", "summary", "page"))
    writer.writerows(_cells(row, public_url) for row in rows)
    return (_MARK + told.getvalue()).encode()


def harmless(cell: object) -> str:
    """A cell that shows its text, whatever it begins with; empty for None."""
    if isinstance(cell, int | float):
        return str(cell)
    text = plain(str(cell), _LONGEST) if cell is not None else ""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _cells(row: Listed, public_url: str) -> list[str]:
    told = (row.id, row.state, row.outcome, row.reason, row.code, row.vm, row.vault, row.opened_at, row.ended_at)
    page = f"{public_url}/api/ui/incidents/{row.id}"
    return [harmless(cell) for cell in (*told, row.duration_seconds, row.rerun_of, row.summary, page)]
