"""All commands of the catalogue and its topics, each with the file that it stands in."""

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from playbooks import loader

TOPICS = loader.CATALOGUE.parent / "guidance"
SAMPLES = {
    "vm": "vm-app-01",
    "vm_id": "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/rg-app"
    "/providers/Microsoft.Compute/virtualMachines/vm-app-01",
    "vm_group": "rg-app",
    "subscription": "0b1f6471-1bf0-4dda-aec3-cb9272f09590",
    "location": "westeurope",
    "os_name": "ubuntu",
    "agent_service": "walinuxagent",
    "extension": "VMSnapshotLinux",
    "vault": "rsv-main",
    "vault_group": "rg-backup",
    "vault_id": "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/rg-backup"
    "/providers/Microsoft.RecoveryServices/vaults/rsv-main",
    "container": "IaasVMContainer;iaasvmcontainerv2;rg-app;vm-app-01",
    "item": "VM;iaasvmcontainerv2;rg-app;vm-app-01",
    "job": "30a8a7dd-9ee5-4ed0-bd1c-9ac9b3ac1bb1",
    "collections": "AzureBackup_vm-app-01_1, AzureBackup_vm-app-01_2",
    "interface": "nic-app-01",
    "interface_group": "rg-network",
    "key_vault": "kv-app",
    "key_vault_group": "rg-keys",
    "disks": "vm-app-01-os, vm-app-01-data",
    "backup_app_id": "262044b1-e2ce-469f-a196-69ab7ada62d3",
}
"""What each name in braces may become; ids of containers and items hold a semicolon, lists a blank."""


class Line(NamedTuple):
    """One command of guidance, with the text of its step."""

    where: str
    shell: str
    at: str
    line: str
    text: str

    def filled(self, values: dict[str, str] = SAMPLES) -> str:
        """The command as a person sees it."""
        line = self.line
        for name, value in values.items():
            line = line.replace(f"{{{name}}}", value)
        return line


@cache
def runs() -> list[Line]:
    """Every command of every playbook and topic."""
    paths = sorted([*loader.CATALOGUE.glob("*.yaml"), *TOPICS.glob("*.yaml")])
    return [run for path in paths for run in _of(path)]


def _of(path: Path) -> list[Line]:
    found: list[Line] = []
    _walk(yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader), path.stem, found)
    return found


def _walk(node: Any, where: str, found: list[Line]) -> None:
    if isinstance(node, dict):
        found += [Line(where, **run, text=node["text"]) for run in node.get("run", [])]
        for value in node.values():
            _walk(value, where, found)
    if isinstance(node, list):
        for value in node:
            _walk(value, where, found)
