"""One call of the command line, from its arguments to its exit code."""

import os
import shutil
import sys
import threading
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

from responder.cli.api import Api, Place, place_of
from responder.cli.commands import COMMANDS, NOT_DONE, Desk
from responder.cli.options import KEY, URL, parser
from responder.cli.screen import Screen, plain
from responder.errors import ApiError

_WRONG_USAGE = 2
_BY_LINK = {"approve", "decline"}


def main(arguments: Sequence[str], environ: Mapping[str, str], pause: Callable[[float], object] | None = None) -> int:
    """Do what the arguments say; answers with the exit code. Wrong arguments end the process with 2."""
    asked = parser(environ).parse_args(arguments)
    if asked.command == "doctor" and asked.local:
        return _local(asked, environ)
    try:
        place = _place(asked)
    except ValueError as wrong:
        _complain(str(wrong))
        return _WRONG_USAGE
    desk = Desk(Api(place), _screen(environ), pause or threading.Event().wait)
    try:
        return COMMANDS[asked.command](desk, asked)
    except ApiError as error:
        if asked.json and error.body is not None:
            desk.screen.json(error.body)
        _complain(str(error))
        return NOT_DONE
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOT_DONE
    except KeyboardInterrupt:
        return NOT_DONE


def _place(asked: Namespace) -> Place:
    """Where to ask; a link to a decision says it by itself."""
    if asked.url:
        return place_of(asked.url, asked.key)
    if asked.command in _BY_LINK:
        link = urlsplit(asked.link)
        return place_of(f"{link.scheme}://{link.netloc}", asked.key)
    raise ValueError(f"The app's address is missing. Set {URL} or --url, and {KEY} to a host key of the app.")


def _local(asked: Namespace, environ: Mapping[str, str]) -> int:
    """The doctor without the app; nothing else of the command line reads settings or asks Azure."""
    from responder.cli.local_doctor import local

    try:
        return local(_screen(environ), asked, environ)
    except ValueError as wrong:
        _complain(str(wrong))
        return _WRONG_USAGE


def _screen(environ: Mapping[str, str]) -> Screen:
    if not sys.stdout.isatty():
        return Screen(sys.stdout)
    dumb = environ.get("TERM") == "dumb" or "NO_COLOR" in environ
    return Screen(sys.stdout, colour=not dumb, width=shutil.get_terminal_size().columns)


def _complain(text: str) -> None:
    for line in text.splitlines():
        sys.stderr.write(f"{plain(line)}\n")
