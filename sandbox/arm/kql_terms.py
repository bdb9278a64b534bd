"""Scalar expressions and conditions of the query language: parsed once, evaluated for each row.

Only what is listed in ``_FUNCTIONS`` and ``_COMPARISONS`` is known. Source: Kusto Query Language, "String operators"
(``has`` looks for a whole word, only ``==``, ``!=`` and ``in`` mind the case) and "Null values".
"""

import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.arm.kql_words import InvalidQuery, Word, Words, unexpected

Row = Mapping[str, Any]
Term = Callable[[Row], Any]
Facts = Mapping[str, AbstractSet[str]]
"""Columns and properties, and the values in lower case of which a row must have one to be selected at all."""

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_SPAN = re.compile(r"([\d.]+)([a-z]+)")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _moment(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value
    try:
        moment = datetime.fromisoformat(_text(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _has(one: Any, other: Any) -> bool:
    word = re.escape(_text(other))
    return re.search(rf"(?<![0-9A-Za-z]){word}(?![0-9A-Za-z])", _text(one), re.IGNORECASE) is not None


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """A comparison that is false where a side is null or of another kind."""

    def ordered(one: Any, other: Any) -> bool:
        kinds = {
            bool if isinstance(v, bool) else float if isinstance(v, int | float) else type(v) for v in (one, other)
        }
        return len(kinds) == 1 and None not in (one, other) and compare(one, other)

    return ordered


def _fold(value: Any) -> str:
    return _text(value).lower()


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda one, other: bool(one == other),
    "!=": lambda one, other: bool(one != other),
    "=~": lambda one, other: _fold(one) == _fold(other),
    "!~": lambda one, other: _fold(one) != _fold(other),
    "has": _has,
    "!has": lambda one, other: not _has(one, other),
    "contains": lambda one, other: _fold(other) in _fold(one),
    "!contains": lambda one, other: _fold(other) not in _fold(one),
    "startswith": lambda one, other: _fold(one).startswith(_fold(other)),
    "!startswith": lambda one, other: not _fold(one).startswith(_fold(other)),
    "endswith": lambda one, other: _fold(one).endswith(_fold(other)),
    "!endswith": lambda one, other: not _fold(one).endswith(_fold(other)),
    ">": _ordered(lambda one, other: bool(one > other)),
    ">=": _ordered(lambda one, other: bool(one >= other)),
    "<": _ordered(lambda one, other: bool(one < other)),
    "<=": _ordered(lambda one, other: bool(one <= other)),
}
_LISTS: dict[str, Callable[[Any, list[Any]], bool]] = {
    "in": lambda one, others: one in others,
    "!in": lambda one, others: one not in others,
    "in~": lambda one, others: _fold(one) in map(_fold, others),
    "!in~": lambda one, others: _fold(one) not in map(_fold, others),
}
_EQUALITIES = {"==", "=~", "in", "in~"}
_FUNCTIONS: dict[str, tuple[int | None, Callable[..., Any]]] = {  # How many arguments: None is any number.
    "tostring": (1, _text),
    "tolower": (1, _fold),
    "toupper": (1, lambda value: _text(value).upper()),
    "todatetime": (1, _moment),
    "datetime": (1, _moment),
    "isempty": (1, lambda value: _text(value) == ""),
    "isnotempty": (1, lambda value: _text(value) != ""),
    "isnull": (1, lambda value: value is None),
    "isnotnull": (1, lambda value: value is not None),
    "strcat": (None, lambda *values: "".join(map(_text, values))),
    "split": (2, lambda value, mark: _text(value).split(_text(mark)) if mark else [_text(value)]),
}
_PLAIN = {"tostring", "tolower", "toupper"}  # Functions that leave the folded text of a value as it is.


class Terms:
    """Reads expressions from a stream of words, at a moment (``now()`` and ``ago()``)."""

    def __init__(self, words: Words, now: datetime) -> None:
        self._words = words
        self._now = now
        self._facts: list[tuple[str, frozenset[str]]] = []
        self._concluded = False

    @property
    def facts(self) -> Facts:
        """What the leading conditions ask of every row."""
        found: dict[str, frozenset[str]] = {}
        for path, values in self._facts:
            found[path] = found.get(path, values) & values
        return found

    def conclude(self) -> None:
        """From here on a column need not be that of the table."""
        self._concluded = True

    def condition(self) -> Term:
        """``a and b or not(c)``; ``and`` binds stronger than ``or``."""
        known = len(self._facts)
        sides = [self._all()]
        while self._words.accept("or"):
            sides.append(self._all())
        if len(sides) == 1:
            return sides[0]
        del self._facts[known:]
        return lambda row: any(side(row) for side in sides)

    def scalar(self) -> Term:
        """A literal, a function, or a column with properties and positions: ``properties.errorDetails[0].code``."""
        word = self._words.take()
        if word.kind == "operator":
            raise unexpected(word)
        if word.kind != "name":
            return _constant(word)
        if self._words.peek().text == "(":
            return self._path(self._function(word))
        if word.text.lower() in {"true", "false"}:
            return _always(word.text.lower() == "true")
        return self._path(_column(word.text))

    def _all(self) -> Term:
        sides = [self._one()]
        while self._words.accept("and"):
            sides.append(self._one())
        if len(sides) == 1:
            return sides[0]
        return lambda row: all(side(row) for side in sides)

    def _one(self) -> Term:
        if self._words.accept("("):
            inner = self.condition()
            self._words.expect(")")
            return inner
        if self._words.accept("not"):
            known = len(self._facts)
            self._words.expect("(")
            denied = self.condition()
            self._words.expect(")")
            del self._facts[known:]
            return lambda row: not denied(row)
        return self._comparison()

    def _comparison(self) -> Term:
        begin = self._words.position
        left = self.scalar()
        end = self._words.position
        word = self._words.accept(*_COMPARISONS, *_LISTS)
        if not word:
            return left
        name = word.text.lower()
        compare = _LISTS.get(name)
        others = self._list() if compare else [self.scalar()]
        self._note(self._words.between(begin, end), name, self._words.since(end + 1))
        if compare:
            return lambda row: compare(left(row), [other(row) for other in others])
        single, right = _COMPARISONS[name], others[0]
        return lambda row: single(left(row), right(row))

    def _note(self, left: list[Word], comparison: str, right: list[Word]) -> None:
        """Remember that a column must have one of some texts."""
        path = _path_of(left)
        texts = [word for word in right if word.text not in {"(", ")", ","}]
        known = comparison in _EQUALITIES and texts and all(word.kind == "text" for word in texts)
        if known and path and not self._concluded:
            self._facts.append((path, frozenset(word.value.lower() for word in texts)))

    def _list(self) -> list[Term]:
        self._words.expect("(")
        terms = [self.scalar()]
        while self._words.accept(","):
            terms.append(self.scalar())
        self._words.expect(")")
        return terms

    def _function(self, word: Word) -> Term:
        """A call; its name has been read."""
        name = word.text.lower()
        if name == "now":
            self._words.expect("(")
            self._words.expect(")")
            return _always(self._now)
        count, function = (1, self._ago) if name == "ago" else _FUNCTIONS.get(name, (0, None))
        if not function:
            raise InvalidQuery(code="UnknownFunction", message=f"Unknown function: '{word.text}'.")
        terms = self._list()
        if count not in {None, len(terms)}:
            message = f"{word.text}(): function expects {count} argument(s)."
            raise InvalidQuery(code="InvalidArgumentCount", message=message)
        if len(terms) == 1:
            return lambda row: function(terms[0](row))
        return lambda row: function(*(term(row) for term in terms))

    def _ago(self, span: Any) -> datetime | None:
        return self._now - span if isinstance(span, timedelta) else None

    def _path(self, term: Term) -> Term:
        while mark := self._words.accept(".", "["):
            if mark.text == ".":
                term = _member(term, self._words.take("name").text)
                continue
            key = self._words.take()
            if key.kind not in {"number", "text"}:
                raise unexpected(key)
            term = _element(term, int(key.text)) if key.kind == "number" else _member(term, key.value)
            self._words.expect("]")
        return term


def _always(value: Any) -> Term:
    return lambda _row: value


def _constant(word: Word) -> Term:
    if word.kind == "text":
        return _always(word.value)
    if word.kind == "moment":
        return _always(_moment(word.text.partition("(")[2][:-1].strip()))
    if word.kind == "number":
        return _always(float(word.text) if "." in word.text else int(word.text))
    found = _SPAN.fullmatch(word.text)
    return _always(timedelta(seconds=float(found[1]) * _UNITS[found[2]]) if found else None)


def _path_of(words: list[Word]) -> str | None:
    """``properties.status`` of ``properties.status`` or of ``tostring(properties.status)``."""
    if len(words) > 1 and words[0].text.lower() in _PLAIN and words[1].text == "(":
        words = words[2:-1]
    plain = all(word.text == "." if place % 2 else word.kind == "name" for place, word in enumerate(words))
    return "".join(word.text for word in words) if words and plain and len(words) % 2 else None


def _column(name: str) -> Term:
    def column(row: Row) -> Any:
        if name not in row:
            raise InvalidQuery(code="Default", message=f"Failed to resolve scalar expression named '{name}'")
        return row[name]

    return column


def _member(term: Term, name: str) -> Term:
    def member(row: Row) -> Any:
        value = term(row)
        return value.get(name) if isinstance(value, Mapping) else None

    return member


def _element(term: Term, number: int) -> Term:
    def element(row: Row) -> Any:
        value = term(row)
        return value[number] if isinstance(value, list) and number < len(value) else None

    return element
