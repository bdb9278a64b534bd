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
    "store_address",
]


def store_address(client: DurableOrchestrationClient) -> str:
    """Where the host serves the store's HTTP API to the app itself, without a key; ends in a slash.

    Source: azure-functions-durable 1.7.0, ``DurableOrchestrationClient``; the binding's ``rpcBaseUrl``.
    """
    return str(client._orchestration_bindings.rpc_base_url)  # noqa: SLF001  the SDK shows it nowhere else
