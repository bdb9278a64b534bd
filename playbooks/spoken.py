"""Playbooks and topics in the language of the setting: the sentences for people, and nothing else of them.

The catalogue's translations are in ``playbooks/languages``, those of a folder of one's own in its ``languages``.
What is not listed in `SENTENCES` stays as it is: codes, sources, paths in the portal, commands, names of states, and
above all the fragments of the service's English text by which an error is recognised.
"""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from playbooks.advice import PLACEHOLDERS, unknown_names
from playbooks.model import BackupStep, Cause, Conclusion, Guide, Part, Playbook, Topic, WaitStep
from responder.errors import PlaybookError
from responder.language import Language, sentences
from responder.wire import parsed

T = TypeVar("T", bound=Part)

SENTENCES: dict[type[Part], set[str]] = {
    Playbook: {"title", "meaning", "uncertain"},
    Cause: {"text"},
    Guide: {"text"},
    BackupStep: {"purpose"},
    WaitStep: {"why"},
    Conclusion: {"text"},
    Topic: {"title"},
}
"""The fields that a person reads as sentences, by the part of a playbook that has them."""

_NONE: Mapping[str, str] = MappingProxyType({})


def spoken(part: T, language: Language, own: Mapping[str, str] = _NONE) -> T:
    """A playbook or topic in a language. A sentence that has no translation stays English.

    Args:
        part: as its file has it; in English it is returned itself.
        language: the one that is spoken.
        own: translations that go before the app's, such as `own_sentences`.
    """
    if language is Language.ENGLISH:
        return part
    app = catalogue(language)
    told: T = _told(part, lambda sentence: own.get(sentence) or app.get(sentence, sentence))
    return told


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """The sentences of the app's own playbooks. A label of a page may be spelt alike and mean something else.

    Raises:
        msgspec.DecodeError: the file is no object of texts.
    """
    return MappingProxyType(dict(sentences(Path(__file__).parent, language)))


def own_sentences(folder: Path, language: Language) -> dict[str, str]:
    """The translations that a folder of one's own has in ``languages/<language>.json``; none if it has no such file.

    Raises:
        PlaybookError: the file is no JSON object of texts, or a translation names other things than its sentence.
    """
    path = folder / "languages" / f"{language}.json"
    if language is Language.ENGLISH or not path.is_file():
        return {}
    try:
        sentences = parsed(path.read_bytes(), dict[str, str])
    except (OSError, msgspec.DecodeError) as error:
        raise PlaybookError(
            f"{path.name}: {error}; write it as an object from English to translated sentences"
        ) from error
    wrong = [english for english, told in sentences.items() if names(english) != names(told)]
    if wrong:
        raise PlaybookError(f"{path.name}: give the translation of {wrong[0]!r} the same names in braces")
    return sentences


def names(sentence: str) -> set[str]:
    """What a sentence names in braces, known or not."""
    return {name for name in PLACEHOLDERS if f"{{{name}}}" in sentence} | set(unknown_names(sentence))


def _told(node: Any, tell: Callable[[str], str]) -> Any:
    if isinstance(node, Part):
        said = SENTENCES.get(type(node), set[str]())
        fields = {name: getattr(node, name) for name in node.__struct_fields__}
        return replace(node, **{name: _field(value, tell, told=name in said) for name, value in fields.items()})
    if isinstance(node, list):
        return [_told(entry, tell) for entry in node]
    if isinstance(node, dict):
        return {key: _told(entry, tell) for key, entry in node.items()}
    return node


def _field(value: Any, tell: Callable[[str], str], *, told: bool) -> Any:
    return tell(value) if told and isinstance(value, str) else _told(value, tell)
