"""The status of an open incident: made once for each step, right also where another instance took the step before."""

import json
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from handlers.live import Newest, fitting
from tests.handlers.flows import START

ONE, OTHER = ("inc-1", START), ("inc-1", START + timedelta(days=1))


def at(newest: Newest, step: int, *, replaying: bool, incident: tuple[str, Any] = ONE) -> Any:
    return newest.at(incident, step, lambda: {"made": step}, replaying=replaying)


def test_a_replay_makes_no_status_of_earlier_steps_and_finds_the_last() -> None:
    newest = Newest()
    for step in (1, 2, 3):
        assert at(newest, step, replaying=False) == {"made": step}
    assert [at(newest, step, replaying=True) for step in (1, 2, 3)] == [None, None, {"made": 3}]


def test_what_another_instance_did_is_made_anew() -> None:
    newest = Newest()
    at(newest, 1, replaying=False)
    assert [at(newest, step, replaying=True) for step in (1, 2, 3)] == [{"made": 1}, {"made": 2}, {"made": 3}]


def test_an_incident_that_begins_anew_under_the_same_id_is_another_one() -> None:
    newest = Newest()
    at(newest, 5, replaying=False)
    assert at(newest, 1, replaying=True, incident=OTHER) == {"made": 1}


def test_only_the_newest_incidents_are_remembered() -> None:
    newest = Newest(most=2)
    for number in range(3):
        at(newest, 1, replaying=False, incident=(f"inc-{number}", START))
    assert at(newest, 1, replaying=True, incident=("inc-0", START)) == {"made": 1}
    assert len(newest._shown) == 2


@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner), max_leaves=30)
)
def test_no_status_is_larger_than_it_may_be(summary: Any) -> None:
    lists: dict[str, Any] = {
        name: [] for name in ("findings", "actions", "retries", "waits", "playbooks", "approvals", "guidance")
    }
    ids = dict.fromkeys(("source", "vaultId", "jobId", "itemId", "vmId"))
    form = {"id": "inc-1", "state": "x", "outcome": None, "openedAt": "", "vault": "", "vm": "", "job": None, **lists}
    told = {**form, "failure": {**ids, "payload": summary}, "summary": summary}

    assert len(json.dumps(fitting(told)).encode("utf-16-le")) <= 16 * 1024
