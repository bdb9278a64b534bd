"""Documents name only what there is: pages, anchors, files, commands, settings, scenarios, functions, tests."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import pytest

from responder import guards, settings
from responder.cli import options
from sandbox import scenario

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
CONTENTS = ROOT / "docs" / "contents.md"
COMMAND_LINE = {options.URL, options.KEY}
"""What the command line reads; no app settings."""

_FENCE = re.compile(r"^( *```+)(\w*)[^\n]*\n(.*?)^\1\s*$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)")
_HEADING = re.compile(r"^#{1,6} +(.+?)\s*$", re.MULTILINE)
_NAME = re.compile(r"\bRESPONDER_[A-Z0-9]+(?:_[A-Z0-9]+)*\b")
_MODULE = re.compile(r"\bpython(?:3[.\d]*)? -m ([\w.]+)(.*)")
_TARGETS = re.compile(r"\bmake((?: +[^\s#|;&]+)*)")
_TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
_FUNCTION = re.compile(r"`guards\.((?!py`)\w+)`")
_COMMAND = re.compile(r"`(?:python -m|make) ")
_QUOTED = re.compile(r"`[^`\n]*`")


class Line(NamedTuple):
    """A command of a console block, and the page that it stands on."""

    page: Path
    text: str


def prose(page: Path) -> str:
    return _FENCE.sub("", page.read_text("utf-8"))


def lines() -> Iterator[Line]:
    """Commands in a text; all lines of a console block, or those after a prompt where the block shows answers too."""
    for page in PAGES:
        yield from (Line(page, code.strip("`")) for code in _QUOTED.findall(prose(page)) if _COMMAND.match(code))
        for _, kind, text in _FENCE.findall(page.read_text("utf-8")):
            if kind != "console":
                continue
            told = [line.strip() for line in text.splitlines()]
            prompted = [line.removeprefix("$ ") for line in told if line.startswith("$ ")]
            yield from (Line(page, line) for line in prompted or told)


def links(page: Path) -> Iterator[str]:
    """Targets that lie in the project; those in a text between backticks are no links."""
    for target in _LINK.findall(_QUOTED.sub("", prose(page))):
        if not re.match(r"[a-z][a-z0-9+.-]*:", target):
            yield unquote(target)


@cache
def anchors(page: Path) -> frozenset[str]:
    """Anchors as GitHub makes them of headings; the second of a name gets a number."""
    found: list[str] = []
    for heading in _HEADING.findall(prose(page)):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
        name = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        again = sum(1 for one in found if one == name or re.fullmatch(rf"{re.escape(name)}-\d+", one))
        found.append(f"{name}-{again}" if again else name)
    return frozenset(found)


@cache
def targets_of_make() -> frozenset[str]:
    return frozenset(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


@cache
def of_the_templates() -> frozenset[str]:
    """Names that the templates take from azd's environment, and those under which they tell what they made."""
    infra = ROOT / "infra"
    told = "".join(path.read_text("utf-8") for path in (*infra.glob("*.bicep"), *infra.glob("*.json")))
    return frozenset(re.findall(r"(?:^output |\$\{)(RESPONDER_\w+)", told, re.MULTILINE))


def broken(page: Path) -> list[str]:
    wrong: list[str] = []
    for target in links(page):
        path, _, anchor = target.partition("#")
        there = page if not path else (page.parent / path).resolve()
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in anchors(there)):
            wrong.append(target)
    return wrong


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_and_anchor_leads_somewhere(page: Path) -> None:
    assert broken(page) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_setting_that_is_named_exists(page: Path) -> None:
    known = {setting.name for setting in settings.declared().values()} | COMMAND_LINE | of_the_templates()
    named = set(_NAME.findall(page.read_text("utf-8")))
    assert {name for name in named if name not in known and not _begins_one(name, known)} == set()


def _begins_one(name: str, known: set[str]) -> bool:
    """``RESPONDER_WEBHOOK`` in a text about ``RESPONDER_WEBHOOK_*``."""
    return name.endswith("_") and any(one.startswith(name) for one in known)


def test_every_module_that_is_run_exists() -> None:
    wrong = [line for line in lines() if (found := _MODULE.search(line.text)) and not _runs(found[1])]
    assert wrong == []


def _runs(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def test_every_target_of_make_exists() -> None:
    wrong = [
        (line.page.name, word)
        for line in lines()
        for asked in _TARGETS.findall(line.text.partition(" #")[0])
        for word in asked.split()
        if re.fullmatch(r"[a-z]+", word) and word not in targets_of_make()
    ]
    assert wrong == []


def test_every_scenario_that_is_played_exists() -> None:
    there = set(scenario.names())
    written = set(re.findall(r"^```yaml file=sandbox/scenarios/(\S+)\.yaml$", _all_text(), re.MULTILINE))
    wrong = [(line.page.name, name) for line in lines() for name in _played(line.text) if name not in there | written]
    assert wrong == []


def _played(line: str) -> Iterator[str]:
    found = re.search(r"python -m sandbox demo\b([^#|>;&]*)", line)
    words = found[1].split() if found else []
    for before, word in zip(["", *words], words, strict=False):
        if not word.startswith("-") and before not in {"--picture", "--decide"}:
            yield word.partition("@")[0]


def _all_text() -> str:
    return "\n".join(page.read_text("utf-8") for page in PAGES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_test_that_is_named_exists(page: Path) -> None:
    wrong = [(file, name) for file, name in _TEST.findall(prose(page)) if not _is_there(file, name)]
    assert wrong == []


def _is_there(file: str, name: str) -> bool:
    path = ROOT / file
    if not path.is_file():
        return False
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return not name or name in {
        node.name for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, kinds)
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_law_that_is_named_exists(page: Path) -> None:
    assert [name for name in _FUNCTION.findall(prose(page)) if not hasattr(guards, name)] == []


def test_the_page_of_contents_leads_to_every_page() -> None:
    led_to = {target.partition("#")[0] for target in links(CONTENTS)}
    pages = {page.name for page in PAGES if page.parent == CONTENTS.parent and page != CONTENTS}
    assert pages - led_to == set()


def test_the_page_about_security_names_every_law_and_a_test_of_it() -> None:
    """Whatever the laws' module offers as a refusal is in the table, so that a new law is told there too."""
    tree = ast.parse((ROOT / "responder" / "guards.py").read_text("utf-8"))
    laws = {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and _refuses(node)
    }
    rows = [row for row in prose(ROOT / "docs" / "security.md").splitlines() if row.startswith("|")]
    told = {name for row in rows if _TEST.search(row) for name in _FUNCTION.findall(row)}
    assert laws - told == set()
    assert len(laws) > 5  # the module is understood


def _refuses(function: ast.FunctionDef) -> bool:
    return function.returns is not None and "Refusal" in ast.unparse(function.returns)
