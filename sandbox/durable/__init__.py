"""The Durable engine: it plays the Durable extension for the unmodified ``azure-functions-durable`` SDK."""

from sandbox.durable.binding import client_binding
from sandbox.durable.contract import (
    ActivityFailed,
    AlreadyRunning,
    BadRequest,
    EntityFailed,
    FunctionKind,
    Gone,
    Invoker,
    NotFound,
    Options,
    OrchestratorFailed,
    Refused,
    UnknownFunction,
)
from sandbox.durable.engine import Diagnosis, Engine
from sandbox.durable.management import RPC_PREFIX, WEBHOOK_PREFIX, add_routes
from sandbox.durable.views import Page, Query

__all__ = [
    "RPC_PREFIX",
    "WEBHOOK_PREFIX",
    "ActivityFailed",
    "AlreadyRunning",
    "BadRequest",
    "Diagnosis",
    "Engine",
    "EntityFailed",
    "FunctionKind",
    "Gone",
    "Invoker",
    "NotFound",
    "Options",
    "OrchestratorFailed",
    "Page",
    "Query",
    "Refused",
    "UnknownFunction",
    "add_routes",
    "client_binding",
]
