"""Whether Azure Backup lacks something in the key vault of an encrypted VM (Azure Disk Encryption)."""

from collections.abc import Callable

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts import key_vaults
from playbooks.facts.verdicts import cannot_tell, confirmed, judged, ruled_out
from playbooks.model import Cause
from responder.azure.model import KeyVault, RoleDefinition
from responder.errors import NotFound
from responder.ids import ResourceId
from responder.incident import Evidence
from responder.language import say

_SETTING = "RESPONDER_BACKUP_SERVICE_OBJECT_ID"


def look(case: Case, cause: Cause) -> Seen:
    """Confirmed if ``using.problem`` is found: policy, role, gone, young or firewall.

    policy: the access policies lack a right; role: the vault works with roles, and they lack a data action; gone:
    the vault was deleted; firewall: it admits no trusted Azure services; young: every right is there, so they may
    not act yet. Rights need the setting RESPONDER_BACKUP_SERVICE_OBJECT_ID.
    Source: Back up and restore encrypted Azure VMs, "Provide permissions".
    """
    encrypted = [disk for disk in case.disks() if disk.encrypted]
    if not encrypted:
        sizes = [Evidence(what="Azure Disk Encryption", value=False, source=disk.id) for disk in case.disks()]
        return ruled_out(say("No disk of the VM uses Azure Disk Encryption; no key vault is needed."), sizes)
    vaults = key_vaults.vaults(encrypted)
    if not vaults:
        shown = [Evidence(what="Azure Disk Encryption", value=True, source=disk.id) for disk in encrypted]
        return cannot_tell(say("The VM's disks are encrypted, but they name no key vault."), shown)
    problem = str(cause.using.get("problem", "policy"))
    return _PROBLEMS[problem](case, vaults)


def _gone(case: Case, vaults: dict[str, bool]) -> Seen:
    gone = [name for name in vaults if _vault(case, name) is None]
    evidence = [
        Evidence(what=say("key vault"), value="gone" if name in gone else "there", source=name) for name in vaults
    ]
    if not gone:
        return ruled_out(say("The key vaults of the VM's encryption are there."), evidence)
    text = "; ".join(say("{name} is {state}", name=_name(name), state=_how_gone(case, name)) for name in gone)
    return confirmed(say("The key vault of the VM's encryption is not there: {vaults}.", vaults=text), evidence)


def _how_gone(case: Case, name: str) -> str:
    parsed = ResourceId.parse(name)
    location = case.machine().location  # Azure Disk Encryption wants the key vault in the VM's region
    if parsed and case.gateway.deleted_key_vault(parsed.subscription, location, parsed.name):
        return say("soft-deleted in {location} and can be recovered", location=location)
    return say("deleted or moved; there is no soft-deleted one in {location}", location=location)


def _firewall(case: Case, vaults: dict[str, bool]) -> Seen:
    found = [vault for vault in (_vault(case, name) for name in vaults) if vault]
    if len(found) < len(vaults):
        return cannot_tell(*_missing_vault(case, vaults))
    shut = [vault for vault in found if vault.firewall]
    evidence = [
        Evidence(what=say("firewall keeps Azure services out"), value=one.firewall, source=one.id) for one in found
    ]
    names = ", ".join(vault.name for vault in shut)
    return judged(
        shut,
        say("The firewall of {names} denies by default and admits no trusted Azure services.", names=names),
        say("The firewall of the key vault lets Azure Backup in."),
        evidence,
    )


def _policy(case: Case, vaults: dict[str, bool]) -> Seen:
    return _rights(case, vaults, roles=False)


def _role(case: Case, vaults: dict[str, bool]) -> Seen:
    return _rights(case, vaults, roles=True)


