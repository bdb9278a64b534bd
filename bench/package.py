"""The package that Azure gets: its size, and what its first import costs in a folder that nothing ran in before."""

import tempfile
from pathlib import Path
from statistics import median
from typing import NamedTuple
from zipfile import ZipFile

from bench.imports import APP, seconds
from build_tools.package import build


class PackageCost(NamedTuple):
    """One package.

    Attributes:
        files: how many are in it.
        packed: bytes of the archive, ``unpacked``: of the files in it.
        first: seconds of processor time of the first import, which compiles every module of the app, ``later``: of the
            next ones. Both are medians of fresh interpreters.
    """

    files: int
    packed: int
    unpacked: int
    first: float
    later: float


def measure(rounds: int) -> PackageCost:
    """Make the package, unpack it as often as asked, import the app from there.

    Raises:
        subprocess.CalledProcessError: the app does not load.
    """
    with tempfile.TemporaryDirectory(prefix="backup-responder-") as folder:
        archive = Path(folder) / "app.zip"
        names = build(archive)
        with ZipFile(archive) as package:
            unpacked = sum(entry.file_size for entry in package.infolist())
            pairs = [_imports(package, Path(folder) / str(at)) for at in range(rounds)]
        first, later = (median(column) for column in zip(*pairs, strict=True))
        return PackageCost(len(names), archive.stat().st_size, unpacked, first, later)


def _imports(package: ZipFile, folder: Path) -> tuple[float, float]:
    package.extractall(folder)
    return seconds(APP, folder), seconds(APP, folder)
