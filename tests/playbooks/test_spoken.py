"""Playbooks in another language: every sentence is told, and nothing else of a playbook changes."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from playbooks import advice, files, index, loader, schema
from playbooks.loader import Library
from playbooks.model import Part, Playbook
from playbooks.spoken import names, spoken
from responder import language
from responder.language import Language
from tests.playbooks.conftest import MakeLab
from tests.playbooks.good import GOOD

OTHERS: list[Language] = [entry for entry in Language if entry is not Language.ENGLISH]
FILES: dict[Language, Path] = {entry: loader.CATALOGUE.parent / "languages" / f"{entry}.json" for entry in OTHERS}
TRANSLATIONS: dict[Language, dict[str, str]] = {
    entry: json.loads(path.read_text("utf-8")) for entry, path in FILES.items()
}
SPOKEN = language.catalogue(Language.KOREAN)  # of all rooms: a sentence that another one has too is told as there
CODES = sorted(path.stem for path in loader.CATALOGUE.glob("*.yaml"))
TOPICS = sorted(path.stem for path in files.TOPICS.glob("*.yaml"))

HANGUL = re.compile("[가-힣]")
LETTERS = {Language.KOREAN: HANGUL}
BRACES = re.compile(r"\{[^}]*\}")
PARTICLE = re.compile(r"\}(은|는|이|가|을|를|과|와|로|으로)(?![가-힣])")
# Names of programs and files, numbers and addresses: what an operator types or compares must survive a translation.
LITERAL = re.compile(r"\b[A-Z][a-z]+[A-Z]\w*|[\w.]+\.(?:dll|exe|conf|msc)\b|/(?:etc|var)/[\w./]*\w|\d+(?:\.\d+)*")

# Independent of the table in `playbooks.spoken`: the last name on the way to a text, and where it is no sentence.
SENTENCES = {"title", "meaning", "uncertain", "text", "purpose", "why"}
NO_SENTENCES = {"dispatch", "using", "source"}


@pytest.fixture
def korean() -> Iterator[None]:
    before = language.spoken()
    language.use(Language.KOREAN)
    yield
    language.use(before)


def leaves(node: Any, way: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, (*way, key))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from leaves(value, (*way, str(number)))
    else:
        yield way, node


class Everything(dict[str, str]):
    """A catalogue that has a translation for whatever it is asked."""

    def get(self, key: str, default: Any = None) -> str:
        return f"말: {key}"


def is_sentence(way: tuple[str, ...], value: Any) -> bool:
    return way[-1] in SENTENCES and isinstance(value, str) and not NO_SENTENCES & set(way)


@cache
def parts() -> dict[str, Part]:
    """Every playbook and topic as its file has it."""
    playbooks: dict[str, Part] = {code: files.read(loader.CATALOGUE / f"{code}.yaml") for code in CODES}
    return playbooks | {f"topic {name}": files.read_topic(files.TOPICS / f"{name}.yaml") for name in TOPICS}


def told(name: str) -> Part:
    """The same part as the running app has it."""
    return loader.topic(name.removeprefix("topic ")) if name.startswith("topic ") else loader.load(name)


def texts() -> set[str]:
    found = (leaf for part in parts().values() for leaf in leaves(msgspec.to_builtins(part)))
    return {value for way, value in found if is_sentence(way, value)}


def by_code(code: str, library: Library) -> Playbook:
    found = library.by_code(code)
    assert found is not None
    return found


@pytest.mark.parametrize("other", OTHERS)
def test_every_sentence_is_translated_and_every_translation_has_its_sentence(other: Language) -> None:
    told = TRANSLATIONS[other].keys()
    assert sorted(texts() - told) == [], f"translate these in playbooks/languages/{other}.json"
    assert sorted(told - texts()) == [], "no playbook says these any more: take them out"


@pytest.mark.parametrize("other", OTHERS)
def test_the_file_is_sorted_so_that_changes_can_be_read(other: Language) -> None:
    told = json.dumps(TRANSLATIONS[other], indent=2, ensure_ascii=False, sort_keys=True)
    assert FILES[other].read_text("utf-8") == told + "\n"


def problems(other: Language, english: str, told: str) -> list[str]:
    lost = sorted(name for name in LITERAL.findall(english) if name not in told)
    found = {
        "has no letter of the language": not LETTERS[other].search(told),
        "names other things in braces": sorted(BRACES.findall(told)) != sorted(BRACES.findall(english)),
        "has a particle that depends on the name before it": bool(PARTICLE.search(told)),
        "has stray blanks": told != " ".join(told.split()),
        f"lost {lost}": bool(lost),
    }
    return [problem for problem, there in found.items() if there]


@pytest.mark.parametrize("other", OTHERS)
def test_a_translation_is_in_its_language_and_keeps_what_it_names(other: Language) -> None:
    found = {english: problems(other, english, told) for english, told in TRANSLATIONS[other].items()}
    assert {english: wrong for english, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(
    "english, korean, problem",
    [
        ("Look at {vm}.", "Look at {vm}.", "has no letter of the language"),
        ("Look at {vm}.", "VM을 확인하세요.", "names other things in braces"),
        ("Look at {vm}.", "{vm}을 확인하세요.", "has a particle that depends on the name before it"),
        ("Look.", "확인하세요. ", "has stray blanks"),
        ("Open services.msc on port 443.", "콘솔을 여세요.", "lost ['443', 'services.msc']"),
    ],
)
def test_problems_of_a_translation_are_found(english: str, korean: str, problem: str) -> None:
    assert problems(Language.KOREAN, english, korean) == [problem]


@pytest.mark.usefixtures("korean")
@pytest.mark.parametrize("name", [*CODES, *(f"topic {topic}" for topic in TOPICS)])
def test_sentences_are_told_and_nothing_else_changes(name: str) -> None:
    english, korean = msgspec.to_builtins(parts()[name]), msgspec.to_builtins(told(name))
    for (way, before), (same_way, after) in zip(leaves(english), leaves(korean), strict=True):
        assert way == same_way
        assert after == (SPOKEN[before] if is_sentence(way, before) else before), way


@pytest.mark.parametrize("name", [*CODES, *(f"topic {topic}" for topic in TOPICS)])
def test_no_catalogue_can_change_anything_but_sentences(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Codes, reasons, commands, paths in the portal, texts of the service: even if a catalogue had words for them."""
    part = parts()[name]
    monkeypatch.setattr("playbooks.spoken.catalogue", lambda _: Everything())
    before, after = msgspec.to_builtins(part), msgspec.to_builtins(spoken(part, Language.KOREAN))
    for (way, english), (_, told) in zip(leaves(before), leaves(after), strict=True):
        assert (told != english) is is_sentence(way, english), way


