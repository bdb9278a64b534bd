"""Metrics are text that a collector can read, whatever reasons and outcomes there were."""

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from handlers.metrics import text

_LINE = re.compile(r'^[a-z_]+(\{[a-z]+="(?:[^"\\\n]|\\["\\n])*"\})? \d+$')
COUNTS = st.dictionaries(st.text(), st.integers(0, 10**6))


def test_a_new_app_has_counted_nothing() -> None:
    assert text({}).splitlines()[2] == "responder_paused 0"
    assert text({}).endswith("# EOF\n")


def test_counts_are_told_with_their_names() -> None:
    state = {"pausedAt": "2026-10-06T01:00:00Z", "open": {"inc-1": ""}}
    told = text({**state, "refusals": {"Paused": 3}, "ended": {"resolved": 2}})
    assert "responder_paused 1" in told
    assert "responder_incidents_open 1" in told
    assert 'responder_refusals_total{reason="Paused"} 3' in told
    assert 'responder_incidents_ended_total{outcome="resolved"} 2' in told


@given(COUNTS, COUNTS)
def test_every_line_can_be_read(refusals: dict[str, Any], ended: dict[str, Any]) -> None:
    lines = text({"refusals": refusals, "ended": ended}).split("\n")
    assert lines[-2:] == ["# EOF", ""]
    assert [line for line in lines[:-2] if not line.startswith("# ") and not _LINE.match(line)] == []
