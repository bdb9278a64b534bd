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
    for statement in (BASE, APP):
        seconds(statement)  # the first import compiles
    pairs = [(seconds(BASE), seconds(APP)) for _ in range(rounds)]
    return ImportCost(base=median(base for base, _ in pairs), app=median(app for _, app in pairs))


def seconds(statement: str, folder: Path = ROOT) -> float:
    """Seconds of processor time of a statement in a fresh interpreter that works in a folder of the app.

    Raises:
        subprocess.CalledProcessError: the statement failed.
    """
    code = _TIMED.format(statement=statement)
    run = subprocess.run([sys.executable, "-c", code], cwd=folder, env=_environ(), check=True, stdout=subprocess.PIPE)
    return float(run.stdout.split()[-1])


def _environ() -> dict[str, str]:
    sample: dict[str, str] = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}  # as its SDKs are
    return kept | sample
