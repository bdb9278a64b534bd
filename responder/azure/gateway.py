"""The one way from this app to Azure Resource Manager."""

from responder.azure.alerting import Alerting
from responder.azure.clients import shared
from responder.azure.disks import Disks
from responder.azure.extensions import Extensions
from responder.azure.finding import Finding
from responder.azure.fleet import Fleet
from responder.azure.insights import Insights
from responder.azure.jobs import Jobs
from responder.azure.key_vaults import KeyVaults
from responder.azure.locks import Locks
from responder.azure.long_running import LongRunning
from responder.azure.machines import Machines
from responder.azure.network import Network
from responder.azure.policies import Policies
from responder.azure.power import Power
from responder.azure.restore_points import RestorePoints
from responder.azure.rights import Rights
from responder.azure.roles import Roles
from responder.azure.vaults import Vaults
from responder.settings import Settings


class _Backup(Vaults, Jobs, Policies):
    """The calls to Azure Backup."""


class _Compute(Machines, Extensions, Disks, Power, RestorePoints, LongRunning):
    """The calls to Compute, and to the operations that take their time."""


class _Rights(Locks, KeyVaults, Roles):
    """The calls to what allows and forbids."""


class _Looks(Network, Insights, Fleet, Finding, Alerting):
    """The calls that only look."""


class Gateway(_Backup, _Compute, _Rights, _Looks):
    """Every ARM call of the app: one request each, except lists that have pages. Nothing waits, nothing is repeated.

    Cheap to build; clients, tokens and connections live as long as the process.

    Raises:
        ArmError: from every method, one of its kinds in `responder.errors`.
        NotForChanges: from every method that changes something, unless the gateway was made for it.
    """

    def __init__(self, settings: Settings, *, changing: bool = False) -> None:
        """A gateway that reads; ``changing``: one that makes changes too, as the identity that may."""
        super().__init__(shared(settings), shared(settings, changing=True) if changing else None)


def rights_of(settings: Settings) -> list[Rights]:
    """Each identity of the app, that which reads first: to be asked what it is and may do, and nothing else."""
    known = (shared(settings), shared(settings, changing=True))
    return [Rights(clients) for clients in dict.fromkeys(known)]
