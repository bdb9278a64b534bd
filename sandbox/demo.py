"""``python -m sandbox demo``: scenarios played from alert to report, shown to people or written for programs."""

import asyncio
import json
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aiohttp import ClientError
from msgspec.structs import replace
from rich.console import Console
from rich.markup import escape

from sandbox import summary
from sandbox.byhand import ByHand
from sandbox.hostprocess import HostFailedError
from sandbox.live import LiveView
from sandbox.play import NotPlayedError, Watcher, play
from sandbox.runner import Sandbox
from sandbox.scenario import Expectation, Scenario, load, variants
from sandbox.verdict import problems

_FOREIGN_FONTS = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
_PICTURE_WIDTH = 118  # characters: what a page shows without scrolling
_PACE = 0.35  # real seconds before each leap, so that people can follow


def run(
    names: Sequence[str], *, as_json: bool, keep: bool, picture: Path | None = None, decide: str | None = None
) -> int:
    """Play scenarios one after another; 0 if each ended as its file says.

    A scenario that is played by hand waits for a person, if it is the only one and people look on. ``decide``: that is
    decided at once, whatever the scenario says.

    Raises:
        NoSuchScenarioError: lists the names.
    """
    scenarios = [load(variant) for name in names for variant in variants(name)]
    console = Console(stderr=as_json, record=picture is not None, width=_PICTURE_WIDTH if picture else None)
    scenarios = [_decided(scenario, decide) for scenario in scenarios]
    by_hand = len(scenarios) == 1 and scenarios[0].by_hand and decide is None
    results = [
        asyncio.run(_one(scenario, console, as_json=as_json, keep=keep, by_hand=by_hand)) for scenario in scenarios
    ]
    if as_json:
        print(json.dumps(results[0] if len(results) == 1 else results, indent=2))
    elif len(results) > 1:
        summary.tally(console, results)
    if picture:
        _draw(console, picture)
    return 0 if all(result["ok"] for result in results) else 1


def _decided(scenario: Scenario, decide: str | None) -> Scenario:
    if decide is None:
        return scenario
    wanted = _declined(scenario) if decide == "decline" else scenario
    return replace(wanted, decision=decide)


def _draw(console: Console, picture: Path) -> None:
    """What was shown, as an SVG that asks nobody else for its fonts."""
    drawn = console.export_svg(title="python -m sandbox demo")
    picture.write_text(_FOREIGN_FONTS.sub("", drawn), "utf-8")


async def _one(scenario: Scenario, console: Console, *, as_json: bool, keep: bool, by_hand: bool) -> dict[str, Any]:
    state = Path(tempfile.mkdtemp(prefix=f"backup-responder-{scenario.name}-"))
    console.rule(f"[bold]{scenario.name}[/]", align="left")
    try:
        async with Sandbox(scenario, state, pace=0.0 if as_json else _PACE) as sandbox:
            return await (_written(sandbox) if as_json else _shown(sandbox, console, by_hand=by_hand))
    except HostFailedError as error:
        console.print(f"[bold red]The functions host does not start:[/]\n{escape(str(error))}")
        return {"scenario": scenario.name, "ok": False, "problems": [f"The functions host does not start: {error}"]}
    finally:
        if keep:
            console.print(f"kept: {state}", soft_wrap=True)
        else:
            shutil.rmtree(state, ignore_errors=True)


def _wanted(scenario: Scenario, person: ByHand | None) -> Scenario:
    return _declined(scenario) if person and person.declined else scenario


def _declined(scenario: Scenario) -> Scenario:
    """How it has to end where the person at the keyboard says no: nothing is changed."""
    return replace(scenario, outcome="declined", reason="Declined", expect=Expectation())


async def _written(sandbox: Sandbox) -> dict[str, Any]:
    def ignore(_: dict[str, Any]) -> None:
        """Programs read the end."""

    return await _result(sandbox, ignore)


async def _shown(sandbox: Sandbox, console: Console, *, by_hand: bool) -> dict[str, Any]:
    console.print(sandbox.scenario.about, highlight=False)
    person = ByHand(sandbox, console) if by_hand else None
    with LiveView(console, sandbox.clock) as view:
        result = await _result(sandbox, view.tell, person)
    wanted = _wanted(sandbox.scenario, person)
    summary.show(console, sandbox, result["incident"], result["problems"], wanted.outcome)
    return result


async def _result(sandbox: Sandbox, watch: Watcher, person: ByHand | None = None) -> dict[str, Any]:
    """What came of the scenario, also where the app did not play its part."""
    incident: dict[str, Any] = {}

    def remember(found: dict[str, Any]) -> None:
        incident.update(found)
        watch(found)
        if person:
            person.look(found)

    try:
        await play(sandbox, remember, person=person.ask if person else None)
        found = problems(_wanted(sandbox.scenario, person), incident, sandbox.cloud, sandbox.inbox)
    except (NotPlayedError, ClientError) as error:
        found = [str(error), sandbox.host.last_words()]
    return {
        "scenario": sandbox.scenario.name,
        "incident": incident,
        "inbox": sandbox.inbox.plain(),
        "arm": sandbox.recorded(),
        "webhookSecret": sandbox.secret,
        "ok": not found,
        "problems": [problem for problem in found if problem],
    }
