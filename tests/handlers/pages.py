"""Pages as a browser reads them, and rows of incidents for them."""

from datetime import UTC, date, datetime
from html.parser import HTMLParser

import azure.functions as func
from hypothesis import strategies as st

from handlers.ledger import Day, Ledger
from handlers.listing import Listed
from handlers.pages.session import Person
from responder.incident import Outcome
from responder.notify.digest import DigestRow

WHO = Person("a holder of the function key", "f" * 64)
TODAY = date(2026, 11, 25)
SUBSCRIPTION = "/subscriptions/6c1f7a30-52d4-4b8e-9d0a-3e7b5f2c9a11"
VM = f"{SUBSCRIPTION}/resourceGroups/rg-app/providers/Microsoft.Compute/virtualMachines/vm-app-01"
VAULT = f"{SUBSCRIPTION}/resourceGroups/rg-b/providers/Microsoft.RecoveryServices/vaults/vault-01"

NASTY = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        (
            "</title><script>alert(1)</script>",
            "\"><img src=x onerror='alert(1)'>",
            "' onmouseover=alert(1) x='",
            "</style><style>*{display:none}</style>",
            "</svg></main><iframe src=//evil.example>",
            "javascript:alert(1)",
            "{{ 7*7 }}{% include 'x' %}",
            "&lt;b&gt; &amp;#x3c;",
            '=HYPERLINK("http://evil.example")',
            "\u202egnp.exe\u2066\u200b\u200f",
            "\r\nSet-Cookie: a=b",
            "<!-- ",
            "]]>",
            "{name} {0} {",
            "x" * 10_000,
        )
    ),
)
"""Texts as a stranger would choose them, who names a VM or a tag, or is the error of one."""

_VOID = {"meta", "link", "input", "br", "hr", "img"}


class _Reader(HTMLParser):
    """Elements and attributes, in order, and the texts between them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.shape: list[tuple[str, tuple[str, ...]]] = []
        self.values: list[tuple[str, str, str]] = []
        self.told = ""
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shape.append((tag, tuple(name for name, _ in attrs)))
        self.values += [(tag, name, value or "") for name, value in attrs]
        if tag not in _VOID and tag not in {"path", "rect", "line", "circle"}:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shape.append((tag, tuple(name for name, _ in attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID or tag in {"path", "rect", "line", "circle"}:
            return
        assert self._open, f"nothing is open at </{tag}>"
        assert self._open.pop() == tag, f"</{tag}> ends another element"

    def handle_data(self, data: str) -> None:
        self.told += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def close(self) -> None:
        super().close()
        assert self._open == []


def read(answer: func.HttpResponse) -> _Reader:
    """A page, whose elements are all closed in their order."""
    reader = _Reader()
    reader.feed(answer.get_body().decode())
    reader.close()
    return reader


def listed(text: str = "vm-app-01", **more: object) -> Listed:
    """A row in which every text of a stranger is this one."""
    told = {
        "id": "inc-" + "1" * 32,
        "state": "ended",
        "outcome": Outcome.NEEDS_HUMAN,
        "reason": text,
        "summary": text,
        "code": text,
        "vm": text,
        "vault": text,
        "opened_at": "2026-11-25T01:04:00Z",
        "ended_at": "2026-11-25T02:04:00Z",
        "duration_seconds": 3600.0,
    }
    return Listed(**{**told, **more})  # type: ignore[arg-type]


def ended(text: str = "vm-app-01", outcome: Outcome = Outcome.RESOLVED) -> DigestRow:
    """The same, as the ledger keeps it."""
    return DigestRow(
        id="inc-" + "1" * 32,
        outcome=outcome,
        reason=text,
        summary=text,
        code=text,
        vm=text,
        vault=text,
        ended_at=datetime(2026, 11, 25, 2, 4, tzinfo=UTC),
    )


def ledger(text: str = "BackUpOperationFailed") -> Ledger:
    """Two days, and one long ago."""
    days = {
        "2026-10-01": Day(outcomes={"failed": 9}, codes={"Old": 9}, alone=0, asked=9),
        "2026-11-20": Day(outcomes={"resolved": 3, "skipped": 2}, codes={text: 4, "other": 9}, alone=2, asked=3),
        "2026-11-25": Day(outcomes={"needs-human": 1, "unheard-of": 7}, codes={"Unknown": 1}, alone=0, asked=1),
    }
    return Ledger(days=days, recent=[ended(text)])
