"""Activity log, metrics and Resource Health of a VM.

Source: Azure REST "Activity Logs - List" (``$filter`` with ``eventTimestamp`` is required, 90 days at most, newest
first), "Metrics - List", "Availability Statuses - Get By Resource"; the metrics service answers errors without the ARM
envelope. The log holds what the scenario says, and the grant of young rights in the key vault.
"""

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from sandbox.arm import errors, lookup
from sandbox.arm.exchange import Answer, Request, Table, page
from sandbox.arm.key_vaults import granted_at, key_vault_id
from sandbox.arm.paths import group_of, same
from sandbox.arm.spec import ActivitySpec
from sandbox.arm.times import zulu
from sandbox.arm.world import World

ROUTES = Table()

_TERM = re.compile(r"^\s*(?P<name>\w+)\s+(?P<op>eq|ge|le|gt|lt)\s+'(?P<value>[^']*)'\s*$", re.IGNORECASE)
_OLDEST = timedelta(days=90)
_STATUS = {
    "ScopeLocked": (409, "Conflict"),
    "RequestDisallowedByPolicy": (403, "Forbidden"),
    "AuthorizationFailed": (403, "Forbidden"),
}
_BAD_REQUEST = (400, "Bad Request")
_VM = lookup.COMPUTE + "/virtualMachines/{vm}"


@ROUTES.on(
    "GET",
    lookup.SUB + "/providers/Microsoft.Insights/eventtypes/management/values",
    "Microsoft.Insights/eventtypes/values/read",
)
def list_events(request: Request) -> Answer:
    """``activity_logs.list``: newest first."""
    wanted = _filter(request)
    found = [row for world in request.worlds for row in _events(world) if _fits(row, wanted)]
    return page(request, sorted(found, key=lambda row: _moment(row["eventTimestamp"]), reverse=True))


@ROUTES.on(
    "GET",
    _VM + "/providers/Microsoft.ResourceHealth/availabilityStatuses/current",
    "Microsoft.ResourceHealth/availabilityStatuses/read",
)
def get_availability(request: Request) -> Answer:
    """``availability_statuses.get_by_resource``."""
    machine, world = lookup.machine(request), request.world
    spec = world.spec.health
    began = world.failed_job.started if world.failed_job else request.at
    properties = {
        "availabilityState": spec.state,
        "title": spec.title,
        "summary": spec.summary,
        "reasonType": spec.cause,
        "occurredTime": zulu(began),
        "reasonChronicity": "Persistent",
        "reportedTime": zulu(request.at),
    }
    return Answer(
        200,
        {
            "id": f"{machine.id}/providers/Microsoft.ResourceHealth/availabilityStatuses/current",
            "name": "current",
            "type": "Microsoft.ResourceHealth/AvailabilityStatuses",
            "location": machine.location or world.spec.location,
            "properties": properties,
        },
    )


def _filter(request: Request) -> dict[str, str]:
    """The terms of ``$filter``, for example ``eventTimestamp ge``.

    Raises:
        Refused: 400 for a term that the service does not know, without a start, or for a start too long ago.
    """
    text = request.query.get("$filter", "")
    found = [_TERM.match(part) for part in re.split(r"\s+and\s+", text, flags=re.IGNORECASE)] if text.strip() else []
    terms = {f"{term['name']} {term['op']}".lower(): term["value"] for term in found if term}
    if None in found or not terms.keys() <= _TERMS or "eventtimestamp ge" not in terms:
        message = "The $filter is not valid: it must have a start, eventTimestamp ge, and fields that can be filtered."
        raise errors.refuse(400, "BadRequest", message, errors.SERVICE)
    since = _moment(terms["eventtimestamp ge"])
    if since < request.at - _OLDEST:
        raise errors.refuse(
            400, "BadRequest", "The start time cannot be more than 90 days in the past.", errors.SERVICE
        )
    return terms


