"""Every kind of mistake that the check is for is made once, in a copy, and must be named."""

from pathlib import Path
from typing import NamedTuple

import pytest

from infra_check.checks import run
from infra_check.problems import Problem


class Mistake(NamedTuple):
    """What is written instead of what, and what the check must say of it."""

    name: str
    file: str
    right: str
    wrong: str
    said: str


_MAIN, _STORAGE, _APP = "main.bicep", "modules/storage.bicep", "modules/app.bicep"
_SETTINGS, _EVENTS, _GROUP = "modules/settings.bicep", "modules/event-subscription.bicep", "modules/action-group.bicep"

_BY_ITSELF = (
    Mistake("syntax error", _MAIN, "module storage 'modules", "module storage = 'modules", "not understood"),
    Mistake("undefined name", _STORAGE, "name: sku\n", "name: skew\n", "'skew' is not defined"),
    Mistake("unused parameter", _STORAGE, "name: sku\n", "name: 'Standard_LRS'\n", "parameter 'sku' is never used"),
    Mistake("unused variable", _APP, "alwaysReady : []", "[] : []", "variable 'alwaysReady' is never used"),
    Mistake("undescribed", _STORAGE, "@description('Tags of the account.')\n", "", "'tags' has no @description"),
    Mistake("unknown function", _MAIN, "uniqueString(sub", "uniqeString(sub", "there is no function 'uniqeString'"),
    Mistake("function in an array", _MAIN, "  subscription().s", "  subscripton().s", "no function 'subscripton'"),
    Mistake("unknown decorator", _MAIN, "@minLength(1)", "@minLenght(1)", "there is no decorator 'minLenght'"),
    Mistake("missing module", _MAIN, "modules/vault.bicep", "modules/vaults.bicep", "no file 'modules/vaults.bicep'"),
    Mistake("module gets too little", _MAIN, "    sku: storageSku\n", "", "module 'storage' is not given 'sku'"),
    Mistake(
        "module gets too much", _MAIN, "    sku: storageSku\n", "    sku: storageSku\n    x: 1\n", "no parameter 'x'"
    ),
    Mistake("unknown output", _MAIN, "storage.outputs.name", "storage.outputs.nam", "'storage' has no output 'nam'"),
    Mistake("not allowed", _MAIN, "sku: storageSku", "sku: 'Premium'", "'Premium' is not allowed for 'sku'"),
    Mistake("open secret", _MAIN, "@secure()\nparam webhookUrl", "param webhookUrl", "'webhookUrl' goes into a secure"),
    Mistake("leaked secret", "modules/vault.bicep", "@secure()\nparam approvalS", "param approvalS", "which is not"),
    Mistake(
        "missing file", "modules/alerts.bicep", "sweep-silent.kql", "sweep-quiet.kql", "no file '../queries/sweep-quiet"
    ),
    Mistake(
        "misspelt setting", _SETTINGS, "RESPONDER_MODE:", "RESPONDER_MOD:", "the code reads no setting 'RESPONDER_MOD'"
    ),
    Mistake(
        "missing setting", _SETTINGS, "  RESPONDER_SCOPE: join(scope, ',')\n", "", "'RESPONDER_SCOPE' is neither set"
    ),
    Mistake("foreign setting", _SETTINGS, "  RESPONDER_SCOPE:", "  FOO: ''\n  RESPONDER_SCOPE:", "'FOO' is not among"),
    Mistake(
        "setting of the platform",
        _SETTINGS,
        "  AzureWebJobsStorage__accountName: storageAccountName\n",
        "",
        "is not set",
    ),
    Mistake(
        "event to nobody", _EVENTS, "/functions/backup_event", "/functions/backup_events", "function 'backup_events'"
    ),
    Mistake(
        "event to an HTTP function",
        _EVENTS,
        "/functions/backup_event",
        "/functions/health",
        "no function with an Event",
    ),
    Mistake("key of nobody", _GROUP, "/functions/receive_alert'", "/functions/alert'", "there is no function 'alert'"),
    Mistake("receiver nobody", _GROUP, "functionName: 'receive_alert'", "functionName: 'alert'", "no function 'alert'"),
    Mistake("wrong route", _GROUP, "/api/alerts?", "/api/alert?", "no function answers at '/api/alert'"),
    Mistake("shared keys", _STORAGE, "allowSharedKeyAccess: false", "allowSharedKeyAccess: true", "must be false"),
    Mistake(
        "public blobs", _STORAGE, "    allowBlobPublicAccess: false\n", "", "'allowBlobPublicAccess' must be false"
    ),
    Mistake("old TLS", _STORAGE, "'TLS1_2'", "'TLS1_0'", "'minimumTlsVersion' must be TLS1_2"),
    Mistake(
        "topic with keys", "modules/topic.bicep", "disableLocalAuth: true", "disableLocalAuth: false", "must be true"
    ),
    Mistake("no dead letters", _EVENTS, "deadLetterDestination:", "deadLetters:", "no dead letter destination"),
    Mistake(
        "other schema", _GROUP, "useCommonAlertSchema: true", "useCommonAlertSchema: false", "reads no other schema"
    ),
    Mistake(
        "module gets a text", _MAIN, "purgeProtection: purgeP", "purgeProtection: 'yes' //", "is of type bool, not st"
    ),
    Mistake("module gets another type", _MAIN, "sku: storageSku", "sku: deadLetterDays", "is of type string, not int"),
    Mistake("wildcard", "roles/diagnose.json", "Compute/disks/read", "Compute/*/read", "in Actions holds a wildcard"),
    Mistake("role anywhere", "roles/remediate.json", '"/subscriptions/0', '"/providers/0', "the role is assignable at"),
    Mistake("unknown value", "main.parameters.json", '"mode"', '"mood"', "main.bicep has no parameter 'mood'"),
    Mistake("no value", "main.parameters.json", '"location"', '"language2"', "'location' has no value and no default"),
    Mistake("secret in a file", "main.parameters.json", '"mode"', '"webhookSecret"', "must not stand in a file"),
    Mistake("broken values", "main.parameters.json", '"parameters": {', '"parameters": ', "not a file of parameters"),
)

