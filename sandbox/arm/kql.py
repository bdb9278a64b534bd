"""A small part of the query language of Azure Resource Graph: everything else is refused, nothing is guessed.

``Table | where ... | extend name = ... | project ... | summarize arg_max(...) by ... | order by ... | take n``, in any
order and number. Source: Azure Resource Graph, "Understanding the query language" and Kusto Query Language, "Tabular
operators".
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sandbox.arm.kql_terms import Facts, Term, Terms
from sandbox.arm.kql_words import InvalidQuery, Word, Words, unexpected
from sandbox.arm.times import zulu

Rows = list[dict[str, Any]]
Tables = Mapping[str, Callable[[Facts], Rows]]


def run(query: str, tables: Tables, now: datetime) -> Rows:
    """The rows that a query selects; ``tables`` by lower-case name are told what all rows must have.

    Raises:
        InvalidQuery: names the word, the function, the table or the column that is not known.
    """
    words = Words(query)
    table = words.take("name").text
    if table.lower() not in tables:
        message = f"Table {table} is invalid, unsupported or disallowed."
        raise InvalidQuery(code="DisallowedLogicalTableName", message=message)
    terms = Terms(words, now)
    steps = _steps(words, terms)
    rows = tables[table.lower()](terms.facts)
    for step in steps:
        rows = step(rows)
    return [{name: zulu(cell) if isinstance(cell, datetime) else cell for name, cell in row.items()} for row in rows]


_Step = Callable[[Rows], Rows]


def _steps(words: Words, terms: Terms) -> Sequence[_Step]:
    """The whole query is read before a row is touched, so that a wrong word is told even without rows."""
    steps: list[_Step] = []
    while not words.done:
        words.expect("|")
        word = words.take("name")
        build = _OPERATORS.get(word.text.lower())
        if not build:
            raise unexpected(word)
        if build is not _where:
            terms.conclude()
        steps.append(build(words, terms))
    return steps


def _where(_words: Words, terms: Terms) -> _Step:
    condition = terms.condition()
    return lambda rows: [row for row in rows if condition(row)]


def _project(words: Words, terms: Terms) -> _Step:
    columns = _columns(words, terms)
    return lambda rows: [{name: term(row) for name, term in columns} for row in rows]


def _extend(words: Words, terms: Terms) -> _Step:
    columns = _columns(words, terms)
    return lambda rows: [{**row, **{name: term(row) for name, term in columns}} for row in rows]


def _columns(words: Words, terms: Terms) -> list[tuple[str, Term]]:
    columns = [_named(words, terms)]
    while words.accept(","):
        columns.append(_named(words, terms))
    return columns


def _named(words: Words, terms: Terms) -> tuple[str, Term]:
    """``name = expression``, or an expression alone: then ``properties.status`` becomes ``properties_status``."""
    first = words.position
    term = terms.scalar()
    if words.peek().text == "=" and words.position == first + 1:
        name = words.since(first)[0]
        words.take()
        return name.text, terms.scalar()
    parts = words.since(first)
    return "_".join(p.value for p in parts if p.kind in {"name", "number", "text"} and not _calls(p, parts)), term


def _calls(word: Word, parts: Sequence[Word]) -> bool:
    """Whether a word is the name of a function."""
    following = parts[parts.index(word) + 1 :]
    return bool(following) and following[0].text == "("


def _order(words: Words, terms: Terms) -> _Step:
    words.expect("by")
    keys = [_key(words, terms)]
    while words.accept(","):
        keys.append(_key(words, terms))

    def order(rows: Rows) -> Rows:
        for term, falling in reversed(keys):
            rows = _sorted(rows, term, falling=falling)
        return rows

    return order


def _sorted(rows: Rows, term: Term, *, falling: bool) -> Rows:
    return sorted(rows, key=lambda row: _sortable(term(row)), reverse=falling)


def _key(words: Words, terms: Terms) -> tuple[Term, bool]:
    """Falling is the default, as in Kusto."""
    term = terms.scalar()
    way = words.accept("asc", "desc")
    return term, way is None or way.text.lower() == "desc"


def _sortable(value: Any) -> tuple[bool, str, Any]:
    """Null is the smallest; kinds do not mix."""
    plain = value if isinstance(value, int | float | str | datetime) else str(value)
    return value is not None, type(plain).__name__, plain


def _summarize(words: Words, terms: Terms) -> _Step:
    """``arg_max(expression, *) by columns``: of each group the row with the greatest value."""
    word = words.since(words.position - 1)[0]
    if not words.accept("arg_max"):
        raise unexpected(word)
    words.expect("(")
    greatest = terms.scalar()
    words.expect(",")
    words.expect("*")
    words.expect(")")
    words.expect("by")
    columns = _columns(words, terms)
    return lambda rows: _greatest(rows, greatest, columns)


def _greatest(rows: Rows, term: Term, columns: Sequence[tuple[str, Term]]) -> Rows:
    found: dict[str, dict[str, Any]] = {}
    for row in _sorted(rows, term, falling=False):
        group = {name: column(row) for name, column in columns}
        found[repr(group)] = {**row, **group}
    return list(found.values())


def _take(words: Words, _terms: Terms) -> _Step:
    count = int(words.take("number").text)
    return lambda rows: rows[:count]


_OPERATORS: dict[str, Callable[[Words, Terms], _Step]] = {
    "where": _where,
    "project": _project,
    "extend": _extend,
    "order": _order,
    "sort": _order,
    "take": _take,
    "limit": _take,
    "summarize": _summarize,
}
