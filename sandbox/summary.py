"""The end of a demo for people: the report as a panel, what the simulator recorded, and whether all is as it should."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from sandbox.live import short
from sandbox.runner import Sandbox

_GOOD = {"resolved", "resolved-with-warnings", "observed", "skipped"}


def show(console: Console, sandbox: Sandbox, incident: dict[str, Any], problems: Sequence[str], outcome: str) -> None:
    """Print the report, the changing requests, and whether all is as the scenario says."""
    console.print(_report(incident))
    if sandbox.cloud.mutations:
        console.print(_changes(sandbox))
    received = ", ".join(entry.message["type"] for entry in sandbox.inbox.received) or "nothing"
    console.print(f"[dim]{len(sandbox.cloud.calls)} calls to Azure Resource Manager; the inbox got {received}[/]")
    if problems:
        console.print(f"[bold red]Not as the scenario says:[/]\n{escape(chr(10).join(problems))}", soft_wrap=True)
    else:
        console.print(f"[bold green]As the scenario says:[/] {escape(outcome)}")


def tally(console: Console, results: Sequence[dict[str, Any]]) -> None:
    """Print one line for each of several scenarios."""
    table = Table(show_edge=False)
    for title in ("scenario", "outcome", "as it should be"):
        table.add_column(title)
    for result in results:
        mark = "[green]yes[/]" if result["ok"] else "[bold red]no[/]"
        table.add_row(result["scenario"], result.get("incident", {}).get("outcome") or "none", mark)
    console.print(table)


def _report(incident: dict[str, Any]) -> Panel:
    rows = Table.grid(padding=(0, 2))
    rows.add_column(no_wrap=True, style="dim")
    rows.add_column(overflow="fold")
    last = None
    for title, text in _lines(incident):
        rows.add_row(title if title != last else "", text)
        last = title
    colour = "green" if incident.get("outcome") in _GOOD else "yellow"
    return Panel(rows, title="report", title_align="left", border_style=colour, expand=False)


def _lines(incident: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What the report says, one title and text after the other."""
    outcome, reason = incident.get("outcome") or "none", incident.get("reason") or ""
    yield "outcome", f"[bold]{escape(outcome)}[/] {escape(reason)}"
    yield "because", escape(incident.get("summary") or "The incident has not ended.")
    yield "VM", escape((incident.get("vm") or "unknown").rpartition("/")[2])
    for finding in incident.get("findings", []):
        if finding["verdict"] == "confirmed":
            yield "found", escape(short(finding["summary"]))
    for action in incident.get("actions", []):
        yield "done" if action["state"] == "done" else action["state"], escape(short(action["summary"]))
    for retry in incident.get("retries", []):
        code = f" ({retry['code']})" if retry.get("code") else ""
        yield "backup", escape(f"{retry['state']}{code}: {retry['purpose']}")
    yield "after", f"{(incident.get('durationSeconds') or 0) / 3600:.1f} hours"
    for number, step in enumerate(incident.get("guidance", []), 1):
        yield from (("what to do", line) for line in _step(number, step))


def _step(number: int, step: dict[str, Any]) -> Iterator[str]:
    """One step for a person: what, where to click, what to type."""
    yield f"[bold]{number}.[/] {escape(step['text'])}"
    if step.get("portal"):
        yield f"   [dim]{escape(step['portal'])}[/]"
    for command in step.get("commands", []):
        prompt = "PS>" if command["shell"] == "powershell" else "$"
        where = "vm:" if command["at"] == "vm" else ""
        yield f"   [dim]{where}{prompt}[/] [cyan]{escape(command['line'])}[/]"


def _changes(sandbox: Sandbox) -> Table:
    table = Table(title="Changing requests that the simulator got", title_justify="left", show_edge=False)
    for name in ("virtual time", "method", "what", "status"):
        table.add_column(name, no_wrap=name != "what", overflow="fold")
    for entry in sandbox.cloud.mutations:
        what = "/".join(part.rpartition(";")[2] for part in entry["path"].split("/")[-2:])
        table.add_row(entry["at"][:19], entry["method"], escape(what), str(entry["status"]))
    return table
