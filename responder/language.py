"""The language of reports and pages: sentences are written in English, and spoken in the language of the setting.

A catalogue is ``languages/<language>.json`` in the room whose sentences it holds: an object from the English sentence,
with its names in braces, to the translated one. Where a sentence is missing, English is spoken. Codes, states, reasons
and names of fields are for programs and never translated.
"""

from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType

import msgspec

from responder.wire import parsed

ROOMS = [Path(__file__).parent, Path(__file__).parent.parent / "playbooks", Path(__file__).parent.parent / "handlers"]
"""Folders with catalogues; the first one that has a sentence counts."""


class Language(StrEnum):
    """A language that the app speaks."""

    ENGLISH = "en"
    KOREAN = "ko"


class _Speaker:
    language = Language.ENGLISH


_speaker = _Speaker()


def use(language: Language) -> None:
    """Speak this language from now on, in the whole process."""
    _speaker.language = language


def spoken() -> Language:
    """The language that is spoken."""
    return _speaker.language


def say(sentence: str, **values: object) -> str:
    """A sentence in the language that is spoken, with its names in braces filled in.

    Args:
        sentence: the English one, a literal: a test compares all of them with the catalogues.
        values: for each name in braces.

    Raises:
        KeyError: a name has no value; tests fill in every sentence of every catalogue.
    """
    told = translated(sentence)
    return told.format(**values) if values else told


def translated(sentence: str) -> str:
    """The sentence in the language that is spoken, its names in braces untouched; English if it is missing there."""
    if _speaker.language is Language.ENGLISH:
        return sentence
    return catalogue(_speaker.language).get(sentence, sentence)


@cache
def catalogue(language: Language) -> MappingProxyType[str, str]:
    """All sentences of a language, from all rooms.

    Raises:
        msgspec.DecodeError: a file is no object of texts.
    """
    return MappingProxyType({english: told for room in reversed(ROOMS) for english, told in sentences(room, language)})


def sentences(room: Path, language: Language) -> Iterable[tuple[str, str]]:
    """Each English sentence of one room's catalogue with its translation; none if the room has no such catalogue.

    Raises:
        msgspec.DecodeError: the file is no object of texts.
    """
    path = room / "languages" / f"{language}.json"
    try:
        return parsed(path.read_bytes(), dict[str, str]).items()
    except FileNotFoundError:
        return ()
    except msgspec.DecodeError as error:
        raise msgspec.DecodeError(f"{path.name} of {room.name}: {error}") from error
