"""Shows an incident as it unfolds, line by line in virtual time; on a terminal with colours and a spinner."""

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.status import Status

from sandbox.clock import Clock

_MARKS = {
    "confirmed": "[red]●[/]",
    "ruled-out": "[green]○[/]",
    "cannot-tell": "[yellow]?[/]",
    "done": "[green]✔[/]",
    "started": "[cyan]…[/]",
    "planned": "[cyan]…[/]",
    "refused": "[red]✘[/]",
    "forbidden": "[red]✘[/]",
    "failed": "[red]✘[/]",
    "skipped": "[yellow]-[/]",
}


class LiveView(AbstractContextManager["LiveView"]):
    """Prints what is new about an incident each time it is told."""

    def __init__(self, console: Console, clock: Clock) -> None:
        self._console, self._clock = console, clock
        self._seen: set[str] = set()
        self._status: Status | None = None
        self._began: datetime = clock.now()

    def __enter__(self) -> "LiveView":
        """Start the spinner where there is a terminal to show it."""
        if self._console.is_terminal:
            self._status = self._console.status("waiting for the app")
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the spinner."""
        if self._status:
            self._status.stop()

    def tell(self, incident: dict[str, Any]) -> None:
        """Print what is new."""
        for playbook in incident.get("playbooks", []):
            self._once(f"[bold]playbook[/] {playbook['code']}: {escape(playbook['title'])}")
        for finding in incident.get("findings", []):
            self._once(f"{_MARKS[finding['verdict']]} {escape(finding['summary'])}")
        for action in incident.get("actions", []):
            tries = f" (try {action['attempts']})" if action["attempts"] > 1 else ""
            self._once(f"{_MARKS[action['state']]} {escape(_short(action['summary']))}: {action['state']}{tries}")
        for retry in incident.get("retries", []):
            self._once(_retry(retry))
        for approval in incident.get("approvals", []):
            self._once(
                f"[magenta]approval[/] {approval['state']}: {escape('; '.join(map(_short, approval['changes'])))}"
            )
        for wait in incident.get("waits", []):
            self._once(f"[cyan]⏳ {wait['name']}[/]: {escape(wait['why'])}")
        if self._status and incident:
            self._status.update(f"{self._moment()} {incident.get('state', 'accepted')}")

    def _once(self, line: str) -> None:
        if line not in self._seen:
            self._seen.add(line)
            self._console.print(f"[dim]{self._moment()}[/]  {line}", highlight=False)

    def _moment(self) -> str:
        now = self._clock.now()
        hours, rest = divmod(int((now - self._began).total_seconds()), 3600)
        return f"{now:%a %H:%M} +{hours:02d}:{rest // 60:02d}"


def _retry(retry: dict[str, Any]) -> str:
    job = f" job {retry['jobId'][:8]}" if retry.get("jobId") else ""
    expected = " [dim](expected)[/]" if retry["expectedFailure"] else ""
    code = f" {retry['code']}" if retry.get("code") else ""
    colour = {"Completed": "green", "Failed": "red"}.get(retry["state"], "cyan")
    return f"[bold]backup[/]{job} [{colour}]{retry['state']}[/]{code}{expected} [dim]{escape(retry['purpose'])}[/]"


def _short(text: str) -> str:
    """ARM ids shortened to their last name, which is what a person looks for."""
    return " ".join(word.rpartition("/")[2] if word.startswith("/subscriptions/") else word for word in text.split())