def _rights(case: Case, vaults: dict[str, bool], *, roles: bool) -> Seen:
    found = [vault for vault in (_vault(case, name) for name in vaults) if vault]
    kind = say("access policies") if not roles else say("roles (Azure RBAC)")
    mine = [vault for vault in found if vault.rbac == roles]
    if found and not mine:
        evidence = [Evidence(what=say("authorises by roles"), value=vault.rbac, source=vault.id) for vault in found]
        text = say("The key vault {vault} does not work with {kind}.", vault=found[0].name, kind=kind)
        return ruled_out(text, evidence)
    owner = case.settings.backup_service_object_id
    if not mine or not owner:
        return cannot_tell(*(_missing_vault(case, vaults) if not mine else _no_setting(mine)))
    lacking = {vault.name: _lacking(case, vault, owner, keys=_keys(vaults, vault)) for vault in mine}
    told = "; ".join(f"{name}: {', '.join(rights)}" for name, rights in lacking.items() if rights)
    return judged(
        told,
        say("Azure Backup lacks rights in the key vault by its {kind}; missing in {rights}.", kind=kind, rights=told),
        say(
            "The {kind} of {vaults} give Azure Backup every right that it needs.", kind=kind, vaults=", ".join(lacking)
        ),
        [_shown(vault, owner, lacking[vault.name]) for vault in mine],
    )


def _young(case: Case, vaults: dict[str, bool]) -> Seen:
    owner = case.settings.backup_service_object_id
    found = [vault for vault in (_vault(case, name) for name in vaults) if vault]
    if len(found) < len(vaults):
        return cannot_tell(*_missing_vault(case, vaults))
    if not owner:
        return cannot_tell(*_no_setting(found))
    lacking = {vault.name: _lacking(case, vault, owner, keys=_keys(vaults, vault)) for vault in found}
    evidence = [_shown(vault, owner, lacking[vault.name]) for vault in found]
    if any(lacking.values()):
        return ruled_out(say("Rights are missing in the key vault, so it is not that they are too young."), evidence)
    text = say(
        "Azure Backup has every right in the key vault that it needs; rights given lately act only after a while."
    )
    return confirmed(text, evidence)


def _lacking(case: Case, vault: KeyVault, owner: str, *, keys: bool) -> list[str]:
    if not vault.rbac:
        return key_vaults.missing_policy(vault, owner, keys=keys)
    return key_vaults.missing_role(_roles(case, vault, owner), keys=keys)


def _roles(case: Case, vault: KeyVault, owner: str) -> list[RoleDefinition]:
    given = case.gateway.role_assignments(vault.id, owner)
    return [case.gateway.role_definition(name) for name in sorted({entry.role_id for entry in given})]


def _vault(case: Case, name: str) -> KeyVault | None:
    try:
        return case.key_vault(name)
    except NotFound:
        return None


def _keys(vaults: dict[str, bool], vault: KeyVault) -> bool:
    return any(keys for name, keys in vaults.items() if name.lower() == vault.id.lower())


def _name(vault_id: str) -> str:
    return vault_id.rstrip("/").rpartition("/")[2]


def _shown(vault: KeyVault, owner: str, lacking: list[str]) -> Evidence:
    value = {"authorisesByRoles": vault.rbac, "objectId": owner, "missing": lacking}
    return Evidence(what=say("rights of Azure Backup in {vault}", vault=vault.name), value=value, source=vault.id)


def _missing_vault(case: Case, vaults: dict[str, bool]) -> tuple[str, list[Evidence]]:
    gone = [name for name in vaults if _vault(case, name) is None]
    evidence = [Evidence(what=say("key vault"), value="gone", source=name) for name in gone]
    names = ", ".join(map(_name, gone))
    return say("The key vault {vaults} is not there, so it cannot be looked at.", vaults=names), evidence


def _no_setting(vaults: list[KeyVault]) -> tuple[str, list[Evidence]]:
    text = say("Whose rights to look for is not known: the app setting {setting} is not set.", setting=_SETTING)
    return text, [Evidence(what=say("key vault"), value="rights not judged", source=vault.id) for vault in vaults]


_PROBLEMS: dict[str, Callable[[Case, dict[str, bool]], Seen]] = {
    "gone": _gone,
    "firewall": _firewall,
    "policy": _policy,
    "role": _role,
    "young": _young,
}
