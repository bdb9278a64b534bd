"""Guidance with the names of the VM at hand filled in."""

import re
from collections.abc import Callable

from playbooks.case import Case
from playbooks.model import Guide
from responder.errors import ArmError, TryLater
from responder.ids import ResourceId
from responder.incident import Advice, Command

_NAME = re.compile(r"\{([a-z][a-z_]*)\}")
_UBUNTU_LIKE = ("ubuntu", "debian")


def advise(case: Case, guides: list[Guide]) -> list[Advice]:
    """The steps that fit the VM's operating system, with its names, those of its vault and its item."""
    texts = [text for guide in guides for text in _texts(guide)]
    wanted = {name for text in texts for name in _NAME.findall(text) if name in PLACEHOLDERS}
    names = {name: _value(case, name) for name in wanted}
    system = _system(case) if any(guide.os for guide in guides) else None
    return [_advice(guide, names) for guide in guides if guide.os is None or system in {None, guide.os}]


def unknown_names(text: str) -> list[str]:
    """Names in braces that look like placeholders but are none; commands write blanks inside of their own braces."""
    return [name for name in _NAME.findall(text) if name not in PLACEHOLDERS]


def _texts(guide: Guide) -> list[str]:
    return [guide.text, guide.portal or "", *(run.line for run in guide.run)]


def _advice(guide: Guide, names: dict[str, str]) -> Advice:
    def fill(text: str) -> str:
        return _NAME.sub(lambda found: names.get(found[1], found[0]), text)

    return Advice(
        text=fill(guide.text),
        portal=fill(guide.portal) if guide.portal else None,
        commands=[Command(shell=run.shell, at=run.at, line=fill(run.line)) for run in guide.run],
        lasting=guide.lasting,
    )


def _value(case: Case, name: str) -> str:
    """A name's value; where ARM has none (the VM is gone), the name itself in capitals, for a person to fill in."""
    try:
        return PLACEHOLDERS[name](case) or name.upper()
    except TryLater:
        raise
    except ArmError:
        return name.upper()


def _system(case: Case) -> str | None:
    machine = case.machine_if_there()
    return machine.os if machine else None


def _os_name(case: Case) -> str | None:
    machine = case.machine()
    return machine.os_name or machine.os


def _agent_service(case: Case) -> str:
    name = (_os_name(case) or "").lower()
    return "walinuxagent" if any(word in name for word in _UBUNTU_LIKE) else "waagent"


def _interface(case: Case) -> ResourceId | None:
    ids = case.machine().interfaces
    return ResourceId.parse(ids[0]) if ids else None


def _key_vault(case: Case) -> ResourceId | None:
    keys = [key.vault_id for disk in case.disks() for key in disk.keys]
    return ResourceId.parse(keys[0]) if keys else None


PLACEHOLDERS: dict[str, Callable[[Case], str | None]] = {
    "vm": lambda case: case.subject.vm.name,
    "vm_id": lambda case: case.subject.vm_id,
    "vm_group": lambda case: case.subject.vm.group,
    "subscription": lambda case: case.subject.vm.subscription,
    "location": lambda case: case.machine().location,
    "os_name": _os_name,
    "agent_service": _agent_service,
    "extension": lambda case: "VMSnapshotLinux" if _system(case) == "linux" else "VMSnapshot",
    "vault": lambda case: case.subject.item.vault.name,
    "vault_group": lambda case: case.subject.item.vault.group,
    "vault_id": lambda case: str(case.subject.item.vault),
    "container": lambda case: case.subject.item.container,
    "item": lambda case: case.subject.item.item,
    "job": lambda case: case.subject.failed_job,
    "collections": lambda case: ", ".join(entry.id for entry in case.collections()),
    "interface": lambda case: getattr(_interface(case), "name", None),
    "interface_group": lambda case: getattr(_interface(case), "group", None),
    "key_vault": lambda case: getattr(_key_vault(case), "name", None),
    "key_vault_group": lambda case: getattr(_key_vault(case), "group", None),
    "disks": lambda case: ", ".join(disk.name for disk in case.machine().disks),
    "backup_app_id": lambda case: case.settings.backup_service_app_id,
}
"""What guidance may name in braces, and where it comes from."""
