"""The package that Azure gets, as ``func azure functionapp publish`` would make it for a remote build.

``.funcignore`` says what stays at home, in the syntax of ``.gitignore``; packages come from ``requirements.txt`` there.
The same files make the same archive: names are sorted, times and rights are fixed.

Source: Azure Functions Core Tools, "Project file structure" (``.funcignore``), and its publish action, which leaves
``.git``, ``.vscode``, ``.funcignore``, ``.gitignore`` and ``local.settings.json`` out by itself.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from pathspec import GitIgnoreSpec

ROOT = Path(__file__).resolve().parent.parent
ARCHIVE = ROOT / "dist" / "app.zip"

_ALWAYS = (".git", ".vscode", ".funcignore", ".gitignore", "local.settings.json")
_MOMENT = (1980, 1, 1, 0, 0, 0)  # the first that an archive can hold
_RIGHTS = 0o100644 << 16  # a plain file, readable by all
_UNIX = 3


def main() -> int:
    """Make the package and tell its size."""
    parser = argparse.ArgumentParser(prog="python -m build_tools.package", description=__doc__)
    parser.add_argument(
        "archive", nargs="?", type=Path, default=ARCHIVE, help="where to write it (default: dist/app.zip)"
    )
    archive: Path = parser.parse_args().archive
    names = build(archive)
    print(f"{archive}: {len(names)} files, {archive.stat().st_size / 1024:.0f} KB")
    return 0


def build(archive: Path, root: Path = ROOT) -> list[str]:
    """Write the archive; the names of the files in it, below the root.

    Raises:
        OSError: a file cannot be read, or the archive not written.
    """
    names = list(files(root))
    archive.parent.mkdir(parents=True, exist_ok=True)
    with ZipFile(archive, "w", ZIP_DEFLATED) as package:
        for name in names:
            package.writestr(_entry(name), (root / name).read_bytes())
    return names


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
