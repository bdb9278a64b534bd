"""Checks commands of the Azure CLI against a table of those that guidance uses: az_commands.yaml.

The table is derived from an installed Azure CLI, whose interpreter is named:
``python -m tests.playbooks.azure_cli /path/to/az/python``. The tests need the table alone, never the Azure CLI.
"""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.playbooks import bash, guidance

FILE = Path(__file__).parent / "az_commands.yaml"
_ABOUT = "# Commands of the Azure CLI {version} that guidance uses. Written by python -m tests.playbooks.azure_cli\n"
_EVERYWHERE = {"--output", "-o", "--query", "--subscription"}
_EVERYWHERE_FLAGS = {"--only-show-errors", "--debug", "--verbose", "--help", "-h"}

_PROBE = """
import json, sys
from azure.cli.core import __version__, get_default_cli
from azure.cli.core.file_util import create_invoker_and_load_cmds_and_args
cli = get_default_cli()
create_invoker_and_load_cmds_and_args(cli)
table = cli.invocation.commands_loader.command_table
SKIP = {"cmd", "_acquire_policy_token", "_change_reference", "_subscription"}
def kind(settings):
    nargs, action = settings.get("nargs"), settings.get("action")
    if nargs == 0 or action in ("store_true", "store_false"):
        return "flags"
    return {"?": "maybe", "+": "many", "*": "many"}.get(nargs, "one")
def entry(command):
    found = {}
    by_ids = isinstance(getattr(command.arguments.get("ids"), "type", None) and
                        command.arguments["ids"].type.settings.get("options_list"), tuple)
    for name, argument in sorted(command.arguments.items()):
        settings = argument.type.settings
        options = [str(option) for option in settings.get("options_list") or [] if isinstance(option, str)]
        if name in SKIP or not options:
            continue
        found.setdefault(kind(settings), []).append(" ".join(sorted(options)))
        if settings.get("required"):
            found.setdefault("required", []).append(options[0])
        if by_ids and settings.get("id_part") not in (None, "subscription"):
            found.setdefault("unless_ids", []).append(options[0])
        choices = [str(choice) for choice in settings.get("choices") or []]
        if 0 < len(choices) < 12 and kind(settings) == "one":
            found.setdefault("choices", {})[options[0]] = choices
    return found
names = json.load(sys.stdin)
print(json.dumps({"version": __version__, "commands": {n: entry(table[n]) for n in names if n in table},
                  "unknown": [n for n in names if n not in table]}))
"""


class Entry(NamedTuple):
    """What the table says of one command: option -> how many values it takes, and what must be there."""

    options: dict[str, str]
    names: dict[str, str]
    required: list[str]
    unless_ids: list[str]
    choices: dict[str, list[str]]


@cache
def table() -> dict[str, Entry]:
    """The table: command -> what it takes."""
    return {name: _entry(told) for name, told in yaml.load(FILE.read_text("utf-8"), Loader=yaml.CSafeLoader).items()}


def problems(words: list[str], known: dict[str, Entry]) -> list[str]:
    """What is wrong with one command, whose first word is ``az``."""
    name = " ".join(_name(words))
    if name not in known:
        return [f"the Azure CLI has no command 'az {name}' (or az_commands.yaml does not know it)"]
    entry = known[name]
    given, found = _options(words[1 + len(_name(words)) :], entry)
    missing = [option for option in entry.required if option not in given]
    if "--ids" not in given:
        missing += [option for option in entry.unless_ids if option not in given]
    return [f"az {name}: {problem}" for problem in [*found, *(f"{option} is missing" for option in missing)]]


def _name(words: list[str]) -> list[str]:
    end = next((place for place, word in enumerate(words) if word.startswith("-")), len(words))
    return words[1:end]


def _options(words: list[str], entry: Entry) -> tuple[set[str], list[str]]:
    given: set[str] = set()
    found: list[str] = []
    rest = list(words)
    while rest:
        option, joined, value = rest.pop(0).partition("=")
        values = [value] if joined else []
        while not joined and rest and not rest[0].startswith("-"):
            values.append(rest.pop(0))
        found += _option(option, values, entry)
        given.add(entry.names.get(option, option))
    return given, found


def _option(option: str, values: list[str], entry: Entry) -> list[str]:
    takes = entry.options.get(option) or ("one" if option in _EVERYWHERE else None)
    takes = takes or ("flags" if option in _EVERYWHERE_FLAGS else None)
    if takes is None:
        return [f"there is no option {option}"]
    fits = {"flags": len(values) == 0, "maybe": len(values) <= 1, "one": len(values) == 1, "many": len(values) > 0}
    if not fits[takes]:
        return [f"{option} takes {takes}, not {values}"]
    choices = entry.choices.get(entry.names.get(option, option))
    odd = [value for value in values if choices and value not in choices and "$" not in value]
    return [f"{option} must be one of {choices}, not {odd}"] if odd else []


def _entry(told: dict[str, Any]) -> Entry:
    kinds = {kind: [line.split() for line in told.get(kind, [])] for kind in ("flags", "maybe", "one", "many")}
    options = {option: kind for kind, lines in kinds.items() for line in lines for option in line}
    first = {option: min(line, key=_length) for lines in kinds.values() for line in lines for option in line}
    return Entry(
        options,
        first,
        [first[option] for option in told.get("required", [])],
        [first[option] for option in told.get("unless_ids", [])],
        {first[option]: choices for option, choices in told.get("choices", {}).items()},
    )


def _length(option: str) -> tuple[int, str]:
    return -len(option), option


def used() -> list[str]:
    """Every command that guidance uses, by its name without ``az``."""
    lines = [run.line for run in guidance.runs() if run.shell == "bash"]
    found = [words for line in lines for words in bash.commands(line) if words[0] == "az"]
    return sorted({" ".join(_name(words)) for words in found})


def main(interpreter: str) -> None:
    """Write the table."""
    said = subprocess.run(
        [interpreter, "-c", _PROBE], input=json.dumps(used()), capture_output=True, text=True, check=True
    )
    answer = json.loads(said.stdout.splitlines()[-1])
    text = yaml.safe_dump(answer["commands"], width=118, default_flow_style=None)
    FILE.write_text(_ABOUT.format(version=answer["version"]) + text, "utf-8")
    sys.stdout.write(f"{len(answer['commands'])} commands; unknown: {answer['unknown']}\n")


if __name__ == "__main__":
    main(sys.argv[1])
