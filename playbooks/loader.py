"""Finds the playbook of an error code. A known code reads one file; an alias or a number reads the index first.

What is found speaks the language of the setting; what is generated from the files (`build_index`, pages) stays English.
"""

import json
import logging
import re
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import NamedTuple

from playbooks import files
from playbooks.model import Playbook, Topic
from playbooks.spoken import own_sentences, spoken
from responder import language
from responder.errors import PlaybookError
from responder.language import Language

CATALOGUE = Path(__file__).parent / "catalogue"
INDEX = CATALOGUE / "index.json"
UNKNOWN = "Unknown"
"""Code of the playbook for failures that no other playbook knows."""

_FLAG = 0x40000000  # a flag bit that the service adds to some numbers
_CODE = re.compile(r"^[A-Za-z][A-Za-z0-9]{1,119}$")
_log = logging.getLogger(__name__)


class Folder(NamedTuple):
    """Playbooks of one's own: file by normalised code, alias or number; what is wrong with those left out."""

    playbooks: dict[str, Playbook]
    problems: list[str]


def normal(code: str) -> str:
    """The form in which codes are compared: no case, no blanks, the service's two known misspellings mended."""
    return "".join(code.split()).lower().replace("extention", "extension").replace("suppported", "supported")


class Library:
    """The catalogue, and in front of it a folder with playbooks of one's own."""

    def __init__(self, folder: str | None = None) -> None:
        self._own = own(folder).playbooks if folder else {}

    def by_code(self, code: str) -> Playbook | None:
        """The playbook that is about a code or an alias; None if there is none.

        Raises:
            PlaybookError: the catalogue's file cannot be used.
        """
        mine = self._own.get(normal(code))
        if mine or _CODE.match(code) is None:
            return mine or self._indexed(normal(code))
        return load(code) if (CATALOGUE / f"{code}.yaml").is_file() else self._indexed(normal(code))

    def by_number(self, number: int) -> Playbook | None:
        """The playbook that is about a number, with or without the service's flag bit."""
        key = str(number & ~_FLAG)
        return self._own.get(key) or self._indexed(key)

    def by_text(self, text: str) -> Playbook | None:
        """The playbook one of whose English message fragments stands in a text: the last resort."""
        low = text.lower()
        name = next((name for fragment, name in _index()["messages"].items() if fragment in low), None)
        return load(name) if name else None

    def unknown(self) -> Playbook:
        """The playbook for failures that no other playbook knows."""
        return self._own.get(normal(UNKNOWN)) or load(UNKNOWN)

    def _indexed(self, key: str) -> Playbook | None:
        name = _index()["codes"].get(key)
        return load(name) if name else None


def load(name: str) -> Playbook:
    """The catalogue's playbook in ``<name>.yaml``.

    Raises:
        PlaybookError: names file, field and what is wrong.
    """
    return _load(name, language.spoken())


def topic(name: str) -> Topic:
    """The guidance in ``guidance/<name>.yaml``.

    Raises:
        PlaybookError: names file, field and what is wrong.
    """
    return _topic(name, language.spoken())


def own(folder: str) -> Folder:
    """The playbooks of a folder. A bad file, also one of translations, is told and left out; the others are used."""
    return _own(folder, language.spoken())


def build_index() -> dict[str, dict[str, str]]:
    """File name by code, alias or number (``codes``) and by message fragment (``messages``), from the whole catalogue.

    Raises:
        PlaybookError: a file cannot be used, or two files claim one code or one message.
    """
    codes: dict[str, str] = {}
    messages: dict[str, str] = {}
    for path in sorted(CATALOGUE.glob("*.yaml")):
        playbook = files.read(path)
        _claim(codes, _keys(playbook), path.stem)
        _claim(messages, [message.lower() for message in playbook.messages], path.stem)
    return {"codes": codes, "messages": messages}


@cache
def _load(name: str, speaking: Language) -> Playbook:
    return spoken(files.read(CATALOGUE / f"{name}.yaml"), speaking)


@cache
def _topic(name: str, speaking: Language) -> Topic:
    return spoken(files.read_topic(files.TOPICS / f"{name}.yaml"), speaking)


@cache
def _own(folder: str, speaking: Language) -> Folder:
    found, sentences = Folder({}, []), dict[str, str]()
    with _leaving_out(found, folder):
        sentences = own_sentences(Path(folder), speaking)
    for path in sorted([*Path(folder).glob("*.yaml"), *Path(folder).glob("*.yml")]):
        with _leaving_out(found, folder):
            _take(found, spoken(files.read(path), speaking, sentences), path.name)
    return found


@contextmanager
def _leaving_out(found: Folder, folder: str) -> Generator[None, None, None]:
    """A file that cannot be used is a problem of its folder, and of nothing else."""
    try:
        yield
    except PlaybookError as error:
        found.problems.append(str(error))
        _log.error("A file of %s is left out: %s", folder, error)


def _take(found: Folder, playbook: Playbook, file: str) -> None:
    taken = {key: found.playbooks[key].code for key in _keys(playbook) if key in found.playbooks}
    for key, code in taken.items():
        message = f"{file}: {key} is already claimed by the playbook of {code}; remove it from one of them"
        raise PlaybookError(message)
    found.playbooks.update(dict.fromkeys(_keys(playbook), playbook))


def _keys(playbook: Playbook) -> list[str]:
    return [normal(code) for code in (playbook.code, *playbook.aliases)] + [str(n) for n in playbook.numbers]


def _claim(index: dict[str, str], keys: list[str], name: str) -> None:
    for key in keys:
        if index.setdefault(key, name) != name:
            message = f"{name}.yaml: {key} is already claimed by {index[key]}.yaml"
            raise PlaybookError(message)


@cache
def _index() -> dict[str, dict[str, str]]:
    return dict(json.loads(INDEX.read_text("utf-8")))
