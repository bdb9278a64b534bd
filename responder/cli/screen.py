"""Lines and tables on a terminal, or plain text where there is none."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple, TextIO

_COLOURS = {"good": "32", "bad": "31", "waits": "33", "head": "1", "dim": "2"}
_KINDS = {
    "resolved": "good",
    "ok": "good",
    "warning": "waits",
    "resolved-with-warnings": "good",
    "done": "good",
    "Completed": "good",
    "needs-human": "waits",
    "expired": "waits",
    "confirmed": "waits",
    "declined": "waits",
    "failed": "bad",
    "forbidden": "bad",
    "Failed": "bad",
    "unrecognised": "bad",
}


class Screen(NamedTuple):
    """Where to write. ``width`` None leaves long lines alone."""

    out: TextIO
    colour: bool = False
    width: int | None = None

    def line(self, text: str = "") -> None:
        """One line, or several."""
        self.out.write(f"{text}\n")
        self.out.flush()

    def json(self, value: Any) -> None:
        """The answer as the API gave it."""
        self.line(json.dumps(value, indent=2, ensure_ascii=False))

    def mark(self, text: str, kind: str | None = None) -> str:
        """A word in its colour."""
        code = _COLOURS.get(kind or _KINDS.get(text, ""))
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and code and text else text

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Columns as wide as their widest cell; the last one is cut where the terminal ends."""
        widths = [max(len(cell) for cell in column) for column in zip(heads, *rows, strict=True)]
        self._row(heads, widths, "head")
        for row in rows:
            self._row(row, widths)

    def _row(self, cells: Sequence[str], widths: Sequence[int], kind: str | None = None) -> None:
        *first, last = cells
        padded = [cell.ljust(width) for cell, width in zip(first, widths, strict=False)]
        room = None if self.width is None else max(self.width - sum(widths[:-1]) - 2 * len(first), 8)
        shown = last if room is None or len(last) <= room else f"{last[: room - 1]}…"
        marked = [self.mark(cell.rstrip(), kind) + cell[len(cell.rstrip()) :] for cell in padded]
        self.line("  ".join([*marked, self.mark(shown, kind)]).rstrip())


def plain(value: object) -> str:
    """A value as text without what a terminal would obey; nothing for None."""
    text = "" if value is None else str(value)
    return "".join(letter if letter.isprintable() else " " for letter in text)


def moment(value: object) -> str:
    """A time of the API, to the minute, as UTC."""
    text = plain(value)
    return f"{text[:10]} {text[11:16]}Z" if len(text) >= len("2026-01-01T00:00") else text


def name_of(resource: object) -> str:
    """The last part of an ARM id."""
    return plain(resource).rstrip("/").rpartition("/")[2]
