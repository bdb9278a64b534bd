"""Every probe of ``responder.doctor``, and those that need the store: does it answer, and is a target switched off."""

import os
from collections.abc import Mapping
from functools import partial

from handlers.durable import DurableOrchestrationClient, EntityId
from handlers.targets import Target
from responder.doctor import alerts, clock, identity, permissions, settings, sweep, webhooks
from responder.doctor.model import Area, Probe, Report
from responder.doctor.run import run
from responder.language import say
from responder.notify.targets import targets
from responder.settings import Settings
from responder.wire import typed

STORE, DELIVERY = Area("store"), Area("deliveries")

_HUB = "AzureFunctionsJobHost__extensions__durableTask__hubName"


async def report(client: DurableOrchestrationClient) -> Report:
    """What all probes find, at the same time."""
    from handlers.config import configured

    app, environ = configured(), dict(os.environ)
    looks = {
        "settings": settings.look(app, environ),
        "identity": identity.look(app),
        "permissions": permissions.look(app),
        "alert-routing": alerts.look(app, environ),
        "webhooks": webhooks.look(app, environ),
        "clock": clock.look(app),
        "sweep": sweep.look(app, environ),
    }
    stored = {"store": partial(store, client, environ), "deliveries": partial(deliveries, client, app)}
    return await run(looks, {name: look() for name, look in stored.items()})


async def store(client: DurableOrchestrationClient, environ: Mapping[str, str]) -> list[Probe]:
    """Whether the store of the orchestrations answers. Nothing else of the app works without it."""
    hub = environ.get(_HUB) or _hub_of_host()
    try:
        await client.read_entity_state(EntityId("governor", "app"))
    except Exception as error:  # noqa: BLE001  the trigger's boundary: whatever the store says, it is data here
        text = say("The store of the app (task hub {hub}) does not answer: {why}", hub=hub, why=type(error).__name__)
        remedy = say("Check AzureWebJobsStorage, the storage account's network, and the identity's roles on it.")
        command = "az functionapp config appsettings list --resource-group <group> --name <app>"
        return [STORE.wrong("StoreDown", text, remedy, command)]
    return [STORE.well(say("The store of the app answers; its task hub is {hub}.", hub=hub))]


async def deliveries(client: DurableOrchestrationClient, app: Settings) -> list[Probe]:
    """Targets to which nobody posts any more, because their address has answered 410 Gone, and what did not arrive."""
    found: list[Probe] = []
    for name, target in targets(app).items():
        stored = await client.read_entity_state(EntityId("target", name))
        known = typed(stored.entity_state or {}, Target) if stored.entity_exists else Target()
        if known.disabled and known.disabled.address == target.address:
            found.append(_disabled(name))
        elif count := len(known.undelivered) + known.forgotten:
            found.append(_undelivered(name, count))
    return found or [DELIVERY.well(say("No target is switched off, and every result has arrived."))]


def _disabled(name: str) -> Probe:
    text = say("Target {target} is switched off: its address has answered 410 Gone.", target=name)
    remedy = say("Give the target its new address, or enable it again.")
    return DELIVERY.wrong(
        "TargetGone", text, remedy, _again(f'{{"target": "{name}", "enable": true, "redeliver": "all"}}')
    )


def _undelivered(name: str, count: int) -> Probe:
    text = say("Target {target} has not got {count} results.", target=name, count=count)
    remedy = say("See why at GET /api/deliveries, then have them posted again.")
    return DELIVERY.doubt("ResultsNotDelivered", text, remedy, _again(f'{{"target": "{name}", "redeliver": "all"}}'))


def _again(body: str) -> str:
    key, address = '"x-functions-key: $RESPONDER_KEY"', '"$RESPONDER_URL/api/deliveries"'
    return f"curl -X POST -H {key} -d '{body}' {address}"


def _hub_of_host() -> str:
    from pathlib import Path

    from responder.dig import text
    from responder.wire import parsed

    path = Path(__file__).parent.parent / "host.json"
    host = parsed(path.read_bytes(), dict[str, object]) if path.is_file() else {}
    return text(host, "extensions", "durableTask", "hubName") or "-"
