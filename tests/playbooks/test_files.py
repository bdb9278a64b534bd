"""What a bad playbook file says: file, line, field and remedy."""

from pathlib import Path

import pytest

from playbooks import files
from playbooks.check import main
from responder.errors import PlaybookError
from tests.playbooks.good import GOOD

TOPIC = """title: Something
source: {document: Doc, section: Sec, url: "https://learn.microsoft.com/x", edition: "2025-11-12"}
steps:
  - text: Do it.
"""


@pytest.mark.parametrize(
    "old, new, said",
    [
        ("kind: user", "kind: sometimes", "bad.yaml:4: kind: Invalid enum value 'sometimes'"),
        ("title: A title", "tittle: A title", "unknown field `tittle`; did you mean 'title'?"),
        ("meaning: What it means\n", "", "bad.yaml:1: the file: Object missing required field `meaning`; add it"),
        ("    check: restore-points-full", "    chek: x", "bad.yaml:8: causes[0]: "),
        ("text: Full", "text: 7", "bad.yaml:9: causes[0].text: Expected `str`, got `int`"),
        ("id: full", "id: Full One", "bad.yaml:8: causes[0].id: "),
        ("restore-points-full", "no-such-check", "no check no-such-check; there are "),
        ("fix: delete-restore-point-collection", "fix: no-such-fix", "there is no fix no-such-fix; there are "),
        ("cures: [full]", "cures: [nothing]", "fix step: nothing is no cause here"),
        ("cures: [full]", "cures: []", "runbook[0].cures"),
        ("cures: [full]", "cures: [full], otherwise: gone", "there is no fix gone"),
        ("do: fix", "do: dance", "runbook[0].do: Invalid value 'dance'"),
        ("code: SomeCode", "code: [", "this is not YAML"),
        ("code: SomeCode", "\tcode: SomeCode", "bad.yaml:1: this is not YAML"),
        ("runbook:", "runbook:\n  - {do: wait, name: w, why: y, looks: [1h], until: [gone]}", "wait step: gone is no"),
        ("runbook:", "runbook:\n  - {do: wait, name: w, why: y, looks: [1h], when: [gone]}", "wait step: gone is no"),
        ("runbook:", "runbook:\n  - {do: backup, purpose: p, when: [gone]}", "backup step: gone is no cause here"),
        ("runbook:", "runbook:\n  - {do: wait, name: w, why: y, looks: [1h], ahead: gone}", "no fix gone"),
        ("runbook:", "runbook:\n  - {do: wait, name: w, why: y, looks: [soon]}", "runbook[0].looks[0]"),
        ("Look at {vm}.", "Look at {machine}.", "cause full: nothing is known as {machine}; known are agent_service"),
        ("'{vm_id}'", "'{id}'", "nothing is known as {id}"),
        ("kind: user", "kind: user\ntopics: [no-such-topic]", "no topic no-such-topic in playbooks/guidance"),
        ("kind: user", "kind: user\nscope: restore", "a code of scope restore is never acted on; remove the steps"),
        (
            "kind: user",
            "kind: user\nconclusion: {outcome: skipped, reason: Because, text: t}",
            "conclusion and runbook exclude each other",
        ),
        ("causes:", "causes:\n  - {id: full, text: t, check: running-backup}", "two causes have the same id"),
    ],
)
def test_a_bad_file_names_itself_the_line_and_the_fault(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(GOOD.replace(old, new, 1), "utf-8")
    with pytest.raises(PlaybookError) as caught:
        files.read(path)
    assert str(caught.value).startswith("bad.yaml:")
    assert said in str(caught.value)


def test_a_missing_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(PlaybookError, match=r"none\.yaml.*UTF-8"):
        files.read(tmp_path / "none.yaml")


def test_a_file_that_is_no_text_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PlaybookError, match="UTF-8"):
        files.read(tmp_path / "bad.yaml")


@pytest.mark.parametrize("text", ["", "[]", "just words", "1"])
def test_a_file_that_is_no_object_is_said_so(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.yaml").write_text(text, "utf-8")
    with pytest.raises(PlaybookError, match=r"bad\.yaml:1: the file: Expected `object`"):
        files.read(tmp_path / "bad.yaml")


def test_a_topic_is_checked_too(tmp_path: Path) -> None:
    path = tmp_path / "topic.yaml"
    path.write_text(TOPIC, "utf-8")
    assert files.read_topic(path).title == "Something"
    path.write_text(TOPIC.replace("Do it.", "Do it on {machine}."), "utf-8")
    with pytest.raises(PlaybookError, match=r"nothing is known as \{machine\}"):
        files.read_topic(path)


def test_braces_of_a_shell_are_no_names(tmp_path: Path) -> None:
    path = tmp_path / "topic.yaml"
    run = (
        "    run:\n      - {shell: powershell, at: vm, line: 'Get-Service | Where-Object { $_.Status }; ${env:TEMP}'}\n"
    )
    path.write_text(TOPIC + run, "utf-8")
    assert len(files.read_topic(path).steps) == 1


def test_the_command_tells_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "good.yaml").write_text(GOOD, "utf-8")
    (tmp_path / "bad.yaml").write_text(GOOD.replace("kind", "kond"), "utf-8")
    assert main([str(tmp_path)]) == 1
    told = capsys.readouterr()
    assert "did you mean 'kind'?" in told.err
    assert told.out == "1 of 2 files can be used.\n"


def test_the_command_checks_the_app_itself_and_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert main(["--help"]) == 0
    assert "usage: python -m playbooks.check" in capsys.readouterr().out
    assert main(["no-such-file"]) == 2
    assert capsys.readouterr().err == "There is no no-such-file.\n"
