"""Every sentence that the app speaks is a literal, has its translations, and fills them in with the same names."""

import ast
import json
import re
from collections.abc import Iterator
from importlib import import_module
from operator import itemgetter
from pathlib import Path
from string import Formatter
from typing import NamedTuple

import jinja2
import pytest
from jinja2 import nodes

from responder import language
from responder.language import Language, say
from tests.sources import ROOT, Module, modules

ROOMS = ("responder", "playbooks", "handlers")
SPEAKERS = ("responder", "handlers")
"""Rooms whose catalogues hold sentences of code alone; that of playbooks holds those of its YAML files."""
OTHERS = [entry for entry in Language if entry is not Language.ENGLISH]
SAME = {"VM", "{name} is {state}"}
"""What a translation may tell without a letter of its own script."""

_SCRIPTS = {Language.KOREAN: re.compile("[가-힣]")}
_PARTICLES = re.compile(r"\}(은|는|이|가|을|를|과|와|로|으로|이나|나)(?![가-힣])")
"""Particles that depend on the sound before them, which is not known of a name."""


class Call(NamedTuple):
    """One place that speaks: the sentence, if it is a literal, and the names of its values."""

    where: str
    sentence: str | None
    names: set[str | None]


def _in_code(module: Module) -> Iterator[Call]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
            told = node.args[0] if len(node.args) == 1 else None
            literal = told.value if isinstance(told, ast.Constant) and isinstance(told.value, str) else None
            named = isinstance(told, ast.Attribute) and told.attr == "IMPACT"
            if literal is not None or not (named or _constants(module)):
                yield Call(module.where(node), literal, {keyword.arg for keyword in node.keywords})


def _in_template(path: Path) -> Iterator[Call]:
    tree = jinja2.Environment(autoescape=True).parse(path.read_text("utf-8"))
    for node in tree.find_all(nodes.Call):
        if isinstance(node.node, nodes.Name) and node.node.name in {"_", "say"}:
            told = node.args[0] if len(node.args) == 1 else None
            literal = told.value if isinstance(told, nodes.Const) else None
            names: set[str | None] = {keyword.key for keyword in node.kwargs}
            yield Call(f"{path.relative_to(ROOT)}:{node.lineno}", literal, names)


def _constants(module: Module) -> list[str]:
    """Sentences that a module speaks by other names than literals: its own list ``SENTENCES``."""
    if not any(_assigns(node, "SENTENCES") for node in module.tree.body):
        return []
    found = import_module(module.name).SENTENCES
    return [str(sentence) for sentence in found] if isinstance(found, list) else []


def _assigns(node: ast.stmt, name: str) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return any(isinstance(target, ast.Name) and target.id == name for target in targets)


def _impacts() -> Iterator[str]:
    """What the changes of the fixes do, which is spoken where a plan is made."""
    for module in modules():
        if module.name.startswith("playbooks.fixes.") and any(_assigns(node, "IMPACT") for node in module.tree.body):
            yield import_module(module.name).IMPACT


def _constants_of_all() -> Iterator[str]:
    for module in _speaking():
        yield from _constants(module)


def _speaking() -> list[Module]:
    return [module for module in modules() if module.room in ROOMS]


CALLS = [
    *(call for module in _speaking() for call in _in_code(module)),
    *(call for path in sorted((ROOT / "handlers").rglob("templates/*.*ml")) for call in _in_template(path)),
]
SENTENCES = sorted(
    {call.sentence for call in CALLS if call.sentence is not None} | set(_constants_of_all()) | set(_impacts())
)


def _names(sentence: str) -> list[tuple[str, str | None, str | None]]:
    return [(name, spec, turned) for _, name, spec, turned in Formatter().parse(sentence) if name is not None]


def _catalogues(room: str) -> dict[Language, dict[str, str]]:
    paths = {entry: ROOT / room / "languages" / f"{entry}.json" for entry in OTHERS}
    return {entry: json.loads(path.read_text("utf-8")) for entry, path in paths.items() if path.is_file()}