@pytest.mark.usefixtures("korean")
def test_what_errors_are_recognised_by_stays_english() -> None:
    """The fragments of the service's text, and the table of inner errors, are compared with what Azure says."""
    told, file = loader.load("UserErrorCrpReportedUserError"), parts()["UserErrorCrpReportedUserError"]
    assert isinstance(file, Playbook)
    assert (told.messages, told.dispatch) == (file.messages, file.dispatch)
    assert any(entry.text for entry in told.dispatch)
    found = Library().by_text("Something. THE RESTORE POINT COLLECTION MAX LIMIT HAS REACHED, said Azure.")
    assert found is not None
    assert found.code == "UserErrorRpCollectionLimitReached"
    assert found.title == "VM의 복원 지점 컬렉션이 가득 참"


@pytest.mark.parametrize("name", [*CODES, *(f"topic {topic}" for topic in TOPICS)])
def test_english_is_what_the_file_says(name: str) -> None:
    part = parts()[name]
    assert told(name) == part
    assert spoken(part, Language.ENGLISH) is part


@pytest.mark.usefixtures("korean")
def test_each_language_is_kept_apart() -> None:
    korean = loader.load("Unknown"), loader.topic("vss")
    language.use(Language.ENGLISH)
    english = loader.load("Unknown"), loader.topic("vss")
    language.use(Language.KOREAN)
    assert [part.title for part in english] == [
        "No playbook knows this failure",
        "Volume Shadow Copy service and its writers",
    ]
    assert (loader.load("Unknown"), loader.topic("vss")) == korean
    assert korean[0] is loader.load("Unknown"), "each file is read and translated once"


@pytest.mark.usefixtures("korean")
def test_what_is_generated_stays_english() -> None:
    assert loader.INDEX.read_text("utf-8") == index.text()
    assert not HANGUL.search(schema.text())
    assert files.read(loader.CATALOGUE / "Unknown.yaml").title == "No playbook knows this failure"


