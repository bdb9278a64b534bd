"""Decisions about a plan: the first stands, and one whose host died before the incident knew is told again."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import choices
from handlers.choices import Choice
from handlers.deciding import _decided
from handlers.durable import DurableOrchestrationClient
from handlers.refused import Refused
from responder.incident import Approval
from responder.wire import record, typed

AT = datetime(2026, 11, 2, tzinfo=UTC)
ASKED = Approval(event="decision-1", fingerprint="f", asked_at=AT, expires_at=AT + timedelta(days=1), changes=[])


class Store:
    """A durable client with one entity; ``deaf``: it never shows what it was told."""

    def __init__(self, state: Choice | None = None, *, deaf: bool = False) -> None:
        self.state, self.deaf = state, deaf
        self.raised: list[tuple[str, str, Any]] = []

    async def read_entity_state(self, entity: Any) -> Any:
        assert (entity.name, entity.key) == ("choice", "inc-1-decision-1")
        known = None if self.deaf else self.state
        return SimpleNamespace(entity_exists=known is not None, entity_state=record(known) if known else None)

    async def signal_entity(self, _entity: Any, operation: str, payload: object) -> None:
        self.state, _ = choices.CHOICE[operation](self.state or Choice(), typed(payload, Choice))

    async def raise_event(self, name: str, event: str, value: object) -> None:
        self.raised.append((name, event, value))


async def decide(store: Store, *, approve: bool) -> choices.Made:
    choice = choices.attempt(approve=approve, by="x", at=AT)
    return await _decided(cast("DurableOrchestrationClient", store), "inc-1", ASKED, choice)


async def test_a_decision_is_written_down_before_the_incident_is_told() -> None:
    store = Store()
    made = await decide(store, approve=True)
    assert made.mine is True
    assert store.raised == [("inc-1", "decision-1", {"approve": True, "fingerprint": "f", "by": "x"})]
    assert store.state == made.choice


async def test_who_comes_second_is_refused_and_the_incident_is_told_the_first_again() -> None:
    store = Store(Choice(mark="m", approve=False, by="first", at=AT))
    with pytest.raises(Refused, match="declined by first"):
        await decide(store, approve=True)
    assert store.raised == [("inc-1", "decision-1", {"approve": False, "fingerprint": "f", "by": "first"})]


async def test_a_slow_store_keeps_nobody_from_deciding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choices, "_PAUSES", (0.0, 0.0))
    store = Store(deaf=True)
    made = await decide(store, approve=True)
    assert made.mine is None
    assert len(store.raised) == 1


@given(st.lists(st.booleans(), min_size=1, max_size=8))
def test_the_first_decision_stands(wanted: list[bool]) -> None:
    state, attempts = Choice(), [choices.attempt(approve=each, by="x", at=AT) for each in wanted]
    for each in attempts:
        state, answer = choices.make(state, each)
        assert answer == attempts[0]
    assert len({each.mark for each in attempts}) == len(attempts)
