"""Role assignments and role definitions.

Source: Azure REST API reference, "Role Assignments - List For Scope" and "Role Definitions - Get By Id"
(API 2022-04-01). With ``principalId eq`` the list holds the assignments at, above and below the scope.
"""

from responder.azure import places
from responder.azure.calls import Calls, identity
from responder.azure.model import RoleAssignment, RoleDefinition
from responder.azure.translate import translated
from responder.dig import dig, rows, text, texts
from responder.ids import same, within

_API = "2022-04-01"
_NO_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"  # of a client for what stands above all of them


class Roles(Calls):
    """Who holds which role where. Every method raises `ArmError`s."""

    @translated
    def role_assignments(self, scope: str, principal_id: str) -> list[RoleAssignment]:
        """The roles of a principal that act on a key vault: assigned to it, its group, subscription or above."""
        vault = places.resource(scope, places.KEY_VAULT)
        path = f"{places.path_of(vault)}/providers/Microsoft.Authorization/roleAssignments"
        mine = f"principalId eq '{places.guid(principal_id)}'"
        found = self._pages(vault.subscription, path, _API, {"$filter": mine})
        assigned = [assignment_of(row) for row in found]
        return [each for each in assigned if same(each.scope, scope) or not within(scope, each.scope)]

    @translated
    def role_definition(self, role_id: str) -> RoleDefinition:
        """What a role allows in the data plane."""
        subscription, path = places.role(role_id)
        return definition_of(self._ask(subscription or _NO_SUBSCRIPTION, path, _API))


def assignment_of(row: object) -> RoleAssignment:
    """A role assignment from its JSON."""
    properties = dig(row, "properties")
    return RoleAssignment(
        principal_id=(text(properties, "principalId") or "").lower(),
        role_id=text(properties, "roleDefinitionId") or "",
        scope=text(properties, "scope") or "/",
    )


def definition_of(row: object) -> RoleDefinition:
    """A role definition from its JSON."""
    properties = dig(row, "properties")
    permissions = rows(properties, "permissions")
    return RoleDefinition(
        id=identity(row),
        name=text(properties, "roleName") or text(row, "name") or "",
        data_actions=[action for each in permissions for action in texts(each, "dataActions")],
        not_data_actions=[action for each in permissions for action in texts(each, "notDataActions")],
    )