def test_a_missing_sentence_is_told_in_english(korean: None, monkeypatch: pytest.MonkeyPatch) -> None:
    part = parts()["UserErrorRpCollectionLimitReached"]
    assert isinstance(part, Playbook)
    fewer = {english: told for english, told in SPOKEN.items() if english != part.meaning}
    monkeypatch.setattr("playbooks.spoken.catalogue", lambda _: fewer)
    told = spoken(part, Language.KOREAN)
    assert told.meaning == part.meaning
    assert told.title == SPOKEN[part.title]


def test_a_playbook_of_ones_own_without_translations_works(korean: None, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(GOOD.replace("text: Full", "text: The VM runs."), "utf-8")
    mine = by_code("SomeCode", Library(str(tmp_path)))
    assert (mine.title, mine.meaning) == ("A title", "What it means")
    assert mine.causes[0].text == SPOKEN["The VM runs."], "what the catalogue says too is told as there"
    assert by_code("Unknown", Library(str(tmp_path))).title == SPOKEN["No playbook knows this failure"]
    assert loader.own(str(tmp_path)).problems == []


def own_folder(folder: Path, translations: str) -> Library:
    (folder / "mine.yaml").write_text(GOOD.replace("kind: user", "kind: user\nnumbers: [77]"), "utf-8")
    (folder / "languages").mkdir()
    (folder / "languages" / "ko.json").write_text(translations, "utf-8")
    return Library(str(folder))


def test_a_folder_of_ones_own_may_bring_translations(korean: None, tmp_path: Path) -> None:
    library = own_folder(tmp_path, json.dumps({"A title": "제목", "Look at {vm}.": "VM {vm}의 상태를 확인하세요."}))
    mine = by_code("SomeCode", library)
    assert (mine.title, mine.meaning) == ("제목", "What it means")
    assert mine.causes[0].guidance[0].text == "VM {vm}의 상태를 확인하세요."
    assert library.by_number(77) is mine
    language.use(Language.ENGLISH)
    assert by_code("SomeCode", Library(str(tmp_path))).title == "A title"


@pytest.mark.parametrize(
    "translations, problem",
    [
        ("no JSON", "ko.json: JSON is malformed"),
        ('["A title"]', "ko.json: Expected `object`"),
        ('{"A title": "제목 {vm}"}', "ko.json: give the translation of 'A title' the same names in braces"),
        ('{"Look at {vm}.": "{vmm} 확인"}', "ko.json: give the translation of 'Look at {vm}.' the same names"),
    ],
)
def test_bad_translations_of_ones_own_are_told_and_left_out(
    korean: None, tmp_path: Path, caplog: pytest.LogCaptureFixture, translations: str, problem: str
) -> None:
    library = own_folder(tmp_path, translations)
    assert by_code("SomeCode", library).title == "A title"
    (found,) = loader.own(str(tmp_path)).problems
    assert found.startswith(problem)
    assert problem in caplog.text


def test_names_are_found_whether_they_are_known_or_not() -> None:
    known = next(iter(advice.PLACEHOLDERS))
    assert names(f"One {{{known}}}, another {{nobody_knows}}, a shell's {{ block }} and {{}}.") == {
        known,
        "nobody_knows",
    }


def test_a_diagnosis_tells_korean_guidance_with_the_names_of_the_vm(korean: None, lab: MakeLab) -> None:
    """The way that a failure takes through the running app: look-up, checks, topics and names filled in."""
    world = lab(locks=[{"at": "group"}], points={"count": 18})
    language.use(Language.ENGLISH)
    english = world.diagnosis()
    language.use(Language.KOREAN)
    told = world.diagnosis()
    assert told.playbook is not None
    assert told.playbook.title == "VM의 복원 지점 컬렉션이 가득 참"
    assert [(found.cause, found.verdict) for found in told.findings] == [
        (found.cause, found.verdict) for found in english.findings
    ]
    steps = [step for found in told.findings for step in found.guidance] + told.guidance
    said = [step for found in english.findings for step in found.guidance] + english.guidance
    assert steps
    assert [step.text for step in steps if not HANGUL.search(step.text)] == []
    assert [step.text for step in steps if "{" in step.text] == []
    assert [(step.portal, step.commands, step.lasting) for step in steps] == [
        (step.portal, step.commands, step.lasting) for step in said
    ]
