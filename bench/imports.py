"""Cold import of the front door next to that of the SDKs that no Durable app can do without.

From the unpacked package, in which nothing is written, as in Azure: once as it is deployed, once without its compiled
modules, which each instance then compiles anew.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.package import Package

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 1.15
BASE = "import azure.functions, azure.durable_functions"
APP = "import function_app"

_TIMED = "import time; start = time.process_time(); {statement}; print(time.process_time() - start)"
_NO_WRITING = "PYTHONDONTWRITEBYTECODE"


class ImportCost(NamedTuple):
    """Medians of fresh interpreters, in seconds of processor time, which other load disturbs least."""

    base: float
    app: float
    bare: float

    @property
    def ratio(self) -> float:
        """How many times the SDKs' own import the deployed app costs; at most `LIMIT`."""
        return self.app / self.base

    @property
    def bare_ratio(self) -> float:
        """The same where the app's own modules have to be compiled."""
        return self.bare / self.base


def measure(rounds: int, package: Package) -> ImportCost:
    """Import all three in turns, so that a machine that slows down slows all.

    Raises:
        subprocess.CalledProcessError: the app does not load.
    """
    _seconds(APP, ROOT, writing=True)  # compiles what the SDKs' own installation has left uncompiled
    wanted = ((BASE, package.bare), (APP, package.folder), (APP, package.bare))
    turns = [[_seconds(statement, folder) for statement, folder in wanted] for _ in range(rounds)]
    return ImportCost(*(median(column) for column in zip(*turns, strict=True)))


def _seconds(statement: str, folder: Path, *, writing: bool = False) -> float:
    """Processor time of a statement in a fresh interpreter that works in a folder of the app."""
    code = _TIMED.format(statement=statement)
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=_environ(writing=writing), check=True, stdout=subprocess.PIPE
    )
    return float(run.stdout.split()[-1])


def _environ(*, writing: bool) -> dict[str, str]:
    sample: dict[str, str] = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
    kept = {name: value for name, value in os.environ.items() if name != _NO_WRITING}
    return kept | sample | ({} if writing else {_NO_WRITING: "1"})
