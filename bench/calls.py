"""The ARM calls of one incident, as the simulator recorded them."""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from bench.imports import ROOT

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Demo(NamedTuple):
    """One scenario that was played."""

    scenario: str
    outcome: str
    calls: Counter[str]


def play() -> Demo:
    """Run the default scenario of the sandbox.

    Raises:
        subprocess.CalledProcessError: the scenario did not end as it should.
    """
    command = [sys.executable, "-m", "sandbox", "demo", "--json"]
    run = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    return read(json.loads(run.stdout))


def read(report: Mapping[str, Any]) -> Demo:
    """The demo's JSON report, its calls by operation."""
    calls = Counter[str]()
    for operation, count in report["arm"]["calls"]["operations"].items():
        calls[short(operation)] += count
    return Demo(report["scenario"], report["incident"]["outcome"], calls)


def short(operation: str) -> str:
    """An operation without what every path repeats: what precedes the last provider, and ids."""
    method, _, path = operation.partition(" ")
    _, provider, rest = path.rpartition("/providers/")
    return f"{method} {_GUID.sub('{id}', rest if provider else path)}"
