"""The catalogue: a playbook for every known error code, with every documented cause, and nothing that is a stub."""

import re
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from playbooks import loader, overdue
from playbooks.files import TOPICS
from playbooks.model import BackupStep, Cause, Guide, Playbook

FILE = Path(__file__).parent / "codes.yaml"
KNOWN: dict[str, list[dict[str, Any]]] = yaml.load(FILE.read_text("utf-8"), Loader=yaml.CSafeLoader)
CODES = KNOWN["codes"]
NAMES = sorted(path.stem for path in loader.CATALOGUE.glob("*.yaml"))
COMPUTE = "UserErrorCrpReportedUserError"
"""The code in whose message an error of Compute is found."""

_SCOPES_WITHOUT_STEPS = {"restore", "configuration", "registration", "health"}


@cache
def playbooks() -> dict[str, Playbook]:
    return {name: loader.load(name) for name in NAMES}


def code_of(record: dict[str, Any]) -> str:
    return str(record["code"])


@pytest.mark.parametrize("record", CODES, ids=code_of)
def test_a_code_has_a_playbook_that_agrees_with_what_is_documented(record: dict[str, Any]) -> None:
    playbook = loader.load(record["code"])
    assert playbook.code == record["code"]
    assert set(record.get("aliases", [])) <= set(playbook.aliases)
    assert sorted(playbook.numbers) == sorted(record.get("numbers", []))
    assert (playbook.kind, playbook.retry, playbook.scope) == (record["kind"], record["retry"], record["scope"])


@pytest.mark.parametrize("record", CODES, ids=code_of)
def test_a_playbook_has_every_documented_cause(record: dict[str, Any]) -> None:
    causes = loader.load(record["code"]).causes
    assert len(causes) >= record["causes"]
    assert sum(_tells_what_to_do(cause) for cause in causes) >= record["guest"]


@pytest.mark.parametrize("name", NAMES)
def test_a_cause_that_azure_cannot_see_comes_with_commands_or_a_portal_path(name: str) -> None:
    hidden = [cause for cause in playbooks()[name].causes if cause.check == "inside-the-guest"]
    assert [cause.id for cause in hidden if not _tells_what_to_do(cause)] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_playbook_leaves_nobody_without_advice(name: str) -> None:
    playbook = playbooks()[name]
    assert _actionable(_steps(playbook.topics, playbook.guidance)) or any(
        _tells_what_to_do(cause) for cause in playbook.causes
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_cause_has_its_check_and_its_own_id(name: str) -> None:
    causes = playbooks()[name].causes
    assert [cause.check for cause in causes if not find_spec(f"playbooks.checks.{cause.check.replace('-', '_')}")] == []
    assert len({cause.id for cause in causes}) == len(causes)


@pytest.mark.parametrize("name", NAMES)
def test_sources_say_where_and_when(name: str) -> None:
    playbook = playbooks()[name]
    for source in [playbook.source, *(cause.source for cause in playbook.causes if cause.source)]:
        assert source.document.strip()
        assert source.section.strip()
        assert re.match(r"https://(learn\.microsoft\.com|github\.com)/\S+$", source.url)
        edition = datetime.strptime(source.edition, "%Y-%m-%d").replace(tzinfo=UTC)
        assert datetime(2015, 1, 1, tzinfo=UTC) < edition < datetime.now(UTC)


@pytest.mark.parametrize("name", NAMES)
def test_the_runbook_follows_the_retry_rule(name: str) -> None:
    playbook = playbooks()[name]
    ends_with_backup = bool(playbook.runbook) and isinstance(playbook.runbook[-1], BackupStep)
    assert ends_with_backup or not playbook.runbook, "fixes and waits are for a backup at the end"
    if playbook.scope in _SCOPES_WITHOUT_STEPS:
        assert playbook.conclusion
        assert not playbook.runbook
    elif playbook.retry == "plain":
        assert ends_with_backup
    elif playbook.retry == "no":
        assert not playbook.runbook


@pytest.mark.parametrize("name", NAMES)
def test_a_backup_after_a_fix_is_guarded_or_expected_to_fail_first(name: str) -> None:
    playbook = playbooks()[name]
    backups = [step for step in playbook.runbook if isinstance(step, BackupStep)]
    guarded = any(cause.blocks for cause in playbook.causes) or any(step.expect for step in backups)
    assert guarded or not backups or playbook.retry != "after-fix"


def test_there_is_no_playbook_that_nobody_asked_for() -> None:
    listed = {code_of(record) for record in CODES} | {loader.UNKNOWN, overdue.CODE}
    targets = {entry.playbook for playbook in playbooks().values() for entry in playbook.dispatch}
    assert set(NAMES) - listed - targets == set()


def test_codes_aliases_and_numbers_are_claimed_once() -> None:
    index = loader.build_index()
    keys = {loader.normal(playbook.code) for playbook in playbooks().values()}
    assert keys <= set(index["codes"])


def test_message_fragments_cannot_be_mistaken() -> None:
    fragments = [(text.lower(), name) for name, playbook in playbooks().items() for text in playbook.messages]
    assert [text for text, _ in fragments if len(text.split()) < 4] == []
    shared = [(one, two) for one, mine in fragments for two, other in fragments if mine != other and one in two]
    assert shared == []


@pytest.mark.parametrize("error", KNOWN["compute"], ids=lambda error: f"{error['code']}-{error.get('text', '')}")
def test_an_error_of_compute_leads_to_a_playbook(error: dict[str, str]) -> None:
    text = error.get("text", "").lower()
    found = [
        entry
        for entry in playbooks()[COMPUTE].dispatch
        if entry.code == error["code"] and (entry.text or "").lower() in text and bool(entry.text) == bool(text)
    ]
    assert found
    assert {entry.playbook for entry in found} <= set(NAMES)


def test_every_topic_that_is_named_exists_and_every_topic_is_named() -> None:
    written = {path.stem for path in TOPICS.glob("*.yaml")}
    named = {topic for playbook in playbooks().values() for topic in playbook.topics}
    named |= {topic for playbook in playbooks().values() for cause in playbook.causes for topic in cause.topics}
    assert named == written


@pytest.mark.parametrize("path", sorted(TOPICS.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_topic_has_steps_that_can_be_followed(path: Path) -> None:
    topic = loader.topic(path.stem)
    assert topic.title
    assert _actionable(topic.steps)


def _tells_what_to_do(cause: Cause) -> bool:
    refused = [guide for guides in cause.refusals.values() for guide in guides]
    return _actionable(_steps(cause.topics, cause.guidance) + refused)


def _steps(topics: list[str], guidance: list[Guide]) -> list[Guide]:
    return [step for name in topics for step in loader.topic(name).steps] + guidance


def _actionable(steps: list[Guide]) -> bool:
    return any(step.portal or step.run for step in steps)
