"""The front door: the app object and every function it exposes. No logic."""

import azure.functions as func

from handlers.alerts import alerts
from handlers.config import configured
from handlers.control import control
from handlers.decisions import decisions
from handlers.deliveries import deliveries
from handlers.durable import DFApp
from handlers.events import events
from handlers.health import health_routes
from handlers.incidents import incidents
from handlers.openapi.serving import description
from handlers.pages.doors import pages
from handlers.put_back import restoring
from handlers.rerun import reruns
from handlers.respond import durable
from handlers.sweep import sweeping

configured()  # wrong settings stop the start, all of them named at once

app = DFApp(http_auth_level=func.AuthLevel.FUNCTION)
for part in (alerts, control, decisions, deliveries, description, events, health_routes, incidents, pages, reruns):
    app.register_functions(part)
for part in (restoring, sweeping, durable):
    app.register_functions(part)
