"""What people see while an incident unfolds, and at its end."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from sandbox import summary
from sandbox.clock import Clock
from sandbox.live import LiveView, lines, short

START = datetime(2026, 10, 6, 1, 0, tzinfo=UTC)
COLLECTION = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/restorePointCollections/AzureBackup_vm_1"
COMMANDS = [
    {"shell": "bash", "at": "cloud", "line": "az [x]"},
    {"shell": "powershell", "at": "vm", "line": "Get-X"},
]
INCIDENT: dict[str, Any] = {
    "id": "inc-1",
    "state": "waiting-for-service-clean-up",
    "vm": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm-app-01",
    "playbooks": [{"code": "SomeCode", "title": "Full"}],
    "findings": [
        {"verdict": "confirmed", "summary": "18 of 18 [limit] points"},
        {"verdict": "ruled-out", "summary": "One backup a day."},
    ],
    "actions": [
        {"state": "done", "summary": f"Delete {COLLECTION} now", "attempts": 3, "reason": None},
        {"state": "refused", "summary": "Remove lock", "attempts": 1, "reason": "InheritedLock: it is inherited"},
    ],
    "retries": [
        {
            "jobId": "7d9a2c11-aaaa",
            "state": "Failed",
            "code": "SomeCode",
            "expectedFailure": True,
            "purpose": "Start the clean-up",
        }
    ],
    "approvals": [{"state": "waiting", "changes": [f"Delete {COLLECTION}"]}],
    "waits": [{"name": "cleaning", "why": "It takes hours.", "until": "2026-10-07T01:00:00Z"}],
    "guidance": [
        {"text": "Do not lock [it] again.", "portal": None, "commands": []},
        {"text": "Look.", "portal": "Locks > [all]", "commands": COMMANDS},
    ],
}


@pytest.fixture
def clock(tmp_path: Path) -> Iterator[Clock]:
    made = Clock.create(tmp_path / "clock", start=START)
    yield made
    made.close()


def _console(*, terminal: bool = False) -> Console:
    return Console(file=io.StringIO(), width=200, force_terminal=terminal, color_system=None)


def _text(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_everything_of_an_incident_is_told_in_virtual_time(clock: Clock) -> None:
    console = _console()
    clock.leap_to(START + timedelta(hours=25, minutes=5))
    with LiveView(console, clock) as view:
        clock.leap_to(START + timedelta(hours=49, minutes=12, seconds=30))
        view.tell(INCIDENT)
    told = _text(console).splitlines()
    assert all(line.startswith("Thu 02:12 +24:07  ") for line in told)
    assert [line[18:] for line in told] == [
        "playbook SomeCode: Full",
        "● 18 of 18 [limit] points",
        "○ One backup a day.",
        "✔ Delete AzureBackup_vm_1 now: done (try 3)",
        "✘ Remove lock: refused: InheritedLock: it is inherited",
        "backup job 7d9a2c11 Failed SomeCode (expected) Start the clean-up",
        "approval waiting: Delete AzureBackup_vm_1",
        "» cleaning, until Wed 01:00 at most: It takes hours.",
    ]


def test_only_what_is_new_is_told(clock: Clock) -> None:
    console = _console()
    with LiveView(console, clock) as view:
        for state in ("InProgress", "InProgress", "Completed"):
            retry = {"jobId": None, "state": state, "expectedFailure": False, "purpose": "Retry"}
            view.tell({"state": "following", "retries": [retry]})
    assert [line[18:] for line in _text(console).splitlines()] == ["backup InProgress Retry", "backup Completed Retry"]


def test_nothing_is_known_yet(clock: Clock) -> None:
    console = _console()
    with LiveView(console, clock) as view:
        view.tell({})
        view.tell({"id": "inc-1", "state": "accepted", "outcome": None})
    assert _text(console) == ""


def test_a_state_of_the_future_is_shown_too() -> None:
    assert list(lines({"findings": [{"verdict": "perhaps", "summary": "Hm."}]})) == ["· Hm."]


def test_a_terminal_has_a_spinner_that_names_the_state(clock: Clock) -> None:
    console = _console(terminal=True)
    with LiveView(console, clock) as view:
        view.tell(INCIDENT)
        assert view._status is not None
        assert str(view._status.status).endswith("+00:00  waiting-for-service-clean-up")


def test_only_ids_are_shortened() -> None:
    assert short(f"Delete {COLLECTION} and/or not") == "Delete AzureBackup_vm_1 and/or not"


@pytest.mark.parametrize("incident", [{}, {"outcome": "failed", "vm": None, "durationSeconds": None}])
def test_the_report_of_an_incident_that_went_nowhere(incident: dict[str, Any]) -> None:
    console = _console()
    console.print(summary._report(incident))
    assert "unknown" in _text(console)


def test_the_report_says_what_was_found_done_and_advised() -> None:
    console = _console()
    ended = {**INCIDENT, "outcome": "needs-human", "reason": "InheritedLock", "durationSeconds": 5400, "summary": "No."}
    console.print(summary._report(ended))
    said = " ".join(_text(console).replace("│", " ").split())
    for words in (
        "outcome needs-human InheritedLock because No. VM vm-app-01 found 18 of 18 [limit] points",
        "done Delete AzureBackup_vm_1 now refused Remove lock",
        "backup Failed (SomeCode): Start the clean-up after 1.5 hours",
        "what to do 1. Do not lock [it] again. 2. Look. Locks > [all] $ az [x] vm:PS> Get-X",
    ):
        assert words in said


def test_several_scenarios_are_tallied() -> None:
    console = _console()
    results = [
        {"scenario": "one", "ok": True, "incident": {"outcome": "resolved"}},
        {"scenario": "two", "ok": False, "problems": ["The functions host does not start."]},
    ]
    summary.tally(console, results)
    said = [line.replace("│", " ").split() for line in _text(console).splitlines()]
    assert said[2:] == [["one", "resolved", "yes"], ["two", "none", "no"]]
