"""SDK clients and the credential: built when first needed, kept for the life of the process.

A warm instance reuses tokens and connections. No request is repeated by the SDK: azure-core sleeps for the whole
Retry-After and repeats a POST on 5xx (azure-core 1.41.0, ``RetryPolicy``); here durable timers wait, and a request
whose effect is unknown is reconciled by looking.
"""

import logging
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from responder import logs
from responder.azure.importing import ALONE
from responder.settings import Settings
from responder.trail import HEADER, correlation_id
from responder.version import VERSION

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.eventgrid import EventGridPublisherClient
    from azure.mgmt.compute import ComputeManagementClient
    from azure.mgmt.recoveryservicesbackup import RecoveryServicesBackupClient
    from azure.mgmt.resource.locks import ManagementLockClient
    from azure.mgmt.resource.resources import ResourceManagementClient

T = TypeVar("T")

CONNECT_SECONDS = 10
READ_SECONDS = 60

DIAGNOSE = "diagnose"
"""The identity that reads; named as its role."""

REMEDIATE = "remediate"
"""The identity that makes changes; named as its role."""

# For an error body that they cannot read the SDKs log a warning with a whole traceback, then raise as ever; `ArmError`
# tells it all, and each such record would keep the response alive.
for _package in ("compute", "recoveryservicesbackup", "resource.locks", "resource.resources"):
    for _module in ("model_base", "serialization"):
        logging.getLogger(f"azure.mgmt.{_package}._utils.{_module}").setLevel(logging.ERROR)


# At INFO, azure-core and azure-identity write several records for every request: costly in a crowd, of use to nobody.
logging.getLogger("azure.core").setLevel(logging.WARNING)
logging.getLogger("azure.identity").setLevel(logging.WARNING)


class Clients:
    """The clients of one ARM endpoint and one identity, per subscription. Safe to use from many threads.

    Attributes:
        identity: the part that the identity plays, where two share the work; None if one does all.
    """

    def __init__(self, settings: Settings, client_id: str | None, identity: str | None) -> None:
        self._settings, self._client_id, self.identity = settings, client_id, identity
        self._made: dict[tuple[str, str], object] = {}

    @property
    def endpoint(self) -> str:
        """Address of Azure Resource Manager."""
        return self._settings.arm_endpoint

    def backup(self, subscription: str) -> "RecoveryServicesBackupClient":
        """Jobs, protected items, policies, recovery points."""

        def make() -> "RecoveryServicesBackupClient":
            from azure.mgmt.recoveryservicesbackup import RecoveryServicesBackupClient

            return RecoveryServicesBackupClient(self._credential(), subscription, **self._options())

        return self._once("backup", subscription, make)

    def locks(self, subscription: str) -> "ManagementLockClient":
        """Management locks."""

        def make() -> "ManagementLockClient":
            from azure.mgmt.resource.locks import ManagementLockClient

            return ManagementLockClient(self._credential(), subscription, **self._options())

        return self._once("locks", subscription, make)

    def compute(self, subscription: str) -> "ComputeManagementClient":
        """Virtual machines, restore point collections, and their long-running operations."""

        def make() -> "ComputeManagementClient":
            from azure.mgmt.compute import ComputeManagementClient

            return ComputeManagementClient(self._credential(), subscription, **self._options())

        return self._once("compute", subscription, make)

    def resources(self, subscription: str) -> "ResourceManagementClient":
        """Resource groups and what they hold."""

        def make() -> "ResourceManagementClient":
            from azure.mgmt.resource.resources import ResourceManagementClient

            return ResourceManagementClient(self._credential(), subscription, **self._options())

        return self._once("resources", subscription, make)

    def topic(self, url: str) -> "EventGridPublisherClient":
        """A custom topic of Event Grid; it may be in any subscription.

        It drops its options (azure-eventgrid 4.22.1, ``EventGridPublisherClient``): each request takes
        `request_options`.
        """

        def make() -> "EventGridPublisherClient":
            from azure.eventgrid import EventGridPublisherClient

            return EventGridPublisherClient(url, self._credential())

        return self._once("topic", url, make)

    def token(self) -> str:
        """A token for Resource Manager. Raises azure-core's ``ClientAuthenticationError``."""
        return self._credential().get_token(self._settings.arm_audience).token

    def request_options(self, seconds: float) -> dict[str, Any]:
        """For a client that takes no options itself: no repetition, whom to trust, and a limit for each wait."""
        return {
            "connection_verify": self._settings.arm_ca_file or True,
            "connection_timeout": seconds,
            "read_timeout": seconds,
            "retry_total": 0,
        }

    def close(self) -> None:
        """Close every connection; the clients are built again when needed."""
        with ALONE:
            for made in self._made.values():
                cast("Any", made).close()
            self._made.clear()

    def _once(self, kind: str, subscription: str, make: Callable[[], T]) -> T:
        key = (kind, subscription.lower())
        with ALONE:
            if key not in self._made:
                self._made[key] = make()
            return cast("T", self._made[key])

    def _credential(self) -> "TokenCredential":
        return self._once("credential", "", lambda: _credential(self._client_id))

    def _options(self) -> dict[str, Any]:
        return {
            "base_url": self._settings.arm_endpoint,
            "credential_scopes": [self._settings.arm_audience],
            "connection_verify": self._settings.arm_ca_file or True,
            "connection_timeout": CONNECT_SECONDS,
            "read_timeout": READ_SECONDS,
            "retry_total": 0,
            "user_agent": f"backup-responder/{VERSION}",
            "raw_request_hook": _leave_trail,
        }


def _leave_trail(request: Any) -> None:
    """Let a request carry the correlation id of the incident that it is sent for; that of no incident carries none.

    It runs right before a request is sent, in the thread that sends it, also where azure-core sends it once more. No
    policy of azure-core sets this header: `RequestIdPolicy` sets ``x-ms-client-request-id``, one for each request.
    Source: azure-core 1.41.0, ``CustomHookPolicy`` and ``RequestIdPolicy``; ``_client.py`` of the azure-mgmt packages.
    """
    if known := correlation_id(logs.incident()):
        request.http_request.headers[HEADER] = known


_shared: dict[tuple[str | None, ...], Clients] = {}


def shared(settings: Settings, *, changing: bool = False) -> Clients:
    """The process's clients for these settings' endpoint and identity.

    ``changing``: of the identity that makes changes, which is the same one where the settings name no second.
    """
    client_id, identity = settings.client_id, None
    if settings.remediate_client_id not in {None, client_id}:
        client_id = settings.remediate_client_id if changing else client_id
        identity = REMEDIATE if changing else DIAGNOSE
    key = (settings.arm_endpoint, settings.arm_audience, settings.arm_ca_file, client_id, identity)
    with ALONE:
        return _shared.setdefault(key, Clients(settings, client_id, identity))


def _credential(client_id: str | None) -> "TokenCredential":
    """A managed identity where the platform offers one, else what a developer's machine has.

    Source: azure-identity 1.27.0, ``ManagedIdentityCredential`` on App Service and Azure Functions.
    """
    from azure.identity import DefaultAzureCredential, ManagedIdentityCredential

    if os.environ.get("IDENTITY_ENDPOINT") or os.environ.get("MSI_ENDPOINT"):
        return ManagedIdentityCredential(client_id=client_id, retry_total=0)
    return DefaultAzureCredential(managed_identity_client_id=client_id)
