"""The entities as functions: who may act, how often, and what stops all changes."""

from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from handlers import entities
from handlers.entities import Governor, Item, Receipt, Request
from responder.incident import FailedBackup, Incident, Outcome

FIRST = entities._FIRST_TURNS
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


class TestTooEarly:
    """After failures the item rests; a cure that did not last is a person's affair."""

    CHANGED = Item(changed_at=NOW)

    def rests(self, unresolved: int, minutes: int = 60) -> timedelta:
        state = Item(unresolved=unresolved, ended_at=NOW)
        after, grant = entities.hold(state, ask(backoff_minutes=minutes))
        assert (reason(grant), after) == ("BackingOff", state)
        assert grant.retry_at is not None
        assert (
            reason(entities.hold(state, Request(incident="b", now=grant.retry_at, backoff_minutes=minutes))[1]) is None
        )
        just_before = Request(incident="b", now=grant.retry_at - timedelta(seconds=1), backoff_minutes=minutes)
        assert reason(entities.hold(state, just_before)[1]) == "BackingOff"
        return grant.retry_at - NOW

    def test_the_pauses_double_up_to_half_a_day(self) -> None:
        assert [self.rests(count) / timedelta(hours=1) for count in (1, 2, 3, 4, 5, 6, 99)] == [1, 2, 4, 8, 12, 12, 12]

    def test_the_count_itself_never_grows_out_of_hand(self) -> None:
        assert self.rests(10**9, minutes=1) == timedelta(minutes=2**9)

    def test_without_a_failure_or_without_a_pause_nothing_rests(self) -> None:
        for state, minutes in ((Item(ended_at=NOW), 60), (Item(unresolved=3, ended_at=NOW), 0)):
            assert reason(entities.hold(state, ask(backoff_minutes=minutes))[1]) is None

    def test_a_cure_that_did_not_last_has_no_time_to_come_back(self) -> None:
        after, grant = entities.hold(self.CHANGED, ask(hours=23.9, pause_hours=24))
        assert (reason(grant), grant.retry_at, after) == ("RecentlyRemediated", None, self.CHANGED)
        assert reason(entities.hold(self.CHANGED, ask(hours=24, pause_hours=24))[1]) is None

    def test_a_cure_that_did_not_last_goes_before_the_pause(self) -> None:
        state = Item(changed_at=NOW, unresolved=1, ended_at=NOW)
        assert reason(entities.hold(state, ask(pause_hours=24, backoff_minutes=60))[1]) == "RecentlyRemediated"

    def test_whoever_was_asked_by_a_person_is_never_too_early(self) -> None:
        state = Item(changed_at=NOW, unresolved=5, ended_at=NOW)
        after, grant = entities.hold(state, ask(pause_hours=24, backoff_minutes=60, asked=True))
        assert (reason(grant), after.holder) == (None, "inc-a")

    def test_but_never_works_beside_another_one(self) -> None:
        held, _ = entities.hold(Item(), ask("inc-a"))
        after, grant = entities.hold(held, ask("inc-b", asked=True))
        assert (reason(grant), grant.retry_at, after) == ("DuplicateInProgress", None, held)

    def test_the_holder_itself_is_never_too_early(self) -> None:
        state = Item(holder="inc-a", since=NOW, unresolved=5, ended_at=NOW, changed_at=NOW)
        after, grant = entities.hold(state, ask(hours=1, backoff_minutes=60, pause_hours=24))
        assert (reason(grant), after.since) == (None, NOW + timedelta(hours=1))


class TestRelease:
    HELD = Item(holder="inc-a", since=NOW)

    def test_ends_without_a_good_backup_are_counted_until_one_is_good(self) -> None:
        state = self.HELD
        for count in (1, 2, 3):
            state, _ = entities.release(state, ask(hours=count))
            assert (state.unresolved, state.ended_at) == (count, NOW + timedelta(hours=count))
            state, _ = entities.hold(state, ask(hours=count + 20, asked=True))
        state, _ = entities.release(state, ask(hours=30, resolved=True))
        assert (state.unresolved, state.changed_at) == (0, None)

    def test_only_a_change_that_ended_well_is_remembered_as_a_cure(self) -> None:
        cured, _ = entities.release(self.HELD, ask(hours=1, resolved=True, changed=True))
        assert cured.changed_at == NOW + timedelta(hours=1)
        assert entities.release(self.HELD, ask(changed=True))[0].changed_at is None

    def test_a_good_backup_without_a_change_leaves_the_last_cure_as_it_was(self) -> None:
        held = Item(holder="inc-a", since=NOW, changed_at=NOW)
        assert entities.release(held, ask(hours=9, resolved=True))[0].changed_at == NOW

    def test_whoever_does_not_hold_it_changes_no_count(self) -> None:
        assert entities.release(self.HELD, ask("inc-b", resolved=True, changed=True))[0] == self.HELD

    def test_letting_go_twice_counts_once(self) -> None:
        state, _ = entities.release(self.HELD, ask())
        assert entities.release(state, ask())[0] == state


class TestBegin:
    def test_every_attempt_is_remembered_for_eight_days(self) -> None:
        state, _ = entities.begin(Item(), ask(job="inc-a-0"))
        state, _ = entities.begin(state, ask(job="inc-a-1", hours=24 * 8 - 1))
        assert list(state.begun) == ["inc-a-0", "inc-a-1"]
        state, _ = entities.begin(state, ask(job="inc-a-2", hours=24 * 8))
        assert list(state.begun) == ["inc-a-1", "inc-a-2"]

    def test_the_holder_is_left_alone(self) -> None:
        held = Item(holder="inc-a", since=NOW, unresolved=2)
        after, _ = entities.begin(held, ask("", job="inc-a-0"))
        assert (after.holder, after.since, after.unresolved) == ("inc-a", NOW, 2)


