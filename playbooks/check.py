"""Checks playbook files before they are deployed: ``python -m playbooks.check [FILE_OR_FOLDER ...]``."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from playbooks import files, loader
from responder.errors import PlaybookError

_HELP = """usage: python -m playbooks.check [FILE_OR_FOLDER ...]

Reads playbook files and says what is wrong with them, with line, field and remedy.
Without an argument: the app's own catalogue and guidance.
"""


def main(arguments: list[str]) -> int:
    """0 if every file can be used, 1 if not, 2 for a wrong call."""
    if {"-h", "--help"} & set(arguments):
        sys.stdout.write(_HELP)
        return 0
    missing = [name for name in arguments if not Path(name).exists()]
    if missing:
        sys.stderr.write(f"There is no {', '.join(missing)}.\n")
        return 2
    checked = list(_files(map(Path, arguments)) if arguments else _files([loader.CATALOGUE, files.TOPICS]))
    problems = [problem for path in checked for problem in _problems(path)]
    sys.stderr.writelines(f"{problem}\n" for problem in problems)
    sys.stdout.write(f"{len(checked) - len(problems)} of {len(checked)} files can be used.\n")
    return 1 if problems or not checked else 0


def _files(places: Iterable[Path]) -> Iterator[Path]:
    for place in places:
        yield from sorted(place.glob("*.y*ml")) if place.is_dir() else [place]


def _problems(path: Path) -> list[str]:
    try:
        if path.parent == files.TOPICS:
            files.read_topic(path)
        else:
            files.read(path)
    except PlaybookError as error:
        return [str(error)]
    return []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
