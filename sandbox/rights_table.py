"""``python -m sandbox rights``: for each action of the roles, the quickest of all scenarios that needs it."""

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple, get_args

import yaml
from msgspec import to_builtins

from sandbox import scenario as scenarios
from sandbox.hostfork import quick
from sandbox.hostprocess import Launch
from sandbox.rights import Need, Played, Then, granted, play_whole, play_without, shown

_TOGETHER = 2
_HEAD = (
    "# For each action of infra/roles a scenario that needs it, and where it shows that the action is missing.\n"
    "# Generated: python -m sandbox rights > tests/scenarios/rights.yaml\n"
)


class Way(NamedTuple):
    """A scenario and what a person asks for then."""

    scenario: str
    then: Then = "nothing"


class Timed(NamedTuple):
    """What was played, and how many seconds that took."""

    played: Played
    seconds: float


def run() -> int:
    """Write the table to standard output: 0; 1 if no scenario shows that one of the actions is missing."""
    with quick() as launch:
        table, silent = asyncio.run(_table(launch))
    told = {action: to_builtins(need) for action, need in sorted(table.items())}
    print(_HEAD + yaml.safe_dump(told, sort_keys=True, default_flow_style=None, width=1000), end="")
    for action in silent:
        print(f"No scenario shows that {action} is missing.", file=sys.stderr)
    return 1 if silent else 0


async def _table(launch: Launch) -> tuple[dict[str, Need], list[str]]:
    gate = asyncio.Semaphore(_TOGETHER)
    played = await asyncio.gather(*(_played(way, gate, launch) for way in _ways()))
    known = dict(zip(_ways(), played, strict=True))
    found = await asyncio.gather(*(_need(action, name, known, gate, launch) for action, name in granted().items()))
    needs = dict(zip(granted(), found, strict=True))
    return {action: need for action, need in needs.items() if need}, [action for action in needs if not needs[action]]


def _ways() -> list[Way]:
    """Every scenario, of one with codes the first; the default one also with all else that a person asks for."""
    first = {name.partition("@")[0]: name for name in reversed(scenarios.names())}
    asked = [Way(scenarios.DEFAULT, then) for then in get_args(Then) if then != "nothing"]
    return [*map(Way, first.values()), *asked]


async def _played(way: Way, gate: asyncio.Semaphore, launch: Launch) -> Timed:
    async with gate:
        with tempfile.TemporaryDirectory(prefix="backup-responder-rights-") as folder:
            began = time.monotonic()
            played = await play_whole(scenarios.load(way.scenario), way.then, Path(folder), launch)
            print(way.scenario, way.then, file=sys.stderr)
            return Timed(played, time.monotonic() - began)


async def _need(
    action: str, identity: str, known: dict[Way, Timed], gate: asyncio.Semaphore, launch: Launch
) -> Need | None:
    """The quickest scenario that needs the action and, without it, says so."""
    using = [way for way, timed in known.items() if (identity, action.lower()) in timed.played.used]
    for way in sorted(using, key=lambda way: (way.then == "preflight", known[way].seconds)):
        async with gate:
            with tempfile.TemporaryDirectory(prefix="backup-responder-rights-") as folder:
                need = Need(way.scenario, "failed", way.then)
                shows = shown(await play_without(need, action, Path(folder), launch), action)
        if shows:
            return Need(way.scenario, shows, way.then)
    return None
