"""Commands that a person may paste: each parses for its shell, and names real commands, options and parameters only."""

import re
import shutil
import subprocess
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.advice import PLACEHOLDERS
from tests.playbooks import azure_cli, bash, guidance, powershell
from tests.playbooks.guidance import Line

LINES = guidance.runs()
FILES = sorted({line.where for line in LINES})
BASH = [line for line in LINES if line.shell == "bash"]
POWERSHELL = [line for line in LINES if line.shell == "powershell"]

_IN_BRACES = re.compile(r"\{([a-z_]+)\}")
_LONE = re.compile(r"<[A-Za-z][^<>|&;]*>")
_PLAIN = {"agent_service", "extension", "backup_app_id", "subscription"}  # one word each, whatever the VM
_ODD = dict.fromkeys(PLACEHOLDERS, "a b;c)d") | {name: guidance.SAMPLES[name] for name in _PLAIN}
_SAID = {  # what a command does to the world -> words of which its step must say one
    r"\bdelete\b|Remove-Item|\bpurge\b": ("delet", "remov", "uninstall"),
    r"\bvm (restart|redeploy)\b|Restart-Computer": ("restart", "reboot"),
    r"\bvm (deallocate|stop)\b": ("stop", "shut", "deallocat"),
    r"\bjob stop\b|Stop-AzRecoveryServicesBackupJob": ("cancel",),
    r"\bprotection disable\b": ("stop", "end"),
    r"\brole assignment create\b|New-AzRoleAssignment": ("role", "grant", "give", "widen"),
    r"\bset-policy\b|Set-AzKeyVaultAccessPolicy": ("grant", "give", "widen"),
    r"manage-bde.exe -off|Disable-BitLocker": ("turn", "decrypt", "off"),
    r"Add-MpPreference": ("exclu",),
}


def test_there_are_commands_of_each_kind() -> None:
    assert len(BASH) > 40
    assert len(POWERSHELL) > 20


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash on this machine")
def test_bash_itself_parses_every_line() -> None:
    whole = "\n".join(f"line_{number}() {{\n{line.filled()}\n}}" for number, line in enumerate(BASH))
    said = _bash(whole)
    assert not said, [(line, _bash(line.filled())) for line in BASH if _bash(line.filled())] or said


@pytest.mark.parametrize("where", FILES)
def test_lines_of_bash_are_complete(where: str) -> None:
    assert all(bash.commands(line.filled()) for line in BASH if line.where == where)


@pytest.mark.parametrize("where", FILES)
def test_azure_cli_commands_and_options_are_real(where: str) -> None:
    known = azure_cli.table()
    found = [words for line in BASH if line.where == where for words in bash.commands(line.filled())]
    assert [problem for words in found if words[0] == "az" for problem in azure_cli.problems(words, known)] == []


@pytest.mark.parametrize("where", FILES)
def test_lines_of_powershell_are_complete_and_name_known_parameters(where: str) -> None:
    known = powershell.table()
    found = [command for line in POWERSHELL if line.where == where for command in powershell.commands(line.filled())]
    assert [problem for command in found for problem in powershell.problems(command, known)] == []


@pytest.mark.parametrize("where", FILES)
def test_names_in_braces_are_known_and_nothing_is_left_for_a_person_to_fill_in(where: str) -> None:
    lines = [line.line for line in LINES if line.where == where]
    assert {name for line in lines for name in _IN_BRACES.findall(line)} <= set(PLACEHOLDERS)
    assert [line for line in lines if _LONE.search(line)] == []


@pytest.mark.parametrize("where", FILES)
def test_a_filled_in_value_stays_one_word(where: str) -> None:
    lines = [line for line in LINES if line.where == where]
    assert [line.line for line in lines if _shape(line, _ODD) != _shape(line, guidance.SAMPLES)] == [], (
        "quotes are missing"
    )


@pytest.mark.parametrize("where", FILES)
def test_a_step_says_what_its_command_takes_away_or_opens(where: str) -> None:
    silent = [
        (line.line, line.text)
        for line in LINES
        for command, words in _SAID.items()
        if line.where == where
        and re.search(command, line.line)
        and not any(word in line.text.lower() for word in words)
    ]
    assert silent == []


def test_every_name_in_braces_has_a_sample() -> None:
    assert set(guidance.SAMPLES) == set(PLACEHOLDERS)


def test_the_table_of_the_azure_cli_holds_only_what_is_used() -> None:
    assert sorted(azure_cli.table()) == azure_cli.used()


@pytest.mark.parametrize(
    "line, said",
    [
        ("az vm shw --ids 'x'", "no command"),
        ("az vm show --id 'x'", "no option --id"),
        ("az vm show", "--resource-group is missing"),
        ("az backup job list -g a -v b --status Failde", "must be one of"),
        ("az backup job list -g a -v b --use-secondary-region yes", "takes flags"),
        ("az backup job list -g a -v --output table", "takes one"),
        ("echo $(az vm shw)", "no command"),
        ("for x in a b; do az vm shw; done | cat", "no command"),
    ],
)
def test_a_wrong_azure_cli_command_is_found(line: str, said: str) -> None:
    (words,) = [words for words in bash.commands(line) if words[0] == "az"]
    assert said in "; ".join(azure_cli.problems(words, azure_cli.table()))


@pytest.mark.parametrize("line", ["echo 'a", 'echo "a', "echo $(a", "echo a)", "(echo a", "echo `a`", 'echo "$(a"'])
def test_incomplete_bash_is_found(line: str) -> None:
    with pytest.raises(bash.BashError):
        bash.commands(line)


@pytest.mark.parametrize(
    "line",
    [
        "Get-Service 'a",
        'Get-Service "a',
        'Get-Service "$(a"',
        "Get-Service |",
        "| Get-Service",
        "(Get-Service",
        "Get-Service)",
        "Get-Service { $_.a ",
        "Get-Service a,",
        "@{a=1",
        "@{a}",
        "$_.a -mtch 'b'",
        "$_.a -match b",
        "@'\na",
        "$a[1",
        "Get-Service -Name a > ",
    ],
)
def test_incomplete_powershell_is_found(line: str) -> None:
    with pytest.raises(powershell.PowerShellError):
        powershell.commands(line)


@pytest.mark.parametrize(
    "line, said",
    [
        ("Get-Servce", "does not know"),
        ("Get-Service -Nmae a", "no parameter -nmae"),
        ("Get-Service -Name", "has no value"),
        ("Get-ChildItem -Recurse a b c", "without a parameter"),
        ("Get-Service | Where-Object { Get-Servce }", "does not know"),
        ("Get-Date -Format (Get-Servce)", "does not know"),
    ],
)
def test_a_wrong_powershell_command_is_found(line: str, said: str) -> None:
    known = powershell.table()
    assert said in "; ".join(p for command in powershell.commands(line) for p in powershell.problems(command, known))


@given(st.text(alphabet="ab '\"$(){}[]@;|&,<>`\\\n-=.#1", max_size=30))
def test_readers_end_with_commands_or_with_their_own_error(text: str) -> None:
    for read, error in ((bash.commands, bash.BashError), (powershell.commands, powershell.PowerShellError)):
        with suppress(error):
            assert isinstance(read(text), list)


def _shape(line: Line, values: dict[str, str]) -> list[int]:
    text = line.filled(values)
    if line.shell == "bash":
        return [len(words) for words in bash.commands(text)]
    return [len(command.parameters) + command.positional for command in powershell.commands(text)]


def _bash(script: str) -> str:
    return subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False).stderr  # noqa: S607
