"""The queries are read by Kusto's own parser, and name only tables, columns and fields that there are."""

import json
import logging
import re
import subprocess
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from handlers.boundary import answer
from handlers.delivering import deliver
from handlers.logbook import Line, Logbook, write
from handlers.messages import Deliver, Examine
from handlers.story import Story
from playbooks.fixes import Change
from responder.errors import Throttled
from responder.incident import ActionState, Outcome, PlaybookRef, Reported, Risk
from responder.wire import record
from tests.handlers.flows import FAILURE, START
from tests.handlers.test_boundary import ASK
from tests.infra.kusto.engine import HERE, node
from tests.infra.kusto.tables import TABLES
from tests.sources import ROOT

_QUERIES = {path.relative_to(ROOT / "infra").as_posix(): path for path in (ROOT / "infra" / "queries").rglob("*.kql")}


def diagnostics(queries: dict[str, str]) -> dict[str, list[str]]:
    """What Kusto's own analysis says of each query; nothing where it is sound."""
    asked = json.dumps({"tables": TABLES, "queries": queries})
    run = subprocess.run([node(), "check.js"], cwd=HERE, input=asked, capture_output=True, text=True, check=True)
    found: dict[str, list[str]] = json.loads(run.stdout)
    return found


def test_every_query_is_sound() -> None:
    found = diagnostics({name: path.read_text() for name, path in _QUERIES.items()})
    assert found == {name: [] for name in _QUERIES}
    assert len(found) >= 14


@pytest.mark.parametrize(
    "right, wrong, said",
    [
        ("Message startswith", "Massage startswith", "Massage"),
        ("countif(", "countIf(", "countIf"),
        ("ago(3h)", "ago(3h", ""),
    ],
)
def test_a_mistake_in_a_query_is_found(right: str, wrong: str, said: str) -> None:
    text = _QUERIES["queries/incident-stuck.kql"].read_text()
    assert right in text
    (found,) = diagnostics({"query": text.replace(right, wrong)}).values()
    assert any(said in one for one in found), found


def test_every_query_says_what_it_is_for() -> None:
    assert [name for name, path in _QUERIES.items() if not path.read_text().startswith("// ")] == []


def _lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """A line of every kind that a query looks for, as the app writes it."""
    with caplog.at_level(logging.INFO, "responder"):
        story, book = Story("inc-1", FAILURE, START), Logbook()
        story.acted(
            story.act("fix", Change(target="/t", risk=Risk.SAFE, summary="s"), START), state=ActionState.REFUSED
        )
        story.acted(0, reason="ForeignLock: not ours")
        story.wait("backing-off", "rest", START, START + timedelta(hours=1))
        book.follow(story.incident, START, replaying=False)
        write(story.incident, [Line("refused", {"by": "governor", "reason": "Paused"})])
        story.incident = replace(story.incident, playbooks=[PlaybookRef(code="C", title="t", url="u", section="s")])
        story.end(Outcome.RESOLVED, None, "fine", START + timedelta(hours=1))
        reported = Reported(state="given-up", attempts=9, at=START, target="ops")
        story.reported(reported, [reported])
        book.follow(story.incident, START, replaying=False)
        answer(ASK, Examine, _throttled)
        write(story.incident, [Line("told-again", {"outcome": "resolved"})])  # as handlers/incident_flow.py does
        deliver(record(Deliver(incident=story.incident, now=START, target="nobody")))
    return caplog.messages


def _throttled(_: Examine) -> object:
    raise Throttled(
        "slow", status=429, path="GET /subscriptions/s/providers/Microsoft.X/vaults/v", retry_after_seconds=9
    )


def _fields(lines: Iterable[str]) -> list[dict[str, Any]]:
    found = [re.search(r"\{.*\}", line) for line in lines]  # the very pattern of the queries
    return [json.loads(one[0]) for one in found if one]


def test_fields_and_events_of_the_queries_are_those_of_the_log(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.delivering.targets", lambda _: {})
    monkeypatch.setattr("handlers.delivering.configured", lambda: None)
    lines = _fields(_lines(caplog))
    text = "".join(path.read_text() for path in _QUERIES.values())
    written = {field for line in lines for field in line}
    assert set(re.findall(r"\bTold\.(\w+)", text)) <= written
    named = set(re.findall(r'"event\\":\\"([\w-]+)\\"', text)) | set(re.findall(r'Event == "([\w-]+)"', text))
    for several in re.findall(r"Event in \(([^)]+)\)", text):
        named |= set(re.findall(r'"([\w-]+)"', several))
    assert named == {"ended", "refused", "change", "throttled", "delivery", "attempt", "told-again"}
    assert named <= {line["event"] for line in lines}


def test_every_query_takes_the_fields_by_the_pattern_that_finds_them() -> None:
    wrong = [
        name
        for name, path in _QUERIES.items()
        if "Told" in path.read_text() and r'parse_json(extract(@"\{.*\}", 0, Message))' not in path.read_text()
    ]
    assert wrong == []


def _workbook() -> list[dict[str, Any]]:
    book = json.loads((ROOT / "infra" / "workbook" / "workbook.json").read_text())
    assert book["version"] == "Notebook/1.0"
    items: list[dict[str, Any]] = book["items"]
    return items


def test_the_workbook_asks_what_the_queries_ask() -> None:
    parts = {item["name"]: item["content"] for item in _workbook() if item["type"] == 3}
    reports = {path.stem: path for path in (ROOT / "infra" / "queries" / "reports").glob("*.kql")}
    assert parts.keys() == reports.keys() - {"one-incident"}
    assert {name: part["query"] for name, part in parts.items()} == {name: reports[name].read_text() for name in parts}
    assert {part["version"] for part in parts.values()} == {"KqlItem/1.0"}


def test_the_workbook_gives_every_part_a_place_and_a_time_that_can_be_chosen() -> None:
    (choices,) = (item["content"] for item in _workbook() if item["type"] == 9)
    names = {one["name"] for one in choices["parameters"]}
    parts = [item["content"] for item in _workbook() if item["type"] == 3]
    assert {part["timeContextFromParameter"] for part in parts} <= names
    assert {each.strip("{}") for part in parts for each in part["crossComponentResources"]} <= names
    assert len({item["name"] for item in _workbook()}) == len(_workbook())


@pytest.mark.parametrize("page", ["observability", "on-call"])
def test_every_query_and_event_is_explained(page: str) -> None:
    text = (ROOT / "docs" / f"{page}.md").read_text()
    folder = "reports/" if page == "observability" else ""
    names = {path.stem for path in (ROOT / "infra" / "queries" / folder).glob("*.kql")} - {"failed-backup-jobs"}
    assert {name for name in names if f"`{name}`" not in text and f"### {name}" not in text} == set()
