"""The front door: the app object and every function it exposes. No logic."""

import azure.functions as func

from handlers.alerts import alerts
from handlers.config import configured
from handlers.control import control
from handlers.decisions import decisions
from handlers.durable import DFApp
from handlers.events import events
from handlers.incidents import incidents
from handlers.put_back import restoring
from handlers.respond import durable

configured()  # wrong settings stop the start, all of them named at once

app = DFApp(http_auth_level=func.AuthLevel.FUNCTION)
for part in (alerts, control, decisions, events, incidents, restoring, durable):
    app.register_functions(part)
