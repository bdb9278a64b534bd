"""The one door to the Durable SDK, so that moving to its next major version touches one module."""

from azure.durable_functions import (
    Blueprint,
    DFApp,
    DurableEntityContext,
    DurableOrchestrationClient,
    DurableOrchestrationContext,
    EntityId,
)

__all__ = [
    "Blueprint",
    "DFApp",
    "DurableEntityContext",
    "DurableOrchestrationClient",
    "DurableOrchestrationContext",
    "EntityId",
]
