"""What documents tell to type or to call is taken: options of commands, routes, functions, parameters of templates."""

import argparse
import ast
import json
import re
import shlex
from collections.abc import Iterator

import pytest

from infra_check.functions import functions
from responder.cli import options
from responder.settings import load
from sandbox import cli as sandbox_cli
from tests.sources import ROOT, modules
from tests.test_docs import PAGES, lines, prose
from tests.test_function_app import GOOD

DOCS = ROOT / "docs"
PARSERS = {"responder.cli": options.parser({}), "sandbox": sandbox_cli._parser()}

_COMMAND = re.compile(r"python -m (responder\.cli|sandbox)(?= )(.*)")
_CALL = re.compile(r"\b((?:GET|POST|OPTIONS)(?:`, `(?:GET|POST|OPTIONS))*) (/api/[\w{}./-]*[\w}])")
_DISABLED = re.compile(r"AzureWebJobs(?:__|\.)(\w+?)(?:__|\.)Disabled")
_FUNCTION = re.compile(r"--function-name (\w+)")
_TARGETS = re.compile(r"```json\n(\[\{\"name\".*?)```", re.DOTALL)
_GIVEN = re.compile(r"(?<=\s)(\w+)=")


def _words(line: str) -> list[str]:
    """The arguments of a command: what the reader fills in is a word, what the shell keeps for itself falls away."""
    filled = re.sub(r"<[^<>]*>", "1", line)
    return [("1" if word == "n" else word) for word in shlex.split(re.split(r" [>|&#]", filled)[0])]


def test_every_command_is_understood(capsys: pytest.CaptureFixture[str]) -> None:
    wrong: list[str] = []
    seen = 0
    for line in lines():
        if found := _COMMAND.search(line.text):
            seen += 1
            try:
                PARSERS[found[1]].parse_args(_words(found[2]))
            except SystemExit:
                wrong.append(f"{line.page.name}: {line.text}")
    assert wrong == [], capsys.readouterr().err
    assert seen > 20


def _subparsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    (found,) = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(found.choices)


def _long(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        yield from (name for name in action.option_strings if name.startswith("--") and name != "--help")


@pytest.mark.parametrize(
    "pages, module", [(("command-line", "doctor"), "responder.cli"), (("sandbox",), "sandbox")], ids=str
)
def test_every_command_and_option_is_told(pages: tuple[str, ...], module: str) -> None:
    told = "".join((DOCS / f"{page}.md").read_text("utf-8") for page in pages)
    commands = _subparsers(PARSERS[module])
    names = {*_long(PARSERS[module]), *(name for one in commands.values() for name in _long(one))}
    assert {name for name in names if not re.search(rf"{name}\b", told)} == set()
    assert {name for name in commands if not re.search(rf"[`,| ]{name}[ `]", told)} == set()


def test_every_call_is_a_route_of_the_app() -> None:
    paths = json.loads((DOCS / "openapi.json").read_text("utf-8"))["paths"]
    wrong = [
        f"{page.name}: {told[0]}"
        for page in PAGES
        for told in _CALL.finditer(page.read_text("utf-8"))
        for method in re.findall(r"[A-Z]+", told[1])
        if method.lower() not in paths.get(told[2], {})
    ]
    assert wrong == []


def test_every_function_that_is_named_exists() -> None:
    told = "".join(page.read_text("utf-8") for page in PAGES)
    named = {*_DISABLED.findall(told), *_FUNCTION.findall(told)}
    assert named - set(functions()) == set()
    assert {"sweep", "receive_alert"} <= named


def test_every_parameter_that_a_deployment_is_given_exists() -> None:
    """In a command that names a template."""
    given = 0
    for block in re.findall(r"```console\n(.*?)```", (DOCS / "deploy.md").read_text("utf-8"), re.DOTALL):
        for command in block.replace("\\\n", " ").splitlines():
            if template := re.search(r"--template-file (\S+)", command):
                known = re.findall(r"^param (\w+)", (ROOT / template[1]).read_text("utf-8"), re.MULTILINE)
                names = [name for part in command.split("--parameters")[1:] for name in _GIVEN.findall(part)]
                assert set(names) - set(known) == set()
                given += len(names)
    assert given > 10


def test_every_list_of_targets_is_taken() -> None:
    """Addresses and keys that an example takes from other settings are given."""
    blocks = [text for page in PAGES for text in _TARGETS.findall(page.read_text("utf-8"))]
    for block in blocks:
        addresses = dict.fromkeys(re.findall(r'"urlFrom": "(\w+)"', block), "https://results.example/hook")
        keys = dict.fromkeys(re.findall(r'"secretFrom": "(\w+)"', block), GOOD["RESPONDER_WEBHOOK_SECRET"])
        assert len(load({**GOOD, **addresses, **keys, "RESPONDER_TARGETS": block}).targets) > 1
    assert len(blocks) > 1


def test_whoever_is_on_call_finds_every_reason() -> None:
    told = set(re.findall(r"`([A-Z]\w+)`", (DOCS / "on-call.md").read_text("utf-8")))
    reasons = set(_reasons())
    assert reasons - told == set()
    assert len(reasons) > 40


def _reasons() -> Iterator[str]:
    """Names of refusals and troubles, wherever the product makes one; those of requests are told to whoever asks."""
    product = [module for module in modules() if module.room in {"handlers", "playbooks", "responder"}]
    for node in (node for module in product for node in ast.walk(module.tree)):
        for given in node.keywords if isinstance(node, ast.Call) else ():
            value = given.value.value if isinstance(given.value, ast.Constant) else None
            if given.arg in {"reason", "kind"} and isinstance(value, str) and value[:1].isupper():
                yield value


def test_every_rule_on_the_app_is_in_the_list_of_rules() -> None:
    bicep = (ROOT / "infra" / "modules" / "alerts.bicep").read_text("utf-8")
    rules = set(re.findall(r"^    name: '([\w-]+)'$", bicep, re.MULTILINE))
    assert rules - set(re.findall(r"^\| `([\w-]+)` \|", prose(DOCS / "deploy.md"), re.MULTILINE)) == set()
    assert len(rules) > 4
