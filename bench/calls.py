"""The ARM calls of one incident, as the simulator recorded them."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from bench.imports import ROOT


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
    for operation, count in report["arm"]["calls"].items():
        calls[short(operation)] += count
    return Demo(report["scenario"], report["incident"]["outcome"], calls)


def short(operation: str) -> str:
    """An operation as ARM documents it: the provider and the chain of types; names only as a trailing placeholder."""
    method, _, path = operation.partition(" ")
    _, slash, rest = path.rpartition("/providers/")
    provider, _, chain = rest.partition("/") if slash else ("", "", path.strip("/"))
    parts = chain.split("/")
    named = ["{name}"] if len(parts) % 2 == 0 else []
    return f"{method} " + "/".join(filter(None, [provider, *parts[::2], *named]))
