"""Shows an incident as it unfolds, line by line in virtual time; on a terminal with colours and a spinner."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, Self

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
_COLOURS = {"Completed": "green", "CompletedWithWarnings": "yellow", "Failed": "red"}


class LiveView(AbstractContextManager["LiveView"]):
    """Prints what is new about an incident each time it is told."""

    def __init__(self, console: Console, clock: Clock) -> None:
        self._console, self._clock = console, clock
        self._seen: set[str] = set()
        self._status: Status | None = None
        self._began: datetime = clock.now()

    def __enter__(self) -> Self:
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
        for line in lines(incident):
            if line not in self._seen:
                self._seen.add(line)
                self._console.print(
                    f"[dim]{self._moment()}[/]  {line}", highlight=False, soft_wrap=not self._console.record
                )
        if self._status and incident:
            self._status.update(f"{self._moment()}  {escape(str(incident.get('state')))}")

    def _moment(self) -> str:
        now = self._clock.now()
        hours, rest = divmod(int((now - self._began).total_seconds()), 3600)
        return f"{now:%a %H:%M} +{hours:02d}:{rest // 60:02d}"


def lines(incident: dict[str, Any]) -> Iterator[str]:
    """The incident as lines of markup; a line that says something else than before is new."""
    for playbook in incident.get("playbooks", []):
        yield f"[bold]playbook[/] {escape(playbook['code'])}: {escape(playbook['title'])}"
    for finding in incident.get("findings", []):
        yield f"{_mark(finding['verdict'])} {escape(short(finding['summary']))}"
    for action in incident.get("actions", []):
        tries = f" (try {action['attempts']})" if action["attempts"] > 1 else ""
        why = f": {short(action['reason'])}" if action.get("reason") and action["state"] != "done" else ""
        yield f"{_mark(action['state'])} {escape(short(action['summary']))}: {action['state']}{tries}{escape(why)}"
    for retry in incident.get("retries", []):
        yield _retry(retry)
    for approval in incident.get("approvals", []):
        yield f"[magenta]approval[/] {approval['state']}: {escape('; '.join(map(short, approval['changes'])))}"
    for wait in incident.get("waits", []):
        until = f", until {_time(wait['until'])} at most" if wait.get("until") else ""
        yield f"[cyan]» {escape(wait['name'])}[/]{until}: {escape(wait['why'])}"


def short(text: str) -> str:
    """ARM ids shortened to their last name, which is what a person looks for."""
    return " ".join(word.rpartition("/")[2] if word.startswith("/subscriptions/") else word for word in text.split())


def _retry(retry: dict[str, Any]) -> str:
    job = f" job {retry['jobId'][:8]}" if retry.get("jobId") else ""
    expected = " [dim](expected)[/]" if retry["expectedFailure"] else ""
    code = f" {escape(retry['code'])}" if retry.get("code") else ""
    colour = _COLOURS.get(retry["state"], "cyan")
    state = f"[{colour}]{escape(retry['state'])}[/]"
    return f"[bold]backup[/]{job} {state}{code}{expected} [dim]{escape(retry['purpose'])}[/]"


def _mark(state: str) -> str:
    return _MARKS.get(state, "·")


def _time(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(UTC):%a %H:%M}"
