"""The package that Azure gets: its size, and two folders of it, as it is and without what was compiled for it."""

import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

from build_tools.package import build


class Package(NamedTuple):
    """One package, unpacked.

    Attributes:
        files: how many are in it, ``compiled``: how many of them are compiled modules.
        packed: bytes of the archive, ``unpacked``: of the files in it.
        folder: the app as it is deployed, ``bare``: the same without its compiled modules.
    """

    files: int
    compiled: int
    packed: int
    unpacked: int
    folder: Path
    bare: Path


@contextmanager
def unpacked() -> Generator[Package]:
    """Make the package and unpack it, for as long as it is needed."""
    with tempfile.TemporaryDirectory(prefix="backup-responder-") as made:
        archive, folder, bare = (Path(made) / name for name in ("app.zip", "app", "bare"))
        names = build(archive).names
        with ZipFile(archive) as package:
            size = sum(entry.file_size for entry in package.infolist())
            package.extractall(folder)
        shutil.copytree(folder, bare, ignore=shutil.ignore_patterns("__pycache__"))
        compiled = sum(name.endswith(".pyc") for name in names)
        yield Package(len(names), compiled, archive.stat().st_size, size, folder, bare)
