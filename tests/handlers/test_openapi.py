"""The description of the API: valid, complete, and true about who may call what; its copy in docs is fresh."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import azure.functions as func
import jsonschema
import msgspec
import pytest

from handlers.openapi import parts
from handlers.openapi.document import document, text
from handlers.openapi.serving import openapi
from responder.incident import Incident
from responder.wire import plain
from tests.sources import ROOT
from tests.test_function_app import GOOD

DOCUMENT = document()
METHODS = ("get", "post", "put", "patch", "delete", "options", "head", "trace")
CREDENTIALS = {
    "functionKey": parts.KEY,
    "functionKeyInQuery": parts.KEY,
    "session": parts.SESSION,
    "decisionToken": parts.LINK,
}

_LISTED = """
import json, function_app
triggers = [f.get_trigger().get_dict_repr() for f in function_app.app.get_functions()]
print(json.dumps([t for t in triggers if t["type"] == "httpTrigger"], default=str))
"""


@pytest.fixture(scope="module")
def routes() -> dict[tuple[str, str], str]:
    """Method and path of every HTTP function as the host reads them, and its level of authorisation."""
    run = subprocess.run(
        [sys.executable, "-c", _LISTED], cwd=ROOT, env={"PATH": "", **GOOD}, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    prefix = json.loads((ROOT / "host.json").read_text())["extensions"]["http"]["routePrefix"]
    return {
        (_last(method).lower(), f"/{prefix}/{trigger['route']}"): _last(trigger["authLevel"]).lower()
        for trigger in json.loads(run.stdout)
        for method in trigger["methods"]
    }


def _last(name: str) -> str:
    """The value of an enumeration, with or without its class."""
    return str(name).rpartition(".")[2]


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in item:
                yield method, path, item[method]


def resolved(node: Mapping[str, Any]) -> dict[str, Any]:
    """The node itself, or what it refers to."""
    if "$ref" not in node:
        return dict(node)
    found: Any = DOCUMENT
    for name in node["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return dict(found)


def walk(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from walk(child)


def test_it_is_valid_openapi() -> None:
    from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

    assert [error.message for error in OPENAPI_31_VALIDATOR.iter_errors(DOCUMENT)] == []
    assert list(OPENAPI_31_VALIDATOR.iter_errors(DOCUMENT | {"paths": {"alerts": {}}}))


def test_every_schema_is_valid_json_schema() -> None:
    found = [node["schema"] for node in walk(DOCUMENT) if isinstance(node.get("schema"), dict)]
    for schema in [*found, *DOCUMENT["components"]["schemas"].values()]:
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_reference_leads_somewhere_and_everything_shared_is_used() -> None:
    told = {node["$ref"] for node in walk(DOCUMENT) if "$ref" in node}
    assert {name for name in told if not resolved({"$ref": name})} == set()
    kept = {
        f"#/components/{kind}/{name}"
        for kind, named in DOCUMENT["components"].items()
        if kind != "securitySchemes"
        for name in named
    }
    assert kept - told == set()


def test_its_copy_is_fresh() -> None:
    copy = (ROOT / "docs" / "openapi.json").read_text("utf-8")
    assert copy == text(), "run: python -m handlers.openapi > docs/openapi.json"


def _as_written(function: Any) -> Any:
    """The function without the SDK's wrapper."""
    return function._function._func


def test_the_app_answers_with_it_and_says_that_nobody_may_keep_it() -> None:
    answer = _as_written(openapi)(func.HttpRequest(method="GET", url="/api/openapi.json", body=b""))
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    assert json.loads(answer.get_body()) == DOCUMENT


def test_the_command_prints_it_without_any_setting() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "handlers.openapi"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout == text()


def test_every_route_and_method_is_described_and_nothing_else(routes: dict[tuple[str, str], str]) -> None:
    assert sorted((method, path) for method, path, _ in operations()) == sorted(routes)


def test_who_may_call_is_who_the_host_lets_in(routes: dict[tuple[str, str], str]) -> None:
    for method, path, operation in operations():
        asked = operation["security"] == parts.KEY
        assert routes[method, path] == ("function" if asked else "anonymous"), (method, path)
        names = [name for entry in operation["security"] for name in entry]
        assert all(operation["security"] == CREDENTIALS[name] for name in names), (method, path)


def test_only_what_shows_nothing_asks_for_no_credential() -> None:
    free = {path for _, path, operation in operations() if not operation["security"]}
    assert free == {"/api/health", "/api/openapi.json", "/api/ui/signin"}


def test_where_a_credential_is_asked_for_its_want_is_described() -> None:
    for method, path, operation in operations():
        refused = {"401", "403"} & set(operation["responses"])
        assert bool(refused) == bool(operation["security"]), (method, path)


def test_what_a_path_names_is_described() -> None:
    for path, item in DOCUMENT["paths"].items():
        described = [resolved(entry) for entry in item.get("parameters", [])]
        named = re.findall(r"\{(\w+)\}", path)
        assert [entry["name"] for entry in described if entry["in"] == "path"] == named, path


def test_names_of_operations_are_their_own_and_tags_are_told() -> None:
    told = [operation for _, _, operation in operations()]
    told += [item["post"] for item in DOCUMENT["webhooks"].values()]
    names = [operation["operationId"] for operation in told]
    assert len(set(names)) == len(names)
    assert {tag for operation in told for tag in operation["tags"]} == {tag["name"] for tag in DOCUMENT["tags"]}


def test_503_says_when_to_come_again() -> None:
    for method, path, operation in operations():
        if path.endswith(("/restore-locks", "/rerun")) and "/ui/" in path:
            continue  # the page itself, which says what came of the form
        if (answer := operation["responses"].get("503")) is not None:
            assert "Retry-After" in resolved(answer)["headers"], (method, path)


def test_examples_fit_their_schemas() -> None:
    seen = 0
    for node in (node for node in walk(DOCUMENT) if isinstance(node.get("schema"), dict)):
        given = [entry["value"] for entry in node.get("examples", {}).values()]
        given += [node["example"]] if "example" in node else []
        fits = jsonschema.Draft202012Validator(node["schema"] | {"components": DOCUMENT["components"]})
        for example in given:
            fits.validate(example)
            seen += 1
    assert seen > 15


def test_the_models_own_values_fit_and_others_do_not() -> None:
    incident = msgspec.convert(
        {"id": "inc-1", "state": "ended", "outcome": "resolved", "failure": {"source": "sweep"}, "openedAt": _MOMENT},
        Incident,
    )
    fits = jsonschema.Draft202012Validator(parts.schema("AnyIncident") | {"components": DOCUMENT["components"]})
    fits.validate(plain(incident))
    assert not fits.is_valid(plain(incident) | {"outcome": "cured"})


_MOMENT = "2026-11-02T01:00:00Z"
