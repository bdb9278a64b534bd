"""The rule that looks for messages that do not arrive."""

from collections.abc import Iterable

import pytest
from msgspec.structs import replace

from handlers import delivering
from handlers.delivering import deliver
from handlers.messages import Deliver
from handlers.story import Story
from playbooks.fixes import Change
from responder.incident import ActionState, Outcome, Risk
from responder.notify.digest import Digest
from responder.notify.webhook import Delivery, DeliveryState
from responder.wire import record
from tests.handlers.flows import FAILURE
from tests.infra.kusto.engine import Engine
from tests.infra.kusto.life import START, Life, after
from tests.infra.kusto.queries import fired
from tests.infra.kusto.rows import Journal, Rows


def attempts(journal: Journal, states: Iterable[str], *, about: object = None, minutes: float = 1) -> Rows:
    """What the activity writes that posts a result, or a digest, once for each state."""
    incident = replace(Story("inc-1", FAILURE, START).incident, outcome=Outcome.RESOLVED)
    ask = Deliver(incident=incident, now=START, target="ops")
    message = replace(ask, incident=None, digest=about) if isinstance(about, Digest) else ask
    for place, state in enumerate(states):
        tried = Delivery(state=DeliveryState(state), status=503, detail="HTTP 503")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(delivering, "_deliver", lambda _, tried=tried: tried)
            deliver(record(message) | {"incidentId": message.about})
        journal.at(after(minutes=minutes * (place + 1)), "deliver")
    return journal.rows


def failing(engine: Engine, rows: Rows, minutes: float = 59) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in fired(engine, "delivery-failing", rows, after(minutes=minutes))]


def test_a_receiver_that_takes_nothing_is_told_at_the_fifth_attempt(engine: Engine, journal: Journal) -> None:
    rows = attempts(journal, ["retry"] * 5)
    assert failing(engine, rows, 4.5) == []
    assert failing(engine, rows) == [("ops", 0, 5)]


def test_a_delivery_that_is_tried_again_and_arrives_calls_nobody(engine: Engine, journal: Journal) -> None:
    rows = attempts(journal, ["retry", "retry", "retry", "retry", "delivered"])
    life = Life(journal)
    life.end(0.5)
    life.arrive(0.6)
    assert failing(engine, rows) == []


@pytest.mark.parametrize("state", ["collected", "unwanted"])
def test_nor_does_a_result_that_goes_another_way(state: str, engine: Engine, journal: Journal) -> None:
    life = Life(journal)
    life.end(0.5)
    life.arrive(0.6, state)
    assert failing(engine, journal.rows) == []


def test_nor_do_attempts_that_are_spread_over_a_day(engine: Engine, journal: Journal) -> None:
    rows = attempts(journal, ["retry"] * 9, minutes=60)
    assert [failing(engine, rows, minutes) for minutes in range(0, 600, 20)] == [[]] * 30


def test_nor_does_a_change_that_was_refused_though_it_has_a_target(engine: Engine, journal: Journal) -> None:
    life = Life(journal)
    index = life.story.act("fix", Change(target="/locks/l", risk=Risk.SAFE, summary="s"), START)
    life.story.acted(index, state=ActionState.REFUSED, reason="ForeignLock: not ours")
    life.follow(0.1)
    assert journal.rows["AppTraces"][-1]["SeverityLevel"] == 2
    assert failing(engine, journal.rows) == []


def test_a_result_that_was_given_up_is_told(engine: Engine, journal: Journal) -> None:
    life = Life(journal)
    life.end(0.5)
    life.arrive(0.6, "given-up")
    assert failing(engine, journal.rows) == [("ops", 1, 0)]


@pytest.mark.parametrize("state", ["refused", "gone", "disabled"])
def test_a_result_that_is_not_taken_for_good_is_told_once(state: str, engine: Engine, journal: Journal) -> None:
    rows = attempts(journal, [state])
    life = Life(journal)
    life.end(0.5)
    life.arrive(0.6, state)
    assert failing(engine, rows) == [("ops", 1, 0)]


def test_a_digest_that_is_refused_is_told_though_no_incident_says_so(engine: Engine, journal: Journal) -> None:
    digest = Digest(id="digest-ops-1", since=START, until=START)
    rows = attempts(journal, ["refused"], about=digest)
    assert '"incident":"digest-ops-1"' in rows["AppTraces"][0]["Message"]
    assert failing(engine, rows) == [("ops", 1, 0)]
