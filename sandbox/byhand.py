"""A person at the keyboard decides what the app asks; until then the virtual clock does not leap."""

import time
from typing import Any

from rich.console import Console
from rich.markup import escape

from sandbox.inbox import Delivery
from sandbox.runner import Sandbox

PATIENCE = 1800.0
"""Real seconds that a person has for a decision."""


class ByHand:
    """Shows the link of each request for a decision, and holds the clock until its plan is decided."""

    def __init__(self, sandbox: Sandbox, console: Console) -> None:
        self._sandbox, self._console = sandbox, console
        self._since = 0.0
        self.declined = False

    async def ask(self, asked: Delivery) -> None:
        """A request has arrived: let the person think."""
        self._sandbox.clock.hold(held=True)
        self._since = time.monotonic()
        data = asked.message["data"]
        lines = [
            "[bold magenta]Your decision, please.[/] Open this link and press a button; until then time stands still.",
            f"  [bold]{escape(data['decisionUrl'])}[/]",
            f"The app's pages, opened with the sandbox's key: {escape(self._pages())}",
        ]
        self._console.print("\n".join(lines), soft_wrap=True, highlight=False)

    def look(self, incident: dict[str, Any]) -> None:
        """Time goes on once the plan is decided, or once it is clear that nobody will."""
        approvals = incident.get("approvals", [])
        self.declined = any(entry["state"] == "declined" for entry in approvals)
        if not self._sandbox.clock.held:
            return
        decided = bool(approvals) and approvals[-1]["state"] != "waiting"
        if decided or time.monotonic() - self._since > PATIENCE:
            self._sandbox.clock.hold(held=False)

    def _pages(self) -> str:
        return f"{self._sandbox.functions_url}/api/session?code={self._sandbox.key}"
