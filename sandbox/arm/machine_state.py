"""A virtual machine as it is now: what the scenario said at first, and what time and cures made of it."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.arm.spec_machine import Cure, ExtensionSpec, MachineSpec

BACKUP_PUBLISHER = "Microsoft.Azure.RecoveryServices"
_SETTLED = {"starting": "running", "stopping": "stopped", "deallocating": "deallocated"}


def guid() -> str:
    """A new random id."""
    return str(uuid.uuid4())


@dataclass
class Extension:
    """An extension of a VM; ``state`` is its provisioningState."""

    name: str
    publisher: str
    type: str
    state: str = "Succeeded"
    message: str | None = None

    @property
    def of_backup(self) -> bool:
        """Whether it is the snapshot extension of the backup."""
        return self.publisher == BACKUP_PUBLISHER


@dataclass
class Machine:
    """A virtual machine; ``key`` is its id in lower case.

    ``heard`` is when its agent reported last, None while it does so all the time; ``busy_until`` is when the
    operation ends that Compute works on.
    """

    id: str
    name: str
    group: str
    tags: dict[str, str] = field(default_factory=dict[str, str])
    guid: str = field(default_factory=guid)
    spec: MachineSpec = field(default_factory=MachineSpec)
    location: str = ""
    heard: datetime | None = None
    busy_until: datetime | None = None
    failed_deletions: int = 0

    def __post_init__(self) -> None:
        self.key = self.id.lower()
        self.exists = self.spec.exists and self.spec.group_exists
        self.power: str = self.spec.power
        self.state = self.spec.state
        self.agent: str = self.spec.agent.state
        self.extensions = [_installed(extension) for extension in self.spec.extensions]
        if self.spec.backup_extension.present:
            planned = self.spec.backup_extension
            self.extensions.insert(0, self._of_backup(planned.state, planned.message))

    @property
    def windows(self) -> bool:
        """Whether Windows runs in it."""
        return self.spec.os == "windows"

    @property
    def answers(self) -> bool:
        """Whether its agent can be given work: it runs, is ready, and was heard of lately."""
        return self.power == "running" and self.agent in {"ready", "waiting-for-network"} and self.heard is None

    @property
    def backup_extension(self) -> Extension | None:
        """The snapshot extension of the backup, if it is installed."""
        return next((extension for extension in self.extensions if extension.of_backup), None)

    def cure(self, cure: Cure) -> None:
        """Let a cure have the effects that the scenario gives it."""
        if cure in self.spec.agent.recovers_on:
            self.recover_agent()
        extension = self.backup_extension
        if extension and cure in self.spec.backup_extension.recovers_on:
            extension.state, extension.message = "Succeeded", None
        if cure in self.spec.state_recovers_on:
            self.state = "Succeeded"

    def recover_agent(self) -> None:
        """The agent reports again, and is ready."""
        self.agent, self.heard = "ready", None

    def settle(self) -> None:
        """What was under way is over: an update, a start, a stop."""
        self.state = "Succeeded"
        self.power = _SETTLED.get(self.power, self.power)

    def take_backup_extension(self) -> None:
        """A backup that succeeds installs the extension anew where it is missing."""
        if not self.backup_extension:
            self.extensions.insert(0, self._of_backup("Succeeded", None))

    def _of_backup(self, state: str, message: str | None) -> Extension:
        name = "VMSnapshot" if self.windows else "VMSnapshotLinux"
        return Extension(name, BACKUP_PUBLISHER, name, state, message)


def _installed(spec: ExtensionSpec) -> Extension:
    return Extension(spec.name, spec.publisher, spec.type, spec.state, spec.message)
