"""The words of a query, and how Azure Resource Graph says that one of them is wrong.

Source: recorded refusals of Resource Graph: BadRequest whose details are InvalidQuery and the reason, for a word that
does not fit ParserFailure with its place.
"""

import re
from dataclasses import dataclass

_WORD = re.compile(
    r"""(?P<space>\s+|//[^\n]*)
      | (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
      | (?P<span>\d+(?:\.\d+)?(?:ms|s|m|h|d)\b)
      | (?P<moment>datetime\(\s*\d[\w:.+\- ]*\))
      | (?P<number>\d+(?:\.\d+)?)
      | (?P<operator>==|=~|!=|!~|<=|>=|<|>|=|\*|\||,|\(|\)|\.|\[|\]|!(?:in|has|contains|startswith|endswith)\b~?|in~)
      | (?P<name>[A-Za-z_]\w*(?:-[a-z]+\b)?)
    """,
    re.VERBOSE,
)
_END = "<EOF>"


@dataclass(frozen=True)
class Word:
    """A word, its kind (text, span, moment, number, operator, name or end) and where it stands."""

    kind: str
    text: str
    line: int = 1
    column: int = 0

    @property
    def value(self) -> str:
        """The content of a text, without quotes."""
        return re.sub(r"\\(.)", r"\1", self.text[1:-1]) if self.kind == "text" else self.text


class InvalidQuery(Exception):
    """A query that Resource Graph refuses; ``details`` is the reason as its error body has it."""

    def __init__(self, **details: object) -> None:
        super().__init__(str(details))
        self.details = details


def unexpected(word: Word) -> InvalidQuery:
    """The refusal of a word that does not fit where it stands."""
    return InvalidQuery(
        code="ParserFailure",
        message="ParserFailure",
        line=word.line,
        characterPositionInLine=word.column,
        token=word.text,
        expectedToken="",
    )


class Words:
    """A query as a stream of words.

    Raises:
        InvalidQuery: a character that begins no word.
    """

    def __init__(self, query: str) -> None:
        self._words = _split(query)
        self.position = 0

    def peek(self) -> Word:
        """The next word, without taking it."""
        return self._words[self.position]

    def take(self, kind: str | None = None) -> Word:
        """The next word, which must be of a kind if one is named."""
        word = self.peek()
        if word.kind == "end" or (kind and word.kind != kind):
            raise unexpected(word)
        self.position += 1
        return word

    def accept(self, *texts: str) -> Word | None:
        """The next word if it is one of these, in any case."""
        word = self.peek()
        return self.take() if word.kind in {"operator", "name"} and word.text.lower() in texts else None

    def expect(self, text: str) -> Word:
        """The next word, which must be this one."""
        word = self.accept(text)
        if not word:
            raise unexpected(self.peek())
        return word

    def since(self, position: int) -> list[Word]:
        """The words that were taken from a position on."""
        return self._words[position : self.position]

    def between(self, first: int, last: int) -> list[Word]:
        """The words from one position to another."""
        return self._words[first:last]

    @property
    def done(self) -> bool:
        """Whether no word is left."""
        return self.peek().kind == "end"


def _split(query: str) -> list[Word]:
    words: list[Word] = []
    position, line, begin = 0, 1, 0
    while position < len(query):
        found = _WORD.match(query, position)
        word = Word("unknown", query[position], line, position - begin)
        if not found or not found.lastgroup:
            raise unexpected(word)
        text = found[0]
        if found.lastgroup != "space":
            words.append(Word(found.lastgroup, text, line, position - begin))
        position = found.end()
        if "\n" in text:
            line, begin = line + text.count("\n"), found.start() + text.rindex("\n") + 1
    return [*words, Word("end", _END, line, position - begin)]
