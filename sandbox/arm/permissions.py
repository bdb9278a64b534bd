"""What the asking identity may do in a place.

Source: Azure REST "Permissions - List For Resource", "Permissions - List For Resource Group" (2022-04-01). They are
answered to every caller who may do anything there; a scenario that denies ``Microsoft.Authorization/permissions/read``
has a stricter Azure.
"""

from sandbox.arm import lookup, rbac
from sandbox.arm.exchange import Answer, Request, Table, page

ROUTES = Table()

_READ = "Microsoft.Authorization/permissions/read"
_PERMISSIONS = "/providers/Microsoft.Authorization/permissions"


@ROUTES.on("GET", lookup.GROUP + _PERMISSIONS)
def list_of_group(request: Request) -> Answer:
    """``permissions.list_for_resource_group``."""
    lookup.check_group(request)
    return _own(request)


@ROUTES.on("GET", lookup.RSV + _PERMISSIONS)
def list_of_vault(request: Request) -> Answer:
    """``permissions.list_for_resource`` of a vault."""
    lookup.check_vault(request)
    return _own(request)


def _own(request: Request) -> Answer:
    spec, holder = request.world.spec.rbac, request.holder
    if _READ.lower() in (action.lower() for action in spec.deny):
        rbac.check([_READ], request.path, spec, holder)
    rows = [
        {
            "actions": [action for action in actions if rbac.allowed(action, spec, holder)],
            "notActions": [],
            "dataActions": [],
            "notDataActions": [],
        }
        for actions in (rbac.roles()[name].actions for name in holder.roles)
    ]
    return page(request, rows)
