"""Reads PowerShell far enough to tell whether a line parses, and which commands it runs with which parameters.

Only forms that guidance uses are known: pipelines, assignments, strings, here-strings, hash tables, script blocks,
member access, type literals and the usual operators. Anything else is refused, so that a person sees nothing odd.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

FILE = Path(__file__).parent / "powershell_commands.yaml"

_PARAMETER = re.compile(r"-[A-Za-z]\w*:?")
_OPERATOR = re.compile(r"-[A-Za-z]+")
_NAME = re.compile(r"[A-Za-z_][\w.:\\-]*")
_VARIABLE = re.compile(r"\$(\{[\w:]+\}|(?:env:|script:|global:)?\w+|[_?$^])")
_MEMBER = re.compile(r"(\.|::)\w+")
_NUMBER = re.compile(r"-?\d+(\.\d+)*([KMGT]B)?")
_BARE = re.compile(r"[^\s'\"$(){}@;|,`<>]+")
_REDIRECTION = re.compile(r"[\d*]?>>?(&\d)?")
_KEY = re.compile(r"\s*([A-Za-z_]\w*|'[^']*'|\"[^\"$`]*\")\s*=")
_ASSIGNMENT = re.compile(r"\$(?:env:)?\w+(\.\w+|\[\d+\])*\s*\+?=(?!=)")
_HERE = {"@'": re.compile(r"@'\n(.*?)\n'@", re.DOTALL), '@"': re.compile(r'@"\n(.*?)\n"@', re.DOTALL)}
_COMPARE = re.compile(r"-[ic]?(not)?(match|like|contains|in|eq|ne|gt|ge|lt|le)")
_OPERATE = re.compile(r"-(f|and|or|not|[ic]?replace|[ic]?split|join|is|isnot|as|band|bor)")
_COMMON = {"erroraction", "warningaction", "informationaction", "errorvariable", "outvariable"}
_COMMON_SWITCHES = {"verbose", "debug", "confirm", "whatif"}


class PowerShellError(Exception):
    """The line does not parse, or uses a form that guidance should not use."""


class Command(NamedTuple):
    """One command: parameters in order, each with how many values follow it, and values without a parameter."""

    name: str
    parameters: list[tuple[str, int]]
    positional: int


def commands(script: str) -> list[Command]:
    """Every command of a script, those in brackets and script blocks too.

    Raises:
        PowerShellError: a quote or a bracket is not closed, or a form is not known.
    """
    reader = _Reader(script)
    reader.block("")
    return reader.found


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.at, self.found = text, 0, list[Command]()

    def block(self, close: str) -> None:
        """Statements up to ``close``, or up to the end of the text if that is empty."""
        while True:
            self._blanks(" \t\n;")
            if self._closed(close):
                return
            if self._take(_ASSIGNMENT):
                self._blanks()
            self._pipeline(close)

    def _pipeline(self, close: str) -> None:
        while True:
            self._blanks(" \t\n")
            if self.at >= len(self.text) or self.text[self.at] in ";|" + close:
                raise PowerShellError("nothing stands where a command should")
            self._element(close)
            self._blanks()
            if self.text[self.at : self.at + 1] != "|":
                return
            self.at += 1

    def _element(self, close: str) -> None:
        if self.text[self.at] in "$([{'\"@-+" or self.text[self.at].isdigit():
            self._expression(close)
        else:
            self._command(close)

    def _expression(self, close: str) -> None:
        while not self._ended(close):
            char = self.text[self.at]
            if char in " \t,!+*/%=":
                self.at += 1
            elif self._take(_NUMBER):
                continue
            elif char == "-":
                operator = self._take(_OPERATOR)
                if not (_COMPARE.fullmatch(operator.lower()) or _OPERATE.fullmatch(operator.lower())):
                    raise PowerShellError(f"{operator or '-'} is no operator that is known here")
            else:
                self._value()

    def _command(self, close: str) -> None:
        name = self._take(_NAME)
        if not name:
            raise PowerShellError(f"no command can begin with {self.text[self.at]!r}")
        parameters: list[tuple[str, int]] = []
        positional, owner = 0, -1
        while not self._ended(close):
            if self.text[self.at] in " \t":
                self._blanks()
                continue
            if self._take(_REDIRECTION):
                self._blanks()
                self._value()
                continue
            parameter = "" if name.endswith(".exe") else self._take(_PARAMETER)
            if parameter:
                parameters.append((parameter.strip("-:").lower(), 0))
                owner = len(parameters) - 1
                continue
            self._list(close)
            if owner >= 0:
                parameters[owner] = (parameters[owner][0], parameters[owner][1] + 1)
            else:
                positional += 1
            owner = -1
        self.found.append(Command(name, parameters, positional))

    def _list(self, close: str) -> None:
        while True:
            self._argument()
            start = self.at
            self._blanks()
            if self.text[self.at : self.at + 1] != ",":
                self.at = start
                return
            self.at += 1
            self._blanks()
            if self._ended(close):
                raise PowerShellError("a list ends with a comma")

    def _argument(self) -> None:
        start = self.at
        if self.text[self.at] in "$({'\"@":
            self._value()
        self._take(_BARE)
        if self.at == start:
            raise PowerShellError(f"{self.text[self.at]!r} stands where a value should")

    def _value(self) -> None:
        """One value with the members, indexes and calls that follow it."""
        char, pair = self.text[self.at : self.at + 1], self.text[self.at : self.at + 2]
        if not char:
            raise PowerShellError("the line ends where a value should stand")
        if pair in _HERE:
            if not self._take(_HERE[pair]):
                raise PowerShellError(f"a here-string {pair} is not closed on a line of its own")
        elif char in "'\"":
            self._string(char)
        elif pair == "@{":
            self._hash_table()
        elif pair in {"@(", "$("} or char in "({":
            self.at += 2 if pair in {"@(", "$("} else 1
            self.block("}" if char == "{" else ")")
        elif char == "[":
            self._brackets()
        elif not self._take(_VARIABLE):
            raise PowerShellError(f"a bare {char!r} stands in an expression")
        self._tail()

    def _tail(self) -> None:
        while self._take(_MEMBER) or self.text[self.at : self.at + 1] == "[":
            if self.text[self.at : self.at + 1] == "[":
                self._brackets()
            if self.text[self.at : self.at + 1] == "(":
                self.at += 1
                self.block(")")

    def _brackets(self) -> None:
        end = self.text.find("]", self.at)
        if end < 0 or not re.fullmatch(r"[\w.\-'$]+(\[\])?", self.text[self.at + 1 : end]):
            raise PowerShellError("[ is not closed by ], or holds more than a type or an index")
        self.at = end + 1

    def _hash_table(self) -> None:
        self.at += 2
        while True:
            self._blanks(" \t\n;")
            if self._closed("}"):
                return
            if not self._take(_KEY):
                raise PowerShellError("a hash table holds something that is not: name = value")
            self._blanks()
            self._expression("}")

    def _string(self, quote: str) -> None:
        self.at += 1
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == quote and self.text[self.at + 1 : self.at + 2] != quote:
                self.at += 1
                return
            if quote == '"' and self.text.startswith("$(", self.at):
                self.at += 2
                self.block(")")
                continue
            self.at += 2 if char == quote or (quote == '"' and char == "`") else 1
        raise PowerShellError(f"a {quote} is not closed")

    def _blanks(self, which: str = " \t") -> None:
        while self.at < len(self.text) and self.text[self.at] in which:
            self.at += 1

    def _closed(self, close: str) -> bool:
        if self.at >= len(self.text):
            if close:
                raise PowerShellError(f"a bracket is not closed by {close}")
            return True
        if self.text[self.at] in ")}]":
            if self.text[self.at] != close:
                raise PowerShellError(f"{self.text[self.at]} closes a bracket that was not opened")
            self.at += 1
            return True
        return False

    def _ended(self, close: str) -> bool:
        if self.at < len(self.text) and self.text[self.at] in ")}]" and self.text[self.at] != close:
            raise PowerShellError(f"{self.text[self.at]} closes a bracket that was not opened")
        return self.at >= len(self.text) or self.text[self.at] in ";|\n" + close

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return found[0] if found else ""


@cache
def table() -> dict[str, dict[str, Any]]:
    """The cmdlets and programs that guidance may use: name in lower case -> what it takes."""
    known = yaml.load(FILE.read_text("utf-8"), Loader=yaml.CSafeLoader)
    return {name.lower(): told or {} for name, told in known.items()}


def problems(command: Command, known: dict[str, dict[str, Any]]) -> list[str]:
    """What is wrong with one command: an unknown cmdlet or parameter, a value too much or too few."""
    told = known.get(command.name.lower())
    if told is None:
        return [f"powershell_commands.yaml does not know the command {command.name}"]
    if command.name.endswith(".exe"):
        return []
    values = {name.lower() for name in told.get("values", [])} | _COMMON
    switches = {name.lower() for name in told.get("switches", [])} | _COMMON_SWITCHES
    spare = sum(count for name, count in command.parameters if name in switches)
    found = [f"there is no parameter -{name}" for name, _ in command.parameters if name not in values | switches]
    found += [f"-{name} has no value" for name, count in command.parameters if name in values and not count]
    if command.positional + spare > told.get("positional", 0):
        found.append(f"{command.positional + spare} values stand without a parameter")
    return [f"{command.name}: {problem}" for problem in found]
