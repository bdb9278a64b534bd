"""The end of a demo for people: the report as a panel, and what the simulator recorded."""

from typing import Any

from rich.console import Console, Group
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from sandbox.runner import Sandbox

_GOOD = {"resolved", "resolved-with-warnings", "observed", "skipped"}


def show(console: Console, sandbox: Sandbox, incident: dict[str, Any], problems: list[str]) -> None:
    """Print the report, the changing requests, and whether all is as the scenario says."""
    console.print(_report(incident))
    console.print(_changes(sandbox))
    inbox = sandbox.inbox.reports
    console.print(
        f"[dim]{len(sandbox.cloud.calls)} calls to Azure Resource Manager, {len(inbox)} report in the inbox[/]"
    )
    if problems:
        console.print(f"[bold red]not as the scenario says[/]\n{escape(chr(10).join(problems))}")
    else:
        console.print(f"[bold green]as the scenario says[/]: {escape(sandbox.scenario.outcome)}")


def _report(incident: dict[str, Any]) -> Panel:
    outcome = incident.get("outcome") or "none"
    hours = (incident.get("durationSeconds") or 0) / 3600
    rows = Table.grid(padding=(0, 2))
    rows.add_row("[dim]outcome[/]", f"[bold]{outcome}[/] {incident.get('reason') or ''}")
    rows.add_row("[dim]because[/]", escape(incident.get("summary") or ""))
    rows.add_row("[dim]VM[/]", escape((incident.get("vm") or "unknown").rpartition("/")[2]))
    rows.add_row("[dim]after[/]", f"{hours:.1f} hours")
    for number, line in enumerate(incident.get("guidance", []), 1):
        rows.add_row("[dim]what to do[/]" if number == 1 else "", escape(line))
    return Panel(Group(rows), title="report", border_style="green" if outcome in _GOOD else "yellow", expand=False)


def _changes(sandbox: Sandbox) -> Table:
    table = Table(title="changing requests", title_justify="left", show_edge=False, expand=False)
    for name in ("virtual time", "method", "what", "status"):
        table.add_column(name)
    for entry in sandbox.cloud.mutations:
        what = "/".join(entry["path"].rstrip("/").split("/")[-2:])
        table.add_row(entry["at"][:19], entry["method"], escape(what), str(entry["status"]))
    return table