class TestTurns:
    """Turns of a subscription: a few at once, then a steady rate."""

    def starts(self, count: int, **more: Any) -> list[float]:
        state, found = Governor(), list[float]()
        for number in range(count):
            state, grant = entities.enter(state, ask(f"inc-{number}", limit=999, **more))
            assert grant.start_at is not None
            found.append((grant.start_at - NOW) / timedelta(minutes=1))
        return found

    def test_the_first_ones_begin_at_once_and_the_others_one_after_the_other(self) -> None:
        assert self.starts(FIRST + 4, per_hour=60, subscription="s") == [0] * (FIRST + 1) + [1, 2, 3]

    def test_subscriptions_do_not_wait_for_each_other(self) -> None:
        state = Governor()
        for number in range(3 * FIRST):
            state, grant = entities.turn(state, ask(f"i-{number}", per_hour=60, subscription=f"S{number % 3}"))
            assert grant.start_at == NOW
        assert set(state.turns_until) == {"s0", "s1", "s2"}

    def test_one_subscription_in_two_spellings_is_one(self) -> None:
        state, _ = entities.turn(Governor(), ask(per_hour=60, subscription="ABC"))
        state, _ = entities.turn(state, ask(per_hour=60, subscription="abc"))
        assert state.turns_until == {"abc": NOW + timedelta(minutes=2)}

    def test_what_is_paid_off_is_forgotten(self) -> None:
        state, _ = entities.turn(Governor(), ask(per_hour=60, subscription="s"))
        state, grant = entities.turn(state, ask(per_hour=60, subscription="other", hours=2))
        assert (list(state.turns_until), grant.start_at) == (["other"], NOW + timedelta(hours=2))

    def test_without_a_rate_there_are_no_turns(self) -> None:
        state, grant = entities.enter(Governor(), ask(limit=1))
        assert (grant.start_at, state.turns_until) == (None, {})

    def test_whoever_is_in_already_takes_no_second_turn(self) -> None:
        state, _ = entities.enter(Governor(), ask(limit=9, per_hour=60, subscription="s"))
        again, grant = entities.enter(state, ask(limit=9, per_hour=60, subscription="s"))
        assert (again, grant) == (state, entities.Grant())

    def test_whoever_is_not_let_in_takes_no_turn_and_comes_back(self) -> None:
        state, _ = entities.enter(Governor(), ask("inc-a", limit=1, per_hour=60, subscription="s"))
        after, grant = entities.enter(state, ask("inc-b", limit=1, per_hour=60, subscription="s"))
        assert (after, grant.start_at, grant.retry_at) == (state, None, NOW + entities.TICK)

    def test_the_place_of_an_incident_that_was_forgotten_is_free_again(self) -> None:
        state, _ = entities.enter(Governor(), ask("inc-a", limit=1))
        assert reason(entities.enter(state, ask("inc-b", limit=1, hours=24 * 8))[1]) is None

    @given(st.sampled_from([4, 60, 250, 1800]), st.lists(st.sampled_from([0, 0, 0, 1, 7, 60, 600, 4000]), max_size=300))
    @example(60, [0, 4000, *[0] * 99])  # a quiet hour saves nothing up
    def test_no_hour_has_more_than_its_turns_and_the_first_ones(self, per_hour: int, pauses: list[int]) -> None:
        state, now, starts = Governor(), NOW, list[datetime]()
        for pause in pauses:
            now += timedelta(seconds=pause)
            request = Request(incident="", now=now, per_hour=per_hour, subscription="s")
            state, grant = entities.turn(state, request)
            assert grant.start_at is not None
            assert grant.start_at >= now
            starts.append(grant.start_at)
        assert starts == sorted(starts)
        hour = timedelta(hours=1)
        busiest = max((bisect_left(starts, since + hour) - place for place, since in enumerate(starts)), default=0)
        assert busiest <= per_hour + FIRST


class TestLeave:
    IN = Governor(open={"inc-a": NOW})

    def test_an_end_is_counted_once_however_often_it_is_told(self) -> None:
        end = ask(outcome="resolved", reason="Why", refusals=["Paused", "BackingOff"])
        state, _ = entities.leave(self.IN, end)
        again, _ = entities.leave(state, end)
        assert again == state
        assert (state.open, state.ended, state.reasons) == ({}, {"resolved": 1}, {"Why": 1})
        assert state.refusals == {"Paused": 1, "BackingOff": 1}

    def test_counts_add_up_and_what_has_no_reason_has_none(self) -> None:
        state = Governor(open={"inc-a": NOW, "inc-b": NOW}, ended={"resolved": 4}, refusals={"Paused": 2})
        state, _ = entities.leave(state, ask("inc-a", outcome="resolved"))
        state, _ = entities.leave(state, ask("inc-b", outcome="failed", reason="Forbidden", refusals=["Paused"]))
        assert (state.ended, state.reasons) == ({"resolved": 5, "failed": 1}, {"Forbidden": 1})
        assert state.refusals == {"Paused": 3}

    def test_one_that_was_never_let_in_counts_nothing(self) -> None:
        assert entities.leave(self.IN, ask("inc-x", outcome="failed"))[0] == self.IN


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
