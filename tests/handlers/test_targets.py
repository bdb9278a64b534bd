"""The target entity as functions: an address that is gone, and what did not arrive."""

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from handlers import targets
from handlers.targets import NEWEST, OLDER, Target, TargetRequest
from responder.incident import Outcome, Reported

NOW = datetime(2026, 10, 6, 3, 0, tzinfo=UTC)


def ask(incident: str = "inc-a", address: str | None = "old", *, minutes: int = 0, attempts: int = 1) -> TargetRequest:
    now = NOW + timedelta(minutes=minutes)
    reported = Reported(state="given-up", attempts=attempts, status=500, at=now)
    return TargetRequest(incident=incident, now=now, address=address, outcome=Outcome.FAILED, reported=reported)


def test_an_address_that_is_gone_stays_disabled_since_the_first_who_found_out() -> None:
    state, _ = targets.disable(Target(), ask("inc-a"))
    state, standing = targets.disable(state, ask("inc-b", minutes=5))
    assert state.disabled == targets.Disabled(address="old", since=NOW, incident="inc-a")
    assert standing.disabled == "old"


def test_a_new_address_that_is_gone_too_replaces_the_old_one() -> None:
    state, _ = targets.disable(Target(), ask())
    state, standing = targets.disable(state, ask("inc-b", "new"))
    assert standing.disabled == "new"


def test_enabling_lets_post_again_and_keeps_the_list() -> None:
    state, _ = targets.keep(targets.disable(Target(), ask())[0], ask())
    state, standing = targets.enable(state, TargetRequest(now=NOW))
    assert (standing.disabled, state.undelivered) == (None, ["inc-a"])


def test_what_arrives_after_all_is_listed_no_more() -> None:
    state, standing = targets.keep(targets.keep(Target(), ask("inc-a"))[0], ask("inc-b"))
    assert standing.listed
    state, standing = targets.settle(state, ask("inc-a"))
    assert (state.undelivered, standing.listed) == (["inc-b"], False)


def test_a_result_that_fails_again_is_listed_once_with_all_its_attempts() -> None:
    state, _ = targets.keep(targets.keep(Target(), ask(attempts=3))[0], ask("inc-b"))
    state, _ = targets.keep(state, ask(attempts=2, minutes=9))
    assert [(entry.incident, entry.reported.attempts) for entry in state.kept] == [("inc-b", 1), ("inc-a", 5)]
    assert state.kept[-1].reported.at == NOW + timedelta(minutes=9)


def test_an_address_that_takes_a_result_clears_another_one_that_was_gone() -> None:
    gone, _ = targets.disable(Target(), ask(address="old"))
    assert targets.settle(gone, ask(address="new"))[1].disabled is None
    assert targets.settle(gone, ask(address="old"))[1].disabled == "old"


def test_looking_changes_nothing() -> None:
    state, _ = targets.keep(Target(), ask())
    assert targets.look(state, ask())[0] == state


def test_the_state_stays_small_and_says_how_much_it_does_not_hold() -> None:
    state = Target(older=[f"inc-{number:032x}" for number in range(OLDER)])
    for number in range(NEWEST + 3):
        state, _ = targets.keep(state, ask(f"inc-{OLDER + number:032x}"))
    assert (len(state.kept), len(state.older), state.forgotten) == (NEWEST, OLDER, 3)
    assert state.undelivered == [f"inc-{number:032x}" for number in range(3, OLDER + NEWEST + 3)]
    assert len(msgspec.json.encode(state)) < 500_000


@given(st.lists(st.tuples(st.sampled_from(["keep", "settle"]), st.integers(0, 5))))
def test_the_list_holds_exactly_what_did_not_arrive(steps: list[tuple[str, int]]) -> None:
    state, wanted = Target(), dict[str, None]()
    for operation, number in steps:
        name = f"inc-{number}"
        state, standing = targets.TARGET[operation](state, ask(name))
        wanted.pop(name, None)
        if operation == "keep":
            wanted[name] = None
        assert standing.listed is (operation == "keep")
    assert state.undelivered == list(wanted)
