"""The task hub in one SQLite file: every step of the engine is one transaction.

Write-ahead log with ``synchronous=NORMAL``: a commit is in the operating system's hands before anything is answered,
so it outlives ``kill -9`` of the process; only a power cut may take the last commits, and a sandbox need not outlive
that (SQLite, "PRAGMA synchronous").
"""

import sqlite3
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

from sandbox.durable import search
from sandbox.durable.history import Event, dumps, loads
from sandbox.durable.schema import LIVE_NAMES, SCHEMA, Activity, Entity, Instance, Message, Operation
from sandbox.durable.views import Query

_ALIVE = f"status IN ({LIVE_NAMES})"


class Store:
    """Typed access to the tables; one connection, used by one thread."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All or nothing."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # Instances

    def instance(self, instance_id: str) -> Instance | None:
        """An instance by its id."""
        row = self._db.execute("SELECT * FROM instances WHERE id = ?", (instance_id,)).fetchone()
        return Instance(*row) if row else None

    def instances(self, query: Query | None = None, after: str = "", most: int = -1) -> list[Instance]:
        """Those that a query asks for, by id from behind ``after`` on; without a limit all of them."""
        return [Instance(*row) for row in self._db.execute(*search.instances(query or Query(), after, most))]

    def diagnosed(self) -> list[Instance]:
        """Live ones with a diagnostic, by id."""
        query = f"SELECT * FROM instances WHERE {_ALIVE} AND diagnostic != '' ORDER BY id"  # noqa: S608  a constant
        return [Instance(*row) for row in self._db.execute(query)]

    def is_live(self, instance_id: str, execution: str | None) -> bool:
        """Whether this very execution has not ended."""
        query = f"SELECT 1 FROM instances WHERE id = ? AND execution = ? AND {_ALIVE}"  # noqa: S608  a constant
        return self._db.execute(query, (instance_id, execution)).fetchone() is not None

    def put(self, instance: Instance) -> None:
        """Write an instance whole."""
        marks = ",".join("?" * len(instance))
        self._db.execute(f"INSERT OR REPLACE INTO instances VALUES ({marks})", instance)  # noqa: S608  question marks

    def forget(self, instance_id: str) -> None:
        """Delete an instance, its history and its messages."""
        self._db.execute("DELETE FROM instances WHERE id = ?", (instance_id,))
        self.clear(instance_id)
        self._db.execute("DELETE FROM messages WHERE instance = ?", (instance_id,))

    def clear(self, instance_id: str) -> None:
        """Delete the history of an instance."""
        self._db.execute("DELETE FROM history WHERE instance = ?", (instance_id,))

    # History

    def history(self, instance_id: str) -> list[Event]:
        """The history of the latest execution."""
        rows = self._db.execute("SELECT event FROM history WHERE instance = ? ORDER BY place", (instance_id,))
        return [loads(event) for (event,) in rows]

    def append(self, instance_id: str, place: int, events: Iterable[Event]) -> None:
        """Add events from ``place`` on."""
        rows = ((instance_id, number, dumps(event)) for number, event in enumerate(events, place))
        self._db.executemany("INSERT INTO history VALUES (?, ?, ?)", rows)

    # Messages

    def send(self, instance_id: str, execution: str | None, due: float, event: Event) -> None:
        """Put an event on its way; ``due``: when it becomes visible."""
        row = (instance_id, execution, due, dumps(event))
        self._db.execute("INSERT INTO messages (instance, execution, due, event) VALUES (?, ?, ?, ?)", row)

    def inbox(self, instance_id: str, now: float) -> list[Message]:
        """The messages that an instance may see, in order."""
        query = "SELECT * FROM messages WHERE instance = ? AND due <= ? ORDER BY due, seq"
        return [Message(*row) for row in self._db.execute(query, (instance_id, now))]

    def drop_messages(self, messages: Iterable[Message]) -> None:
        """Delete messages that were handled."""
        self._db.executemany("DELETE FROM messages WHERE seq = ?", ((message.seq,) for message in messages))

    def drop_inbox(self, instance_id: str, execution: str | None = None) -> None:
        """Delete what is on its way to an instance, or only what is meant for one execution of it."""
        query = "DELETE FROM messages WHERE instance = ? AND (? IS NULL OR execution = ?)"
        self._db.execute(query, (instance_id, execution, execution))

    def runnable(self, now: float) -> list[str]:
        """Instances that have something to see, longest waiting first."""
        query = (
            "SELECT instance FROM messages JOIN instances ON id = instance WHERE due <= ? AND NOT suspended"
            " GROUP BY instance ORDER BY MIN(due), MIN(seq)"
        )
        return [row[0] for row in self._db.execute(query, (now,))]

    def next_due(self, now: float) -> float | None:
        """The first moment after ``now`` at which a message or a locked activity becomes visible."""
        query = (
            "SELECT MIN(due) FROM (SELECT MIN(due) AS due FROM messages JOIN instances ON id = instance"
            " WHERE due > ? AND NOT suspended"
            " UNION ALL SELECT MIN(locked_until) FROM activities WHERE locked_until > ?)"
        )
        found: float | None = self._db.execute(query, (now, now)).fetchone()[0]
        return found

    # Activities

    def schedule(self, instance: Instance, task: int, name: str, input_text: str) -> None:
        """Queue an activity."""
        query = (
            "INSERT INTO activities (instance, execution, task, name, input, locked_until) VALUES (?, ?, ?, ?, ?, 0)"
        )
        self._db.execute(query, (instance.id, instance.execution, task, name, input_text))

    def activity(self, seq: int) -> Activity | None:
        """A queued activity."""
        row = self._db.execute("SELECT * FROM activities WHERE seq = ?", (seq,)).fetchone()
        return Activity(*row) if row else None

    def free_activities(self, now: float) -> list[int]:
        """Activities that nobody holds a lock on, oldest first."""
        query = "SELECT seq FROM activities WHERE locked_until <= ? ORDER BY seq"
        return [row[0] for row in self._db.execute(query, (now,))]

    def lock(self, seq: int, until: float) -> None:
        """Hide an activity from others."""
        self._db.execute("UPDATE activities SET locked_until = ? WHERE seq = ?", (until, seq))

    def drop_activity(self, seq: int) -> None:
        """Delete an activity that has its result."""
        self._db.execute("DELETE FROM activities WHERE seq = ?", (seq,))

    # Entities

    def entity(self, entity_id: str) -> Entity | None:
        """An entity by ``@name@key``."""
        row = self._db.execute("SELECT * FROM entities WHERE id = ?", (entity_id,)).fetchone()
        return Entity(*row) if row else None

    def entities(self, query: Query, after: str, most: int) -> list[Entity]:
        """Those that exist and that a query asks for, by id from behind ``after`` on."""
        return [Entity(*row) for row in self._db.execute(*search.entities(query, after, most))]

    def put_entity(self, entity: Entity) -> None:
        """Write an entity whole."""
        self._db.execute("INSERT OR REPLACE INTO entities VALUES (?, ?, ?, ?, ?)", entity)

    def operate(
        self, entity_id: str, name: str, input_text: str | None, caller: tuple[str, str, str] | None = None
    ) -> None:
        """Queue an operation; ``caller``: instance, execution and request id of a call, None for a signal."""
        query = (
            "INSERT INTO operations (entity, name, input, caller, caller_execution, request) VALUES (?, ?, ?, ?, ?, ?)"
        )
        self._db.execute(query, (entity_id, name, input_text, *(caller or (None, None, None))))

    def waiting_entities(self) -> list[str]:
        """Entities that have operations, longest waiting first."""
        query = "SELECT entity FROM operations GROUP BY entity ORDER BY MIN(seq)"
        return [row[0] for row in self._db.execute(query)]

    def batch(self, entity_id: str, limit: int) -> list[Operation]:
        """The next operations of an entity, in order."""
        query = "SELECT * FROM operations WHERE entity = ? ORDER BY seq LIMIT ?"
        return [Operation(*row) for row in self._db.execute(query, (entity_id, limit))]

    def drop_operations(self, operations: Iterable[Operation]) -> None:
        """Delete operations that were done."""
        self._db.executemany("DELETE FROM operations WHERE seq = ?", ((operation.seq,) for operation in operations))
