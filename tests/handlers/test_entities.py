"""The entities as functions: who may act, how often, and what stops all changes."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from handlers import entities
from handlers.entities import Governor, Item, Receipt, Request
from responder.incident import FailedBackup, Incident, Outcome

NOW = datetime(2026, 10, 6, 3, 0, tzinfo=UTC)


def ask(incident: str = "inc-a", hours: float = 0, **more: object) -> Request:
    facts: dict[str, object] = {"limit": 3, "window_hours": 24.0} | more
    return Request(incident=incident, now=NOW + timedelta(hours=hours), **facts)  # type: ignore[arg-type]


def reason(grant: entities.Grant) -> str | None:
    return grant.refused.reason if grant.refused else None


class TestItem:
    def test_one_incident_holds_the_item_and_may_ask_again(self) -> None:
        held, first = entities.hold(Item(), ask("inc-a"))
        again, second = entities.hold(held, ask("inc-a", hours=2))
        assert (reason(first), reason(second), again.holder) == (None, None, "inc-a")

    def test_another_incident_is_refused_by_name(self) -> None:
        held, _ = entities.hold(Item(), ask("inc-a"))
        after, grant = entities.hold(held, ask("inc-b"))
        assert reason(grant) == "DuplicateInProgress"
        assert after == held

    def test_a_forgotten_hold_ends(self) -> None:
        held, _ = entities.hold(Item(), ask("inc-a"))
        after, grant = entities.hold(held, ask("inc-b", hours=24 * 8))
        assert reason(grant) is None
        assert after.holder == "inc-b"

    def test_only_the_holder_lets_go(self) -> None:
        held, _ = entities.hold(Item(), ask("inc-a"))
        assert entities.release(held, ask("inc-b"))[0].holder == "inc-a"
        assert entities.release(held, ask("inc-a"))[0].holder is None

    def test_attempts_are_used_up_within_their_window(self) -> None:
        state = Item()
        for _ in range(3):
            state, grant = entities.attempt(state, ask())
            assert reason(grant) is None
        state, grant = entities.attempt(state, ask(hours=23))
        assert reason(grant) == "AttemptsExhausted"
        assert reason(entities.attempt(state, ask(hours=24))[1]) is None

    def test_our_jobs_are_remembered_for_three_days(self) -> None:
        state, _ = entities.adopt(Item(), ask(job="job-1"))
        assert entities.attempt(state, ask(hours=71))[1].jobs == ["job-1"]
        assert entities.attempt(state, ask(hours=72))[1].jobs == []

    @given(st.lists(st.tuples(st.sampled_from(["inc-a", "inc-b", "inc-c"]), st.booleans()), max_size=30))
    def test_never_two_holders(self, moves: list[tuple[str, bool]]) -> None:
        state, holder = Item(), None
        for incident, wants in moves:
            if wants:
                state, grant = entities.hold(state, ask(incident))
                assert (reason(grant) is None) == (holder in {None, incident})
                holder = holder or incident
            else:
                state, _ = entities.release(state, ask(incident))
                holder = None if holder == incident else holder
            assert state.holder == holder


class TestGovernor:
    def test_incidents_at_once_are_capped_and_come_back_later(self) -> None:
        state, _ = entities.enter(Governor(), ask("inc-a", limit=1))
        state, grant = entities.enter(state, ask("inc-b", limit=1))
        assert reason(grant) == "TooManyIncidents"
        assert grant.retry_at is not None
        state, _ = entities.leave(state, ask("inc-a"))
        assert reason(entities.enter(state, ask("inc-b", limit=1))[1]) is None

    def test_entering_twice_is_one_place(self) -> None:
        state, _ = entities.enter(Governor(), ask("inc-a", limit=1))
        assert reason(entities.enter(state, ask("inc-a", limit=1))[1]) is None

    def test_changes_an_hour_are_capped(self) -> None:
        state, _ = entities.permit(Governor(), ask(limit=2, amount=2))
        state, grant = entities.permit(state, ask(limit=2, amount=1, hours=0.5))
        assert reason(grant) == "HourlyCapReached"
        assert grant.retry_at == NOW + timedelta(hours=1)
        assert reason(entities.permit(state, ask(limit=2, amount=1, hours=1))[1]) is None

    def test_backups_are_no_changes(self) -> None:
        state, _ = entities.permit(Governor(), ask(limit=1, amount=1))
        assert reason(entities.permit(state, ask(limit=1, amount=0))[1]) is None

    def test_the_switch_stops_changes_and_backups_until_it_is_turned_on(self) -> None:
        paused, _ = entities.pause(Governor(), ask(by="operator"))
        for amount in (0, 1):
            _, grant = entities.permit(paused, ask(amount=amount))
            assert reason(grant) == "Paused"
            assert grant.retry_at is not None
        assert reason(entities.permit(entities.resume(paused, ask())[0], ask(amount=1))[1]) is None

    def test_pausing_again_keeps_the_first_moment(self) -> None:
        paused, _ = entities.pause(Governor(), ask())
        assert entities.pause(paused, ask(hours=1))[0].paused_at == NOW


class TestReceipt:
    ENDED = Incident(
        id="inc-a",
        state="ended",
        outcome=Outcome.RESOLVED,
        failure=FailedBackup(source="builtin-alert"),
        opened_at=NOW,
        ended_at=NOW,
    )

    def test_the_first_run_finds_nothing(self) -> None:
        state, before = entities.open_receipt(Receipt(), ask())
        assert before.ended is None
        assert state.opened_at == NOW

    def test_a_later_run_finds_the_end_and_the_first_end_stands(self) -> None:
        state, _ = entities.close_receipt(Receipt(opened_at=NOW), ask(ended=self.ENDED))
        other = Request(incident="inc-a", now=NOW, ended=None)
        state, _ = entities.close_receipt(state, other)
        assert entities.open_receipt(state, ask())[1].ended == self.ENDED
