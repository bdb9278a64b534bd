"""A filled state folder: what is in it reads as what the app leaves behind, and its ledger counts what is there."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from handlers.ledger import MOST_BYTES, Ledger, count, told
from responder.incident import Incident
from responder.wire import parsed, typed
from sandbox.cli import main
from sandbox.durable.store import Store
from sandbox.filled import DAYS, incidents
from sandbox.filling import DURABLE, NotEmptyError, fill

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def test_the_incidents_are_as_the_app_would_have_left_them() -> None:
    found = list(incidents(500, NOW, seed=3))
    read = [typed(filled.incident, Incident) for filled in found]
    assert len({incident.id for incident in read}) == 500
    for filled, incident in zip(found, read, strict=True):
        assert (incident.opened_at, incident.ended_at) == (filled.created, filled.ended)
        assert NOW - timedelta(days=2 * DAYS) < filled.created < filled.ended <= NOW
    assert max(filled.ended for filled in found) > NOW - timedelta(days=2)
    assert {incident.outcome for incident in read} > {"resolved", "needs-human", "skipped"}


def test_the_same_seed_fills_the_same() -> None:
    assert list(incidents(5, NOW, seed=3)) == list(incidents(5, NOW, seed=3)) != list(incidents(5, NOW, seed=4))


def test_the_ledger_is_what_the_app_would_have_counted(tmp_path: Path) -> None:
    fill(tmp_path, 300, now=NOW)
    store = Store(tmp_path / DURABLE)
    entity = store.entity("@ledger@app")
    stored = store.instances()
    store.close()
    assert entity is not None
    kept = parsed(str(entity.state).encode(), Ledger)
    expected = Ledger()
    ended = [parsed(str(instance.output).encode(), Incident) for instance in stored]
    for incident in sorted(ended, key=lambda one: one.ended_at or NOW):
        entry = told(incident)
        assert entry is not None
        expected, _ = count(expected, entry)
    assert kept.recent == expected.recent
    assert kept.counted == expected.counted[-len(kept.counted) :]
    assert [(name, day.outcomes, day.alone, day.asked) for name, day in kept.days.items()] == [
        (name, day.outcomes, day.alone, day.asked) for name, day in expected.days.items()
    ]
    assert sum((Counter(day.codes) for day in kept.days.values()), Counter()).total() == sum(
        1 for incident in ended if incident.playbooks
    )
    assert len(str(entity.state)) < MOST_BYTES


def test_what_was_used_before_is_not_filled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(tmp_path, 1, now=NOW)
    with pytest.raises(NotEmptyError, match="only a new folder can be filled"):
        fill(tmp_path, 1, now=NOW)
    assert main(["serve", "--state", str(tmp_path), "--fill", "5"]) == 2
    assert "has been used before" in capsys.readouterr().err
