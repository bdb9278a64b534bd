"""Cold import of the front door next to that of the SDKs that no Durable app can do without."""

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 1.15
BASE = "import azure.functions, azure.durable_functions"
APP = "import function_app"

_TIMED = "import time; start = time.process_time(); {statement}; print(time.process_time() - start)"


class ImportCost(NamedTuple):
    """Medians of fresh interpreters, in seconds of processor time, which other load disturbs least."""

    base: float
    app: float

    @property
    def ratio(self) -> float:
        """How many times the SDKs' own import the app costs; at most `LIMIT`."""
        return self.app / self.base


def measure(rounds: int) -> ImportCost:
    """Import both in turns, so that a machine that slows down slows both.

    Raises:
        subprocess.CalledProcessError: the app does not load.
    """
    environ = _environ()
    for statement in (BASE, APP):
        _seconds(statement, environ)  # the first import compiles
    pairs = [(_seconds(BASE, environ), _seconds(APP, environ)) for _ in range(rounds)]
    return ImportCost(base=median(base for base, _ in pairs), app=median(app for _, app in pairs))


def _seconds(statement: str, environ: dict[str, str]) -> float:
    code = _TIMED.format(statement=statement)
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environ, check=True, stdout=subprocess.PIPE)
    return float(run.stdout.split()[-1])


def _environ() -> dict[str, str]:
    sample: dict[str, str] = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
    return os.environ | sample
