"""The one way from this app to Azure Resource Manager."""

from responder.azure.clients import shared
from responder.azure.locks import Locks
from responder.azure.machines import Machines
from responder.azure.restore_points import RestorePoints
from responder.azure.vaults import Vaults
from responder.settings import Settings


class Gateway(Vaults, Locks, RestorePoints, Machines):
    """Every ARM call of the app: one request each, except lists that have pages. Nothing waits, nothing is repeated.

    Cheap to build; clients, tokens and connections live as long as the process.

    Raises:
        ArmError: from every method, one of its kinds in `responder.errors`.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(shared(settings))
