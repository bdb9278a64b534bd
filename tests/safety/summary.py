"""What all shards drew, told once at the end of the run, from every process that ran one."""

import json
import os
import random
from collections import Counter
from typing import Any

import pytest

SHARDS = 8
OUTCOMES = {
    *("resolved", "resolved-with-warnings", "needs-human", "observed", "declined"),
    *("expired", "skipped", "failed", "unrecognised"),
}
CHANGES = {
    *("DELETE locks", "DELETE restorePointCollections", "DELETE restorePoints", "DELETE extensions"),
    *("POST backup", "POST cancel", "POST reapply", "POST restart", "POST runCommand"),
}
_ENOUGH = 2000  # worlds, from which on everything that can happen must have happened
_USUAL = 100
_SEED = 20261123
_told: list[dict[str, Any]] = []


def base_seed() -> int:
    """Seed of the first shard."""
    return int(os.environ.get("SAFETY_SEED", _SEED))


def worlds_wanted(shard: int | None = None) -> int:
    """How many worlds are drawn in all, or by one shard."""
    wanted = int(os.environ.get("SAFETY_WORLDS", _USUAL))
    return wanted if shard is None else wanted // SHARDS + (shard < wanted % SHARDS)


def pytest_configure() -> None:
    """A random seed is drawn once, before other processes begin: they inherit it."""
    if os.environ.get("SAFETY_SEED") == "random":
        os.environ["SAFETY_SEED"] = str(random.SystemRandom().randrange(10**9))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Take what a shard tells, in this process or another one."""
    if report.when == "call":
        _told.extend(json.loads(str(value)) for name, value in report.user_properties if name == "safety")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Worlds in which nothing happens prove nothing."""
    if missing() and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Seeds, outcomes and changes."""
    if not _told:
        return
    terminalreporter.section("safety")
    seeds = ", ".join(f"{told['shard']}: {told['seed']}" for told in sorted(_told, key=lambda told: told["shard"]))
    outcomes, changes = counted("outcomes"), counted("changes")
    terminalreporter.write_line(f"{outcomes.total()} worlds; seeds by shard: {seeds}")
    terminalreporter.write_line(f"outcomes: {_line(outcomes)}")
    terminalreporter.write_line(f"changes: {_line(changes)}")
    if missing():
        terminalreporter.write_line(f"never came up, so the worlds prove too little: {', '.join(missing())}", red=True)


def counted(what: str) -> Counter[str]:
    """How often each outcome or kind of change came up, over all shards."""
    return sum((Counter(told[what]) for told in _told), Counter[str]())


def missing() -> list[str]:
    """What should have come up among so many worlds and did not."""
    if counted("outcomes").total() < _ENOUGH:
        return []
    return sorted((OUTCOMES - set(counted("outcomes"))) | (CHANGES - set(counted("changes"))))


def _line(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common())
