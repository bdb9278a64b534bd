"""From the names in a path to the things of the world, or the 404 that ARM answers."""

from sandbox.arm import errors
from sandbox.arm.exchange import Request
from sandbox.arm.machine_state import Machine
from sandbox.arm.paths import same
from sandbox.arm.world import Collection, Item, Job

SUB = "/subscriptions/{sub}"
GROUP = SUB + "/resourceGroups/{group}"
RSV = GROUP + "/providers/Microsoft.RecoveryServices/vaults/{vault}"
ITEM = RSV + "/backupFabrics/{fabric}/protectionContainers/{container}/protectedItems/{item}"
COMPUTE = GROUP + "/providers/Microsoft.Compute"


def check_group(request: Request) -> str:
    """The name of the group as it was created.

    Raises:
        Refused: 404 ResourceGroupNotFound.
    """
    asked = request.params["group"]
    for group in request.world.groups:
        if group.lower() == asked.lower():
            return group
    raise errors.no_group(asked)


def check_vault(request: Request) -> None:
    """Refuse a vault that does not exist."""
    group, spec = check_group(request), request.world.spec.vault
    if not (same(group, spec.group) and same(request.params["vault"], spec.name)):
        raise errors.no_resource("Microsoft.RecoveryServices/vaults", request.params["vault"], group)


def item(request: Request) -> Item:
    """The protected item of container and item name; both have a prefix, which may be of any case."""
    check_vault(request)
    for candidate in request.world.protected:
        names = f"IaasVMContainer;{candidate.container}", f"VM;{candidate.container}"
        if same(names[0], request.params["container"]) and same(names[1], request.params["item"]):
            return candidate
    text = f"The specified protected item '{request.params['item']}' was not found in the vault."
    raise errors.refuse(404, "BMSUserErrorObjectNotFound", text, errors.SERVICE)


def job(request: Request) -> Job:
    """The job of an id, from the moment on at which the service shows it."""
    check_vault(request)
    for candidate in request.world.jobs:
        if same(candidate.id, request.params["job"]) and candidate.listed(request.at):
            return candidate
    text = f"The job '{request.params['job']}' was not found."
    raise errors.refuse(404, "BMSUserErrorObjectNotFound", text, errors.SERVICE)


def collection(request: Request) -> Collection:
    """The restore point collection of a group."""
    group = check_group(request)
    kind, name = "Microsoft.Compute/restorePointCollections", request.params["collection"]
    found = request.world.collection(request.world.resource_id(group, kind, name))
    if not found:
        raise errors.no_resource(kind, name, group)
    return found


def machine(request: Request) -> Machine:
    """The VM of a group."""
    group, name = check_group(request), request.params["vm"]
    for candidate in request.world.machines:
        if same(candidate.group, group) and same(candidate.name, name):
            return candidate
    raise errors.no_resource("Microsoft.Compute/virtualMachines", name, group)