def _entries() -> Iterator[tuple[str, Language, str, str]]:
    for room in SPEAKERS:
        for spoken, told in _catalogues(room).items():
            yield from ((f"{room}/{spoken}", spoken, english, text) for english, text in told.items())


@pytest.fixture(params=OTHERS)
def spoken(request: pytest.FixtureRequest) -> Iterator[Language]:
    """Another language than English, for one test."""
    language.use(request.param)
    yield request.param
    language.use(Language.ENGLISH)


def test_the_app_speaks_in_many_places() -> None:
    assert len(CALLS) > 300
    assert "There is no incident {incident}." in SENTENCES


def test_every_sentence_is_a_literal() -> None:
    assert [call.where for call in CALLS if call.sentence is None] == []


def test_the_names_in_a_sentence_are_those_of_its_values() -> None:
    assert [
        call for call in CALLS if call.sentence and {*map(itemgetter(0), _names(call.sentence))} != call.names
    ] == []


def test_names_are_plain_so_that_values_are_formatted_before() -> None:
    told = [(sentence, name) for sentence in SENTENCES for name in _names(sentence)]
    assert [entry for entry in told if not entry[1][0].isidentifier() or entry[1][1] or entry[1][2]] == []


def test_a_sentence_without_values_has_no_braces() -> None:
    """It is not formatted, so that doubled braces would stay doubled."""
    assert [sentence for sentence in SENTENCES if not _names(sentence) and set("{}") & set(sentence)] == []


@pytest.mark.parametrize("other", OTHERS)
def test_every_sentence_is_translated(other: Language) -> None:
    assert [sentence for sentence in SENTENCES if sentence not in language.catalogue(other)] == []


@pytest.mark.parametrize("room", SPEAKERS)
def test_every_translation_has_its_sentence(room: str) -> None:
    told = {english for catalogue in _catalogues(room).values() for english in catalogue}
    assert sorted(told - set(SENTENCES)) == []


def test_a_translation_has_the_names_of_its_sentence() -> None:
    wrong = [
        (where, english) for where, _, english, text in _entries() if sorted(_names(english)) != sorted(_names(text))
    ]
    assert wrong == []


def test_a_translation_is_in_its_script() -> None:
    wrong = [
        text for _, spoken, english, text in _entries() if english not in SAME and not _SCRIPTS[spoken].search(text)
    ]
    assert wrong == []


def test_a_translation_begins_and_ends_as_its_sentence_does() -> None:
    """Parts of sentences are joined: their blanks and their full stops matter."""
    assert [english for *_, english, text in _entries() if _edges(english) != _edges(text)] == []


def _edges(text: str) -> tuple[bool, bool, bool]:
    return text.startswith(" "), text.endswith(" "), text.endswith(".")


def test_no_particle_depends_on_the_sound_of_a_name() -> None:
    assert [text for *_, text in _entries() if _PARTICLES.search(text)] == []


def test_one_sentence_is_told_in_one_way() -> None:
    told: dict[tuple[Language, str], set[str]] = {}
    for _, spoken, english, text in _entries():
        told.setdefault((spoken, english), set()).add(text)
    assert [english for (_, english), texts in told.items() if len(texts) > 1] == []


@pytest.mark.parametrize("room", SPEAKERS)
def test_a_catalogue_is_sorted_so_that_two_people_can_work_on_it(room: str) -> None:
    for path in sorted((ROOT / room / "languages").glob("*.json")):
        text = path.read_text("utf-8")
        assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def test_every_translation_can_be_filled_in(spoken: Language) -> None:
    for sentence in SENTENCES:
        values = {name: f"<{name}>" for name, *_ in _names(sentence)}
        told = say(sentence, **values)
        assert all(value in told for value in values.values())


def test_what_is_not_translated_is_said_in_english(spoken: Language) -> None:
    assert say("Nobody has translated {what}.", what="this") == "Nobody has translated this."


def test_english_is_said_as_it_is_written() -> None:
    assert say("The VM is {power}.", power="running") == "The VM is running."
    assert language.translated("The VM is {power}.") == "The VM is {power}."


def test_another_language_is_spoken_at_once(spoken: Language) -> None:
    assert say("The VM is {power}.", power="running") != "The VM is running."
