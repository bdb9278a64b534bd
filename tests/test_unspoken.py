"""Nothing that a person reads goes past the languages: neither in a page's template nor in what ends or refuses."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import jinja2
import pytest
from jinja2 import nodes

from tests.sources import ROOT, Module, modules

NAMES = {"Backup Responder", "CSV", "JSON"}
"""What a template may show without `_`: it is the same in every language."""

ENDS = {
    "Ended",
    "needs_human",
    "ChangeFailed",
    "Refused",
    "Refusal",
    "Reason",
    "Reported",
    "Delivery",
    "problem",
    "later",
}
"""What carries a sentence to a person, in handlers and in responder/notify."""

_ROOMS = ("handlers.", "responder.notify.")
_FOR_PROGRAMS = "handlers.openapi"
_SHOWN_ATTRIBUTES = {"alt", "aria-description", "aria-label", "data-label", "placeholder", "title"}
_WORD = re.compile("[A-Za-z]{2,}")


class _Words(HTMLParser):
    """The words of a page that stand in it as they are: in its texts, and in the attributes that are shown."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._styled = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._styled = tag == "style"
        self._add(*(text for name, text in attrs if name in _SHOWN_ATTRIBUTES))

    def handle_endtag(self, tag: str) -> None:
        self._styled = self._styled and tag != "style"

    def handle_data(self, data: str) -> None:
        if not self._styled:
            self._add(data)

    def _add(self, *texts: str | None) -> None:
        self.words += [text.strip() for text in texts if text and _WORD.search(text)]


def _unspoken(html: str) -> list[str]:
    """The words of a template that no language can change; what it computes, or puts between quotes, is left out."""
    tree = jinja2.Environment(autoescape=True).parse(html)
    page = _Words()
    for output in tree.find_all(nodes.Output):
        page.feed("".join(part.data if isinstance(part, nodes.TemplateData) else "·" for part in output.nodes))
    page.close()
    told = [words.strip() for text in page.words for words in text.split("·")]
    return [words for words in told if _WORD.search(words) and '"' not in words]


def _told_in_english(module: Module) -> Iterator[str]:
    """Sentences that end an incident, refuse a request or tell of a delivery, and are said in English alone."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ENDS:
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            yield from (module.where(text) for text in given if " " in _literal(text).strip())


def _literal(node: ast.expr) -> str:
    """What of a text is written down; nothing of one that only joins others."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    texts = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return " ".join(texts) if _WORD.search("".join(texts)) else ""


@pytest.mark.parametrize("path", sorted((ROOT / "handlers").rglob("templates/*.html")), ids=lambda path: path.name)
def test_no_template_says_anything_by_itself(path: Path) -> None:
    assert [words for words in _unspoken(path.read_text("utf-8")) if words not in NAMES] == []


def test_words_that_stand_in_a_template_are_found() -> None:
    told = '<p title="A tip">{{ _("Said") }} Not said{% if x %}, also <b>here</b>{% endif %}<style>a {b: c}</style></p>'
    assert _unspoken(told) == ["A tip", "Not said", ", also", "here"]


def test_ends_and_refusals_are_said_in_the_language_that_is_spoken() -> None:
    told = [module for module in modules() if module.name.startswith(_ROOMS)]
    tellers = [module for module in told if not module.name.startswith(_FOR_PROGRAMS)]
    assert [place for module in tellers for place in _told_in_english(module)] == []
