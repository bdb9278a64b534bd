"""Resource Manager itself: the cloud's metadata, tenants, subscriptions, resource groups and what they hold.

Source: recorded answers of Microsoft.Resources; the answer of ``/metadata/endpoints`` has the keys that the Azure CLI
reads when it registers a cloud: one object, not a list.
"""

import re
from typing import Any

from sandbox.arm import errors, lookup
from sandbox.arm.exchange import Answer, Request, Table, page
from sandbox.arm.paths import same
from sandbox.arm.world import World

ROUTES = Table()

_GROUP_READ = "Microsoft.Resources/subscriptions/resourceGroups/read"
_TYPE_FILTER = re.compile(r"^\s*resourceType\s+eq\s+'([^']+)'\s*$", re.IGNORECASE)


def metadata(base_url: str, tenant: str) -> dict[str, Any]:
    """The cloud as the Azure CLI wants it; needs no token."""
    return {
        "name": "Sandbox",
        "portal": base_url,
        "authentication": {
            "loginEndpoint": base_url,
            "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
            "tenant": tenant,
            "identityProvider": "AAD",
        },
        "graph": f"{base_url}/",
        "graphAudience": f"{base_url}/",
        "resourceManager": base_url,
        "suffixes": {"storage": "core.windows.net", "keyVaultDns": "vault.azure.net"},
        "batch": "https://batch.core.windows.net/",
        "media": "https://rest.media.azure.net",
        "gallery": base_url,
        "sqlManagement": "https://management.core.windows.net:8443/",
        "vmImageAliasDoc": f"{base_url}/aliases.json",
        "microsoftGraphResourceId": f"{base_url}/",
    }


@ROUTES.on("GET", "/tenants")
def list_tenants(request: Request) -> Answer:
    """``tenants.list``: shown to whoever has a token."""
    tenant = request.world.spec.tenant
    return page(request, [{"id": f"/tenants/{tenant}", "tenantId": tenant, "displayName": "Sandbox"}])


@ROUTES.on("GET", "/subscriptions")
def list_subscriptions(request: Request) -> Answer:
    """``subscriptions.list``: those in which the identity has a role."""
    worlds = {world.subscription_id.lower(): world for world in reversed(request.worlds)}
    return page(request, list(worlds.values())[::-1], _subscription)


@ROUTES.on("GET", lookup.SUB)
def get_subscription(request: Request) -> Answer:
    """``subscriptions.get``."""
    return Answer(200, _subscription(request.world))


@ROUTES.on("GET", lookup.SUB + "/resourceGroups", _GROUP_READ)
def list_groups(request: Request) -> Answer:
    """``resource_groups.list``."""
    world = request.world
    return page(request, world.groups, lambda name: _group(world, name))


@ROUTES.on("GET", lookup.GROUP, _GROUP_READ)
def get_group(request: Request) -> Answer:
    """``resource_groups.get``."""
    return Answer(200, _group(request.world, lookup.check_group(request)))


@ROUTES.on("GET", lookup.GROUP + "/resources", "Microsoft.Resources/subscriptions/resourceGroups/resources/read")
def list_resources(request: Request) -> Answer:
    """``resources.list_by_resource_group``: top-level resources, hidden types included."""
    group = lookup.check_group(request)
    rows = [row for world in request.worlds for row in _resources(world, group)]
    text = request.query.get("$filter")
    if text:
        rows = [row for row in rows if same(row["type"], _wanted_type(text))]
    return page(request, rows)


def _wanted_type(text: str) -> str:
    found = _TYPE_FILTER.match(text)
    if not found:
        raise errors.refuse(
            400, "InvalidFilterInQueryString", f"Invalid $filter '{text}' specified in the query string."
        )
    return found[1]


def _subscription(world: World) -> dict[str, Any]:
    return {
        "id": world.subscription_id,
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": world.spec.subscription,
        "tenantId": world.spec.tenant,
        "displayName": "Sandbox",
        "state": "Enabled",
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "EnterpriseAgreement_2014-09-01",
            "spendingLimit": "Off",
        },
    }


def _group(world: World, name: str) -> dict[str, Any]:
    return {
        "id": f"{world.subscription_id}/resourceGroups/{name}",
        "name": name,
        "type": "Microsoft.Resources/resourceGroups",
        "location": world.spec.location,
        "properties": {"provisioningState": "Succeeded"},
    }


def _resources(world: World, group: str) -> list[dict[str, Any]]:
    ids = [collection.id for collection in world.collections if same(collection.group, group)]
    ids += [machine.id for machine in world.machines if same(machine.group, group)]
    ids += [world.vault_id] if same(world.spec.vault.group, group) else []
    if same(group, world.subject.collection_id.split("/")[4]):
        ids += [world.resource_id(group, extra.type, extra.name) for extra in world.spec.group_resources]
    return [_resource(world, resource_id) for resource_id in ids]


def _resource(world: World, resource_id: str) -> dict[str, Any]:
    namespace, kind, name = resource_id.split("/")[-3:]
    return {"id": resource_id, "name": name, "type": f"{namespace}/{kind}", "location": world.spec.location}
