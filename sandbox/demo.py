"""``python -m sandbox demo``: scenarios played from alert to report, shown to people or written for programs."""

import asyncio
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console

from sandbox import summary
from sandbox.hostprocess import HostFailedError
from sandbox.live import LiveView
from sandbox.play import play
from sandbox.runner import Sandbox
from sandbox.scenario import Scenario, load
from sandbox.verdict import problems

_PACE = 0.35  # real seconds before each leap, so that people can follow


def run(names: list[str], *, as_json: bool, keep: bool) -> int:
    """Play scenarios one after another; 0 if each ended as its file says."""
    console = Console(stderr=as_json)
    results = [asyncio.run(_one(load(name), console, as_json=as_json, keep=keep)) for name in names]
    if as_json:
        print(json.dumps(results[0] if len(results) == 1 else results, indent=2))
    return 0 if all(result["ok"] for result in results) else 1


async def _one(scenario: Scenario, console: Console, *, as_json: bool, keep: bool) -> dict[str, Any]:
    state = Path(tempfile.mkdtemp(prefix=f"backup-responder-{scenario.name}-"))
    console.rule(f"[bold]{scenario.name}[/]", align="left")
    if not as_json:
        console.print(scenario.about, highlight=False)
    try:
        return await _play(scenario, console, state, as_json=as_json)
    except (TimeoutError, HostFailedError) as error:
        console.print(f"[bold red]{scenario.name} failed[/]: {error}")
        return {"scenario": scenario.name, "ok": False, "problems": [str(error)]}
    finally:
        if keep:
            console.print(f"kept: {state}")
        else:
            shutil.rmtree(state, ignore_errors=True)


async def _play(scenario: Scenario, console: Console, state: Path, *, as_json: bool) -> dict[str, Any]:
    pace = 0.0 if as_json else _PACE
    async with Sandbox(scenario, state, speed=scenario.speed, pace=pace) as sandbox:
        with LiveView(console, sandbox.clock) as view:
            incident = await play(sandbox, (lambda _: None) if as_json else view.tell)
        found = problems(scenario, incident, sandbox.cloud.mutations, sandbox.inbox)
        if not as_json:
            summary.show(console, sandbox, incident, found)
        return {
            "scenario": scenario.name,
            "incident": incident,
            "inbox": sandbox.inbox.plain(),
            "arm": sandbox.recorded(),
            "webhookSecret": sandbox.secret,
            "ok": not found,
            "problems": found,
        }
