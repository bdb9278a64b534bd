"""Whatever JSON comes in: nothing raises, nothing is dropped, no vault, no job and no VM but the true ones."""

import copy
import json
import re
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from responder.incident import FailedBackup
from responder.intake import failures, incident_id
from responder.wire import plain
from tests.responder.alerts import ITEM, JOB, VAULT, VM, cloud_event, event_grid, sql_alert
from tests.responder.intake.shapes import SHAPES

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
any_json = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
words = st.sampled_from(
    ["/subscriptions/", "Fired", "Azure Backup", "Backup Failure", "Failed", f"{VAULT} ", {"id": [[]]}, "\x00", "é" * 9]
)
junk = any_json | words
KNOWN_NAMES = (
    "records value data tables rows columns properties category status jobId vaultId vm type eventType specversion"
    " schemaId essentials SearchResult dimensions endTime id"
)
names = st.text(max_size=8) | st.sampled_from(KNOWN_NAMES.split())
WRAPS: list[Callable[[Any], Any]] = [
    lambda body: body,
    lambda body: [body],
    lambda body: {"records": [body]},
    event_grid,
    cloud_event,
]
# Shapes in which vault and VM stand in at least two places each.
TWO_WITNESSES = ("builtin", "builtin-row", "metric", "record", "job-row")

Place = tuple[str | int, ...]


def _places(value: object, path: Place = ()) -> list[Place]:
    if isinstance(value, dict):
        return [path, *(place for name, member in value.items() for place in _places(member, (*path, name)))]
    if isinstance(value, list):
        return [path, *(place for index, entry in enumerate(value) for place in _places(entry, (*path, index)))]
    return [path]


def _at(body: Any, place: Place) -> Any:
    for step in place:
        body = body[step]
    return body


def _texts(body: Any) -> list[Place]:
    return [place for place in _places(body)[1:] if isinstance(_at(body, place), str)]


def _damage(body: Any, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(_places(body)[1:]), label="place")
    target, last = _at(body, place[:-1]), place[-1]
    old = target[last]
    kind = data.draw(st.sampled_from(["remove", "null", "replace", "nest", "extra", "key", "case"]), label="kind")
    if kind == "remove":
        del target[last]
    elif kind == "extra" and isinstance(old, dict):
        old.setdefault(data.draw(names), copy.deepcopy(data.draw(junk)))
    elif kind == "key" and isinstance(last, str):
        target[data.draw(st.sampled_from([last.upper(), last.lower(), last.title()]))] = target.pop(last)
    elif kind == "case" and isinstance(old, str):
        target[last] = data.draw(st.sampled_from([old.upper(), old.lower(), old.swapcase()]))
    else:
        target[last] = [old] if kind == "nest" else None if kind == "null" else copy.deepcopy(data.draw(junk))


def _is_true(failure: FailedBackup) -> bool:
    """Whether all that is said of the ids of vault, job, item and VM is true."""
    truth = {"vault_id": VAULT, "job_id": JOB, "vm_id": VM}
    items = {None, ITEM.lower(), sql_alert()["data"]["alertContext"]["protectedItemId"].lower()}
    said = {name: getattr(failure, name) for name in truth}
    return failure.item_id in items and all(
        value is None or value.lower() == truth[name].lower() for name, value in said.items()
    )


def _accepted(body: Any) -> list[FailedBackup]:
    """The failures of a body, after what holds for every body."""
    intake = failures(body)
    assert intake.accepted or intake.ignored
    for failure in intake.accepted:
        assert incident_id(failure) == incident_id(failure)
        json.dumps(plain(failure))
        assert re.fullmatch(r"[\w.-]{1,64}", failure.vm_name or "vm")  # any word may be a name: no id, only a filter
        assert failure.vault_id is None or failure.job_id or (failure.not_before and failure.not_after)
    return intake.accepted


def _drawn(data: st.DataObject, *among: str) -> Any:
    shape = data.draw(st.sampled_from(among or [*SHAPES, "sql"]), label="shape")
    return copy.deepcopy(sql_alert() if shape == "sql" else SHAPES[shape].body)


@settings(max_examples=400)
@given(st.data())
def test_a_damaged_body_says_the_truth_or_nothing(data: st.DataObject) -> None:
    body = data.draw(st.sampled_from(WRAPS))(_drawn(data))
    for _ in range(data.draw(st.integers(1, 4))):
        if len(_places(body)) > 1:
            _damage(body, data)
    assert [failure for failure in _accepted(body) if not _is_true(failure)] == []


@settings(max_examples=200)
@given(st.data())
def test_a_cut_text_is_seen_where_another_tells_the_same(data: st.DataObject) -> None:
    body = _drawn(data, *TWO_WITNESSES)
    place = data.draw(st.sampled_from(_texts(body)))
    old = _at(body, place)
    _at(body, place[:-1])[place[-1]] = old[: data.draw(st.integers(0, len(old)), label="length")]
    assert [failure for failure in _accepted(body) if not _is_true(failure)] == []


@given(st.data())
def test_a_cut_text_is_never_more_than_what_is_left_of_it(data: st.DataObject) -> None:
    body = _drawn(data)
    place = data.draw(st.sampled_from(_texts(body)))
    old = _at(body, place)
    _at(body, place[:-1])[place[-1]] = old[: data.draw(st.integers(0, len(old)), label="length")]
    for failure in _accepted(body):
        assert failure.job_id in {None, JOB.lower()}
        assert VAULT.lower().startswith(failure.vault_id or "")
        assert VM.lower().startswith((failure.vm_id or "").lower())


@settings(max_examples=150)
@given(st.data())
def test_another_vault_or_vm_in_one_place_is_never_taken(data: st.DataObject) -> None:
    body = _drawn(data, *TWO_WITNESSES)
    name = data.draw(st.sampled_from(["rsv-prod-weu-01", "vm-app-01", "rg-app-prod-weu", "rg-backup-prod-weu"]))
    places = [place for place in _texts(body) if name in _at(body, place).lower()]
    place = data.draw(st.sampled_from(places))
    _at(body, place[:-1])[place[-1]] = _at(body, place).lower().replace(name, "other-01")
    assert [failure for failure in _accepted(body) if not _is_true(failure)] == []


@given(any_json)
def test_any_json_gives_incidents(payload: object) -> None:
    accepted = _accepted(payload)
    assert accepted
    assert all(failure.vault_id is None for failure in accepted)


def test_deep_nesting_is_survived() -> None:
    payload: object = "core"
    for _ in range(900):
        payload = [payload]
    (failure,) = failures(payload).accepted
    assert failure.source == "unknown"


def test_text_in_text_in_text_is_survived() -> None:
    payload: Any = SHAPES["builtin"].body
    for _ in range(9):
        payload = json.dumps([payload])
    (failure,) = failures(payload).accepted
    assert failure.source == "unknown"
