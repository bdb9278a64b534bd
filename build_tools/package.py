"""The package that Azure gets, as ``func azure functionapp publish`` would make it for a remote build.

``.funcignore`` says what stays at home, in the syntax of ``.gitignore``; packages come from ``requirements.txt`` there.
The same files and the same Python make the same archive: names are sorted, times and rights are fixed.

Beside each module lies its compiled form (``__pycache__``): the deployed folder can only be read, so that every new
instance would have to compile the app before its first answer. It is not compared with the source, as an archive does
not keep the times that tell which is newer: never edit a module inside an unpacked package. It serves one version of
Python; another one passes it over and compiles for itself. So ``--python`` has to be of the version that the function
app runs. Not tried: whether Azure's remote build keeps ``__pycache__``. Where it does not, only time is lost.

Source: Azure Functions Core Tools, "Project file structure" (``.funcignore``), and its publish action, which leaves
``.git``, ``.vscode``, ``.funcignore``, ``.gitignore`` and ``local.settings.json`` out by itself.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from pathspec import GitIgnoreSpec

ROOT = Path(__file__).resolve().parent.parent
ARCHIVE = ROOT / "dist" / "app.zip"

_COMPILING = Path(__file__).with_name("compiling.py")
_ALWAYS = (".git", ".vscode", ".funcignore", ".gitignore", "local.settings.json")
_MOMENT = (1980, 1, 1, 0, 0, 0)  # the first that an archive can hold
_RIGHTS = 0o100644 << 16  # a plain file, readable by all
_UNIX = 3


class Built(NamedTuple):
    """A package. ``names``: its files, below the root, sorted; ``python``: the version of its compiled modules."""

    names: tuple[str, ...]
    python: str


def main() -> int:
    """Make the package and tell its size."""
    parser = argparse.ArgumentParser(prog="python -m build_tools.package", description=__doc__)
    parser.add_argument(
        "archive", nargs="?", type=Path, default=ARCHIVE, help="where to write it (default: dist/app.zip)"
    )
    parser.add_argument(
        "--python", default=sys.executable, help="the Python that the package is for (default: the one that runs this)"
    )
    options = parser.parse_args()
    python = shutil.which(options.python) or parser.error(f"there is no Python '{options.python}'")
    built = build(options.archive, python=python)
    size = f"{len(built.names)} files, {options.archive.stat().st_size / 1024:.0f} KB"
    print(f"{options.archive}: {size}, compiled for Python {built.python}")
    return 0


def build(archive: Path, root: Path = ROOT, python: str = sys.executable) -> Built:
    """Write the archive.

    Args:
        archive: where; its folder is made.
        root: the folder of the app.
        python: the interpreter that compiles, of the version that runs the app.

    Raises:
        OSError: a file cannot be read, or the archive not written.
        subprocess.CalledProcessError: a module cannot be compiled by this Python.
    """
    names = list(files(root))
    with tempfile.TemporaryDirectory(prefix="backup-responder-") as made:
        version = _compile(root, Path(made), [name for name in names if name.endswith(".py")], python)
        found = dict(_below(Path(made))) | {name: root / name for name in names}
        _write(archive, found)
    return Built(tuple(sorted(found)), version)


def _compile(root: Path, made: Path, names: Iterable[str], python: str) -> str:
    """Compile modules into a folder; the version that did."""
    command = [python, "-I", "-S", str(_COMPILING), str(root), str(made)]
    run = subprocess.run(command, input=json.dumps(list(names)), text=True, check=True, stdout=subprocess.PIPE)
    return run.stdout.strip()


def _below(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path


def _write(archive: Path, found: dict[str, Path]) -> None:
    archive.parent.mkdir(parents=True, exist_ok=True)
    with ZipFile(archive, "w", ZIP_DEFLATED) as package:
        for name, path in sorted(found.items()):
            package.writestr(_entry(name), path.read_bytes())


def files(root: Path = ROOT) -> Iterator[str]:
    """The files of the package, sorted, with slashes."""
    ignored = GitIgnoreSpec.from_lines([*_ALWAYS, *(root / ".funcignore").read_text().splitlines()])
    for folder, folders, found in os.walk(root):
        here = Path(folder).relative_to(root)
        folders[:] = sorted(name for name in folders if not ignored.match_file(f"{(here / name).as_posix()}/"))
        yield from (path for name in sorted(found) if not ignored.match_file(path := (here / name).as_posix()))


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, _MOMENT)
    entry.compress_type, entry.external_attr, entry.create_system = ZIP_DEFLATED, _RIGHTS, _UNIX
    return entry


if __name__ == "__main__":
    sys.exit(main())
