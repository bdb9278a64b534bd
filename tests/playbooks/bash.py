"""Reads bash far enough to tell which programs a line of guidance runs, and with which words."""

import re

_KEYWORDS = {"if", "then", "else", "elif", "while", "until", "do", "!", "{", "time", "sudo"}
_ENDS = {"fi", "done", "}", "esac"}
_ASSIGNMENT = re.compile(r"^[A-Za-z_]\w*\+?=")
_HEREDOC = re.compile(r"<<-?\s*(['\"]?)(\w+)\1(?P<rest>[^\n]*)\n(?P<body>.*?\n)?\2(?=\n|$)", re.DOTALL)


class BashError(Exception):
    """What stands in the line is not complete, or is a form that guidance should not use."""


def commands(script: str) -> list[list[str]]:
    """The words of every simple command in a script, those inside of ``$(...)`` too, in the order of their ends.

    Keywords, assignments in front of a command and redirections are left out. Quotes are removed.

    Raises:
        BashError: a quote or a bracket is not closed, or a form is used that this reader does not know.
    """
    reader = _Reader(_HEREDOC.sub(lambda found: found["rest"], script))
    reader.read_list(None)
    return reader.found


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.at, self.found = text, 0, list[list[str]]()

    def read_list(self, end: str | None) -> None:
        """Commands up to the closing bracket ``end``, or up to the end of the text."""
        words: list[str] = []
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == end:
                self._finish(words)
                self.at += 1
                return
            words = self._step(char, words)
        if end:
            raise BashError(f"a bracket is not closed by {end}")
        self._finish(words)

    def _step(self, char: str, words: list[str]) -> list[str]:
        if char in " \t":
            self.at += 1
        elif char == "#":
            self.at = self._find("\n", len(self.text))
        elif char in "<>":
            self._redirection()
        elif char == "(":
            self.at += 1
            self.read_list(")")
        elif char == ")":
            raise BashError("a bracket is closed that was not opened")
        elif char in ";|&\n":
            self.at += 1
            self._finish(words)
            return []
        else:
            words.append(self._word())
        return words

    def _redirection(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in "<>&|":
            self.at += 1
        if self.text[self.at : self.at + 1] == "(":
            self.at += 1
            self.read_list(")")
            return
        while self.text[self.at : self.at + 1] == " ":
            self.at += 1
        self._word()

    def _word(self) -> str:
        out = ""
        while self.at < len(self.text) and self.text[self.at] not in " \t\n;|&()<>":
            out += self._piece()
        if out.isdigit() and self.text[self.at : self.at + 1] in {"<", ">"}:
            return ""
        return out

    def _piece(self) -> str:
        char = self.text[self.at]
        if char == "'":
            end = self._find("'", None, self.at + 1)
            piece = self.text[self.at + 1 : end]
            self.at = end + 1
            return piece
        if char == '"':
            return self._double_quoted()
        return self._plain(char)

    def _double_quoted(self) -> str:
        self.at += 1
        out = ""
        while self.at < len(self.text) and self.text[self.at] != '"':
            out += self._plain(self.text[self.at])
        if self.at >= len(self.text):
            raise BashError('a " is not closed')
        self.at += 1
        return out

    def _plain(self, char: str) -> str:
        if char == "`":
            raise BashError("write $(...) in place of backticks")
        if char == "\\":
            self.at += 2
            return self.text[self.at - 1 : self.at].replace("\n", "")
        if self.text.startswith("$(", self.at):
            start = self.at
            self.at += 2
            self.read_list(")")
            return self.text[start : self.at]
        self.at += 1
        return char

    def _finish(self, words: list[str]) -> None:
        words = [word for word in words if word]
        while words and (words[0] in _KEYWORDS or _ASSIGNMENT.match(words[0])):
            words = words[1:]
        if words and words[0] not in _ENDS:
            self.found.append(words)

    def _find(self, what: str, otherwise: int | None, start: int | None = None) -> int:
        end = self.text.find(what, self.at if start is None else start)
        if end < 0 and otherwise is None:
            raise BashError(f"a {what} is not closed")
        return end if end >= 0 else otherwise or 0
