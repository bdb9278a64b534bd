"""Rules of the house: no keys, no public data, no event lost, no right too many."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from infra_check.declared import BicepFile, Resource
from infra_check.problems import Problem, at
from infra_check.tree import every, member, plain, properties, text

_MUST = {
    "Microsoft.Storage/storageAccounts": {
        "allowSharedKeyAccess": ("false", "shared keys are off: who comes needs a token"),
        "allowBlobPublicAccess": ("false", "nothing is readable without a token"),
        "minimumTlsVersion": ("TLS1_2", "older TLS is refused"),
        "supportsHttpsTrafficOnly": ("true", "nothing goes over plain HTTP"),
    },
    "Microsoft.Storage/storageAccounts/blobServices/containers": {
        "publicAccess": ("None", "nothing is readable without a token"),
    },
    "Microsoft.KeyVault/vaults": {
        "enableRbacAuthorization": ("true", "roles decide who reads secrets"),
        "enableSoftDelete": ("true", "a deleted secret can be brought back"),
    },
    "Microsoft.Web/sites": {"httpsOnly": ("true", "nothing goes over plain HTTP")},
    "Microsoft.Web/sites/basicPublishingCredentialsPolicies": {"allow": ("false", "nobody deploys with a password")},
    "Microsoft.EventGrid/topics": {"disableLocalAuth": ("true", "who publishes needs a token")},
    "Microsoft.Insights/components": {"DisableLocalAuth": ("true", "who sends telemetry needs a token")},
    "Microsoft.Authorization/roleAssignments": {
        "principalType": ("ServicePrincipal", "else a young identity is not found yet"),
    },
}
"""Type -> property -> its one value, and why."""

_RECEIVER = {"httpTriggerUrl", "serviceUri"}
_NO_WILDCARD = ("Actions", "NotActions", "DataActions", "NotDataActions")


def check(file: BicepFile) -> list[Problem]:
    """The rules for the resources of one file."""
    made = [one for one in file.resources if not one.existing]
    found = [problem for one in made for problem in [*_must(file, one), *_events(file, one)]]
    return [*found, *_receivers(file)]


def _must(file: BicepFile, resource: Resource) -> Iterator[Problem]:
    for name, (wanted, why) in _MUST.get(resource.kind, {}).items():
        value = member(resource.body, "properties", name)
        if value is None or (plain(value) or text(value)) != wanted:
            yield at("house", file.name, value or resource.node, f"'{name}' must be {wanted}: {why}")


def _receivers(file: BicepFile) -> Iterator[Problem]:
    """Of built-in, metric and V2 alerts the app understands the common alert schema alone."""
    for node in every(file.root, "object"):
        given = {key: value for key, _, value in properties(node)}
        common = given.get("useCommonAlertSchema")
        if given.keys() & _RECEIVER and (common is None or text(common) != "true"):
            yield at("house", file.name, node, "'useCommonAlertSchema' must be true: the app reads no other schema")


def _events(file: BicepFile, resource: Resource) -> Iterator[Problem]:
    if not resource.kind.endswith("/eventSubscriptions"):
        return
    letters = member(resource.body, "properties", "deadLetterWithResourceIdentity", "deadLetterDestination")
    if letters is None:
        yield at("house", file.name, resource.node, "events that cannot be delivered have no dead letter destination")


def check_roles(infra: Path) -> list[Problem]:
    """The role files: every action by its full name, nothing assignable everywhere."""
    paths = sorted((infra / "roles").glob("*.json"))
    if not paths:
        return [Problem("roles", "infra/roles", 0, "there are no roles")]
    return [problem for path in paths for problem in _role(f"infra/roles/{path.name}", json.loads(path.read_text()))]


def _role(name: str, role: dict[str, Any]) -> Iterator[Problem]:
    for part in _NO_WILDCARD:
        for action in _texts(role.get(part)):
            if "*" in action:
                yield Problem("roles", name, 0, f"'{action}' in {part} holds a wildcard")
    for scope in _texts(role.get("AssignableScopes")):
        if not scope.startswith("/subscriptions/"):
            yield Problem("roles", name, 0, f"the role is assignable at '{scope}'")


def _texts(found: object) -> Iterable[str]:
    return map(str, found) if isinstance(found, list) else ()