_TERMS = {
    "eventtimestamp ge",
    "eventtimestamp le",
    "resourcegroupname eq",
    "resourceuri eq",
    "resourceid eq",
    "resourceprovider eq",
    "correlationid eq",
    "eventchannels eq",
}


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise errors.refuse(400, "BadRequest", f"'{text}' is not a valid time.", errors.SERVICE) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _fits(row: dict[str, Any], wanted: Mapping[str, str]) -> bool:
    at = _moment(row["eventTimestamp"])
    until = wanted.get("eventtimestamp le")
    if at < _moment(wanted["eventtimestamp ge"]) or (until and at > _moment(until)):
        return False
    values = {
        "resourcegroupname eq": row["resourceGroupName"],
        "resourceuri eq": row["resourceId"],
        "resourceid eq": row["resourceId"],
        "resourceprovider eq": row["resourceProviderName"]["value"],
        "correlationid eq": row["correlationId"],
    }
    return all(same(values[term], value) for term, value in wanted.items() if term in values)


def _events(world: World) -> list[dict[str, Any]]:
    entries = [(world.began - timedelta(hours=spec.hours_ago), spec) for spec in world.spec.activity]
    if world.spec.key_vault.grants_act_after_minutes:
        entries.append((granted_at(world), _grant(world)))
    entries.sort(key=lambda entry: entry[0], reverse=True)
    return [_event(world, at, spec) for at, spec in entries]


def _grant(world: World) -> ActivitySpec:
    """The entry that a change of the vault's policies, or a role assignment, leaves."""
    rbac = world.spec.key_vault.model == "rbac"
    operation = "Microsoft.Authorization/roleAssignments/write" if rbac else "Microsoft.KeyVault/vaults/write"
    return ActivitySpec(operation=operation, resource=key_vault_id(world))


def _event(world: World, at: datetime, spec: ActivitySpec) -> dict[str, Any]:
    resource = spec.resource or world.subject.machine.id
    identity = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{resource}/{spec.operation}/{spec.status}/{at.isoformat()}"))
    provider, *kinds = spec.operation.split("/")
    number, word = _STATUS.get(spec.code or "", _BAD_REQUEST) if spec.status == "Failed" else (200, "OK")
    return {
        "authorization": {"action": spec.operation, "scope": resource},
        "caller": spec.caller,
        "channels": "Operation",
        "correlationId": identity,
        "description": "",
        "eventDataId": identity,
        "eventName": _named("BeginRequest" if spec.status == "Started" else "EndRequest"),
        "category": _named("Administrative"),
        "id": f"{resource}/events/{identity}/ticks/{int(at.timestamp() * 10_000_000)}",
        "level": "Error" if spec.status == "Failed" else "Informational",
        "resourceGroupName": group_of(resource) or "",
        "resourceProviderName": _named(provider),
        "resourceId": resource,
        "resourceType": _named("/".join([provider, *kinds[:-1]])),
        "operationId": identity,
        "operationName": _named(spec.operation),
        "properties": _properties(spec, word, resource),
        "status": _named(spec.status),
        "subStatus": {"value": word.replace(" ", ""), "localizedValue": f"{word} (HTTP Status Code: {number})"},
        "eventTimestamp": zulu(at),
        "submissionTimestamp": zulu(at + timedelta(minutes=2)),
        "subscriptionId": world.spec.subscription,
        "tenantId": world.spec.tenant,
    }


def _named(value: str) -> dict[str, str]:
    return {"value": value, "localizedValue": value}


def _properties(spec: ActivitySpec, word: str, resource: str) -> dict[str, Any]:
    """A failed entry has its error as JSON inside a text."""
    properties: dict[str, Any] = {
        "statusCode": word.replace(" ", ""),
        "serviceRequestId": None,
        "eventCategory": "Administrative",
        "entity": resource,
        "message": spec.operation,
    }
    if spec.code:
        properties["statusMessage"] = _error_text(spec.code, spec.message)
    return properties


def _error_text(code: str, message: str | None) -> str:
    body = errors.envelope(code, message or f"The operation failed: {code}.")
    return msgspec.json.encode(body).decode()
