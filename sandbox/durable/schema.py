"""The tables of the task hub, and their rows."""

from typing import NamedTuple

LIVE = ("Pending", "Running")
LIVE_NAMES = ", ".join(f"'{status}'" for status in LIVE)  # as SQL wants them
ENDED = ("Completed", "Failed", "Terminated", "Canceled", "ContinuedAsNew")

SCHEMA = """
CREATE TABLE IF NOT EXISTS instances (
    id TEXT PRIMARY KEY, execution TEXT NOT NULL, name TEXT NOT NULL, version TEXT, input TEXT,
    status TEXT NOT NULL, suspended INTEGER NOT NULL, output TEXT, custom_status TEXT,
    created REAL NOT NULL, updated REAL NOT NULL,
    parent TEXT, parent_execution TEXT, parent_task INTEGER, diagnostic TEXT, hangs INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS instances_by_status ON instances (status, created, suspended);
CREATE TABLE IF NOT EXISTS history (
    instance TEXT NOT NULL, place INTEGER NOT NULL, event TEXT NOT NULL, PRIMARY KEY (instance, place)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, instance TEXT NOT NULL, execution TEXT,
    due REAL NOT NULL, event TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS messages_by_due ON messages (due);
CREATE INDEX IF NOT EXISTS messages_by_instance ON messages (instance);
CREATE TABLE IF NOT EXISTS activities (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, instance TEXT NOT NULL, execution TEXT NOT NULL, task INTEGER NOT NULL,
    name TEXT NOT NULL, input TEXT NOT NULL, locked_until REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS entities (
    id TEXT PRIMARY KEY, state TEXT, present INTEGER NOT NULL, created REAL NOT NULL, updated REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS operations (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, entity TEXT NOT NULL, name TEXT NOT NULL, input TEXT,
    caller TEXT, caller_execution TEXT, request TEXT
);
"""


class Instance(NamedTuple):
    """One orchestration instance: its latest execution. Times in seconds since 1970-01-01 UTC."""

    id: str
    execution: str
    name: str
    version: str | None
    input: str | None
    status: str
    suspended: int
    output: str | None
    custom_status: str | None
    created: float
    updated: float
    parent: str | None
    parent_execution: str | None
    parent_task: int | None
    diagnostic: str | None
    hangs: int

    @property
    def live(self) -> bool:
        """Whether it has not ended."""
        return self.status in LIVE

    @property
    def shown_status(self) -> str:
        """The runtime status that clients see."""
        return "Suspended" if self.live and self.suspended else self.status


class Message(NamedTuple):
    """A history event on its way to an instance; without an execution it is for whichever runs."""

    seq: int
    instance: str
    execution: str | None
    due: float
    event: str


class Activity(NamedTuple):
    """A scheduled activity that has no result yet."""

    seq: int
    instance: str
    execution: str
    task: int
    name: str
    input: str
    locked_until: float


class Entity(NamedTuple):
    """State of an entity: JSON text."""

    id: str
    state: str | None
    present: int
    created: float
    updated: float


class Operation(NamedTuple):
    """A call or signal that waits for its entity; a signal has no caller."""

    seq: int
    entity: str
    name: str
    input: str | None
    caller: str | None
    caller_execution: str | None
    request: str | None
