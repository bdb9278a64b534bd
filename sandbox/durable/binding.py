"""The text that a function with a durable client input receives.

Source: azure-functions-durable 1.7.0, ``models/DurableOrchestrationBindings.py``.
"""

from sandbox.durable.history import dumps

_INSTANCE = "INSTANCEID"
_CONNECTION = "Storage"


def client_binding(*, hub: str, rpc_base: str, base: str, key: str | None) -> str:
    """The binding text.

    Args:
        hub: name of the task hub.
        rpc_base: where the SDK sends its requests, without a key: ``http://127.0.0.1:PORT/durabletask``.
        base: the public webhook address: ``http://127.0.0.1:PORT/runtime/webhooks/durabletask``.
        key: system key that the public address asks for.
    """
    root = base.rstrip("/")
    return dumps(
        {
            "taskHubName": hub,
            "connectionName": _CONNECTION,
            "rpcBaseUrl": f"{rpc_base.rstrip('/')}/",
            "baseUrl": root,
            "httpBaseUrl": None,
            "requiredQueryStringParameters": _query(key=key),
            "creationUrls": _creation_urls(root, key),
            "managementUrls": management_urls(root, hub, key, _INSTANCE),
        }
    )


def management_urls(base: str, hub: str, key: str | None, instance_id: str) -> dict[str, str]:
    """The addresses at which one instance can be asked and told things; they carry the system key."""
    instance = f"{base.rstrip('/')}/instances/{instance_id}"
    end = _query(taskHub=hub, connection=_CONNECTION, key=key)
    verbs = {f"{verb}PostUri": f"{instance}/{verb}?reason={{text}}&{end}" for verb in _VERBS}
    return {
        "id": instance_id,
        "statusQueryGetUri": f"{instance}?{end}",
        "sendEventPostUri": f"{instance}/raiseEvent/{{eventName}}?{end}",
        **verbs,
        "purgeHistoryDeleteUri": f"{instance}?{end}",
        "restartPostUri": f"{instance}/restart?{end}",
    }


_VERBS = ("terminate", "rewind", "suspend", "resume")


def _creation_urls(root: str, key: str | None) -> dict[str, str]:
    start = f"{root}/orchestrators/{{functionName}}[/{{instanceId}}]"
    wait = "timeout={timeoutInSeconds}&pollingInterval={intervalInSeconds}"
    end = _query(key=key)
    return {
        "createNewInstancePostUri": f"{start}?{end}",
        "createAndWaitOnNewInstancePostUri": f"{start}?{wait}&{end}",
    }


def _query(*, key: str | None, **fields: str) -> str:
    parts = [f"{name}={value}" for name, value in fields.items()]
    return "&".join([*parts, f"code={key}"] if key else parts)
