"""Tables, as Log Analytics and Resource Graph answer: columns once, then rows of values.

Source: Azure Monitor Log Analytics API, "Query - response format"; Azure Monitor, "Log alert webhook actions"; Azure
Resource Graph, "Resources", ``resultFormat`` table.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from responder.dig import pairs, rows, text


def rows_of(answer: object) -> list[dict[str, Any]]:
    """The rows of all tables of an answer, each with the names of its columns; what is no table has none."""
    return [row for table in rows(answer, "tables") or [answer] for row in _rows(table)]


def _rows(table: object) -> Iterator[dict[str, Any]]:
    names = [_name(column) for column in rows(table, "columns")]
    for row in rows(table, "rows"):
        if isinstance(row, Mapping):
            yield dict(pairs(row))
        elif names:
            yield {name: value for name, value in zip(names, rows(row), strict=False) if name}


def _name(column: object) -> str | None:
    return column if isinstance(column, str) else text(column, "name") or text(column, "ColumnName")
