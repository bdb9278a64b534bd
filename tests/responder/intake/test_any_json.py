"""Whatever JSON comes in: nothing raises, nothing is dropped, no vault and no VM is invented."""

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from responder.intake import failures, incident_id
from responder.wire import plain
from tests.responder.alerts import VAULT, cloud_event, event_grid, sql_alert, vm_alert

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
any_json = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
junk = any_json | st.sampled_from(
    ["/subscriptions/", "Fired", "Azure Backup", VAULT + "x", {"id": [[]]}, "\x00", "é" * 9]
)


def _places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    if isinstance(value, dict):
        return [path, *(place for name, member in value.items() for place in _places(member, (*path, name)))]
    if isinstance(value, list):
        return [path, *(place for index, entry in enumerate(value) for place in _places(entry, (*path, index)))]
    return [path]


def _mutate(alert: Any, data: st.DataObject) -> object:
    place = data.draw(st.sampled_from(_places(alert)[1:]), label="place")
    target = alert
    for step in place[:-1]:
        target = target[step]
    kind = data.draw(st.sampled_from(["remove", "replace", "nest", "cut", "extra"]), label="kind")
    old = target[place[-1]]
    if kind == "remove":
        del target[place[-1]]
    elif kind == "cut" and isinstance(old, str):
        target[place[-1]] = old[: data.draw(st.integers(0, len(old)), label="length")]
    elif kind == "extra" and isinstance(old, dict):
        old[data.draw(st.text(max_size=8))] = copy.deepcopy(data.draw(junk))
    else:
        target[place[-1]] = [old] if kind == "nest" else copy.deepcopy(data.draw(junk))
    return alert


@settings(max_examples=300)
@given(st.data())
def test_a_damaged_alert_is_understood_or_kept(data: st.DataObject) -> None:
    alert: Any = data.draw(st.sampled_from([vm_alert(), sql_alert(), event_grid(vm_alert()), cloud_event(vm_alert())]))
    alert = copy.deepcopy(alert)
    for _ in range(data.draw(st.integers(1, 3))):
        if len(_places(alert)) > 1:
            alert = _mutate(alert, data)
    intake = failures(alert)
    assert intake.accepted or intake.ignored
    written = json.dumps(alert, ensure_ascii=False).lower()
    for failure in intake.accepted:
        assert incident_id(failure) == incident_id(failure)
        plain(failure)
        for invented in (failure.vault_id, failure.vm_id, failure.job_id):
            assert invented is None or json.dumps(invented, ensure_ascii=False).strip('"').lower() in written


@given(any_json)
def test_any_json_gives_incidents(payload: object) -> None:
    intake = failures(payload)
    assert intake.accepted
    assert all(failure.vault_id is None and incident_id(failure) for failure in intake.accepted)


def test_deep_nesting_is_survived() -> None:
    payload: object = "core"
    for _ in range(900):
        payload = [payload]
    (failure,) = failures(payload).accepted
    assert failure.source == "unknown"
