"""What lies in infra/ passes, and says what the code says."""

import re
from pathlib import Path

import pytest
import yaml
from tree_sitter import Node

from infra_check import page, schemas
from infra_check.checks import run
from infra_check.declared import BicepFile
from infra_check.functions import functions
from infra_check.known_settings import LEFT_AT_DEFAULT, OF_THE_PLATFORM
from infra_check.tree import every, member, plain
from responder.incident import Mode
from responder.language import Language
from tests.sources import ROOT

_INFRA = ROOT / "infra"


def _file(name: str) -> BicepFile:
    return BicepFile.read(_INFRA / name, _INFRA)


def test_nothing_is_wrong_with_names_settings_functions_and_roles() -> None:
    result = run(_INFRA, None)
    assert result.problems == []
    assert result.files >= 20
    assert result.resources >= 50


def test_nothing_is_wrong_with_any_resource_body(arm_schemas: Path) -> None:
    assert run(_INFRA, arm_schemas).problems == []


def test_every_resource_has_a_schema(arm_schemas: Path) -> None:
    kinds = {(one.kind, one.version) for path in _INFRA.rglob("*.bicep") for one in _file(str(path)).resources}
    assert len(kinds) >= 25
    assert [kind for kind in kinds if isinstance(schemas.find(arm_schemas, *kind), str)] == []


@pytest.mark.parametrize("parameter, words", [("mode", Mode), ("language", Language)])
def test_a_choice_is_that_of_the_code(parameter: str, words: type[Mode] | type[Language]) -> None:
    for name in ("main.bicep", "modules/settings.bicep"):
        assert set(_file(name).parameters[parameter].allowed or ()) == set(words), name


def test_a_deployment_begins_without_the_right_to_change_anything() -> None:
    parameters = _file("main.bicep").parameters
    assert plain(parameters["mode"].default) == "read-only"
    default = parameters["grantRemediation"].default
    assert default is not None
    assert default.text == b"mode != 'read-only'"


def test_secrets_are_secure_and_no_output_holds_one() -> None:
    main = _file("main.bicep")
    secret = {name for name, parameter in main.parameters.items() if parameter.secure}
    assert secret == {"webhookUrl", "webhookSecret", "approvalSecret", "secretValues"}
    assert not [node for node in main.outputs.values() if _mentions(node) & secret]


def _mentions(node: Node) -> set[str]:
    return {(one.text or b"").decode() for one in every(node, "identifier")}


def test_what_is_left_out_and_what_is_the_platforms_has_its_reason() -> None:
    assert all({**LEFT_AT_DEFAULT, **OF_THE_PLATFORM}.values())


def test_the_functions_are_those_that_the_host_is_told_of() -> None:
    assert functions()["backup_event"].trigger == "eventGridTrigger"
    assert functions()["receive_alert"].route == "alerts"


def test_the_tables_of_parameters_are_fresh() -> None:
    text = page.PAGE.read_text()
    assert text.count("<!-- parameters of ") == 2
    assert page.generated(text) == text, "python -m infra_check.page"


def test_every_rule_on_the_app_is_explained() -> None:
    text = page.PAGE.read_text()
    queries = {path.stem for path in (_INFRA / "queries").glob("*.kql")} - {"failed-backup-jobs"}
    assert {name for name in queries if f"| `{name}` |" not in text} == set()
    assert {name for name in queries if f"queries/{name}.kql" not in _text("modules/alerts.bicep")} == set()


def test_the_log_alert_is_split_by_columns_of_its_query() -> None:
    query = (_INFRA / "queries" / "failed-backup-jobs.kql").read_text().rpartition("| project")[2]
    dimensions = [plain(one) for one in every(_file("modules/log-alert.bicep").variables["columns"], "string")]
    assert 4 <= len(dimensions) <= 6  # Azure takes six at the most
    assert {"ResourceId", "JobUniqueId", "JobFailureCode", "BackupItemUniqueId"} <= set(dimensions)
    assert [name for name in dimensions if str(name) not in query] == []


def test_azd_finds_the_service_that_the_app_is_tagged_with() -> None:
    azd = yaml.safe_load((ROOT / "azure.yaml").read_text())
    app = next(module for module in _file("main.bicep").modules if module.symbol == "app")
    assert list(azd["services"]) == [plain(member(app.body, "params", "serviceName"))]
    assert azd["services"]["app"] == {"project": ".", "language": "python", "host": "function"}
    assert (ROOT / azd["infra"]["path"] / f"{azd['infra']['module']}.bicep").is_file()


def test_only_fired_backup_failures_of_chosen_vaults_call_the_app() -> None:
    rule = _file("modules/alert-rule.bicep").resources[0].body
    conditions = member(rule, "properties", "conditions")
    assert conditions is not None
    said = {plain(one) for one in every(conditions, "string")}
    assert {"Backup Failure", "Fired", "microsoft.recoveryservices/vaults"} <= said
    scopes = member(rule, "properties", "scopes")
    assert scopes is not None
    assert scopes.text == b"vaultIds"


def test_the_queries_look_for_what_the_app_is_called_and_logs() -> None:
    code = "".join(path.read_text() for path in (ROOT / "handlers").rglob("*.py"))
    for name, text in [("alerts-not-stored", "failures could not be stored"), ("sweep-degraded", "sweep:")]:
        assert f'"{text}"' in _text(f"queries/{name}.kql"), name
        assert f'"{text}' in code, text
    named = re.findall(r'"(\w+)"', _text("queries/functions-failing.kql") + _text("queries/sweep-silent.kql"))
    assert len(named) >= 7
    assert set(named) <= functions().keys()
    orchestrations = {name for name, one in functions().items() if one.trigger == "orchestrationTrigger"}
    assert orchestrations <= set(named)


def _text(name: str) -> str:
    return (_INFRA / name).read_text()