_BY_SCHEMA = (
    Mistake("unknown property", _STORAGE, "isLocalUserEnabled", "isLocalUsersEnabled", "is 'isLocalUserEnabled' meant"),
    Mistake("deep property", _APP, "instanceMemoryMB: i", "instanceMemoryMb: i", "no property 'instanceMemoryMb'"),
    Mistake("in a variable", _APP, "    name: 'http'\n", "    nam: 'http'\n", "there is no property 'nam'"),
    Mistake(
        "in a loop", "modules/log-alert.bicep", "operator: 'Include'", "operatr: 'Include'", "no property 'operatr'"
    ),
    Mistake("wrong enum", _STORAGE, "kind: 'StorageV2'", "kind: 'StorageV3'", "'StorageV3' is none of"),
    Mistake(
        "enum in a condition", _STORAGE, "'Deny' : 'Allow'", "'Refuse' : 'Allow'", "'Refuse' is none of Allow, Deny"
    ),
    Mistake("wrong type", "modules/alerts.bicep", "severity: rule.severity", "severity: 'high'", "expected is integer"),
    Mistake("allowed by mistake", _STORAGE, "'Standard_GZRS'", "'Standard_ZGRS'", "'Standard_ZGRS', allowed for 'sku'"),
    Mistake("parameter's type", _STORAGE, "param location string", "param location int", "of type int, expected is st"),
    Mistake("in a loop of a variable", _APP, "action: 'Allow'", "acton: 'Allow'", "there is no property 'acton'"),
    Mistake("text for a boolean", _APP, "http20Enabled: true", "http20Enabled: 'true'", "expected is boolean"),
    Mistake("array for an object", _APP, "siteConfig: {\n", "siteConfig: [{\n", "expected is object"),
    Mistake(
        "missing property", "modules/vault.bicep", "    tenantId: tenant().tenantId\n", "", "'tenantId' is missing"
    ),
    Mistake("too long", _GROUP, "'BackupResp'", "'BackupResponder'", "is longer than 12 characters"),
    Mistake(
        "unknown type",
        _STORAGE,
        "storageAccounts@",
        "storageAcounts@",
        "no resource type 'Microsoft.Storage/storageAco",
    ),
    Mistake(
        "unknown version", _STORAGE, "Accounts@2026-04-01", "Accounts@2026-04-31", "has no api version '2026-04-31'"
    ),
    Mistake(
        "unknown provider", _APP, "Microsoft.Web/serverf", "Microsoft.Webb/serverf", "type 'Microsoft.Webb/serverfarms'"
    ),
    Mistake(
        "unknown child", _EVENTS, "existing = {\n      name: deadL", "existing = {\n      nam: deadL", "has no name"
    ),
)


def _made(infra: Path, mistake: Mistake) -> None:
    path = infra / mistake.file
    before = path.read_text()
    assert before.count(mistake.right) >= 1, "the mistake has no place any more"
    path.write_text(before.replace(mistake.right, mistake.wrong, 1))


def _close(mistake: Mistake, infra: Path) -> None:
    """What is opened by a mistake is closed again, so that only its own kind is found."""
    path = infra / mistake.file
    if mistake.wrong.endswith("[{\n"):
        path.write_text(
            path.read_text().replace("      http20Enabled: true\n    }", "      http20Enabled: true\n    }]", 1)
        )


def _found(problems: list[Problem], mistake: Mistake) -> bool:
    places = (mistake.file, _MAIN)  # where a module is given something, main.bicep is told of it
    return any(mistake.said in problem.text and problem.file.endswith(places) for problem in problems)


@pytest.mark.parametrize("mistake", _BY_ITSELF, ids=lambda one: one.name)
def test_a_mistake_is_named_without_any_schema(infra: Path, mistake: Mistake) -> None:
    _made(infra, mistake)
    problems = run(infra, None).problems
    assert _found(problems, mistake), problems


@pytest.mark.parametrize("mistake", _BY_SCHEMA, ids=lambda one: one.name)
def test_a_mistake_against_the_schemas_is_named(infra: Path, arm_schemas: Path, mistake: Mistake) -> None:
    _made(infra, mistake)
    _close(mistake, infra)
    problems = run(infra, arm_schemas).problems
    assert _found(problems, mistake), problems


def test_a_module_that_nobody_uses_is_named(infra: Path) -> None:
    (infra / "modules" / "forgotten.bicep").write_text("var x = 1\noutput y int = x\n")
    assert [problem.text for problem in run(infra, None).problems] == ["no other file uses this module"]


def test_a_mistake_has_the_line_in_which_it_stands(infra: Path) -> None:
    path = infra / _STORAGE
    path.write_text(path.read_text().replace("name: sku\n", "name: skew\n"))
    found = next(problem for problem in run(infra, None).problems if "skew" in problem.text)
    assert path.read_text().splitlines()[found.line - 1].strip() == "name: skew"


def test_the_line_where_bicep_ends_is_told(infra: Path) -> None:
    path = infra / _MAIN
    path.write_text(path.read_text().replace("var token =", "var token ="[:-1]))
    assert [problem.check for problem in run(infra, None).problems] == ["syntax"]
