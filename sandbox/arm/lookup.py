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
    group = request.world.group(request.params["group"])
    if group is None:
        raise errors.no_group(request.params["group"])
    return group


def check_vault(request: Request) -> None:
    """Refuse a vault that does not exist."""
    group, spec = check_group(request), request.world.spec.vault
    if not (same(group, spec.group) and same(request.params["vault"], spec.name)):
        raise errors.no_resource("Microsoft.RecoveryServices/vaults", request.params["vault"], group)


def item(request: Request) -> Item:
    """The protected item of container and item name; both have a prefix, which may be of any case."""
    check_vault(request)
    wrapper, _, container = request.params["container"].partition(";")
    kind, _, name = request.params["item"].partition(";")
    if (wrapper.lower(), kind.lower()) == ("iaasvmcontainer", "vm") and same(container, name):
        found = request.world.item(container)
        if found:
            return found
    text = f"The specified protected item '{request.params['item']}' was not found in the vault."
    raise errors.refuse(404, "BMSUserErrorObjectNotFound", text, errors.SERVICE)


def job(request: Request) -> Job:
    """The job of an id, from the moment on at which the service shows it."""
    check_vault(request)
    found = request.world.job(request.params["job"])
    if found and found.listed(request.at):
        return found
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
    kind = "Microsoft.Compute/virtualMachines"
    found = request.world.machine(request.world.resource_id(group, kind, name))
    if not found:
        raise errors.no_resource(kind, name, group)
    return found
