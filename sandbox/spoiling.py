"""Breaks an orchestration as an upgrade can: its history holds another step than the code of now takes."""

from pathlib import Path

from sandbox.durable.history import EventType
from sandbox.durable.store import Store
from sandbox.filling import DURABLE


def spoil(state: Path, name: str) -> None:
    """Let an instance's history begin with a step that no code takes; it fails with whatever it sees next.

    Args:
        state: folder of a sandbox whose host does not run.
        name: of the instance.
    """
    store = Store(state / DURABLE)
    try:
        history = store.history(name)
        place = next(place for place, event in enumerate(history) if event["EventId"] == 0)
        history[place] |= {"EventType": EventType.TASK_SCHEDULED, "Name": "step_of_another_version"}
        with store.transaction():
            store.clear(name)
            store.append(name, 0, history)
    finally:
        store.close()
