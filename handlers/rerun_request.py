"""What a person asks to be run again: the body of POST /api/rerun, checked, with every mistake named."""

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar, cast

from handlers.reasons import Reason
from playbooks import loader
from playbooks.loader import Library, normal
from responder.dig import dig
from responder.ids import ItemId, ResourceId, VaultId, same
from responder.incident import Mode
from responder.language import say
from responder.wire import Wire

T = TypeVar("T")

FIELDS = ("vmId", "protectedItemId", "vaultId", "jobId", "incidentId", "mode", "playbook")

_INCIDENT = re.compile(r"inc-[0-9a-f]{32}")
_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_MACHINE = "microsoft.compute/virtualmachines"
_SHOWN = 120  # characters of a wrong value


class Wanted(Wire):
    """A checked request: exactly one target, and what is asked for beyond it."""

    vm: ResourceId | None = None
    item: ItemId | None = None
    vault: VaultId | None = None
    job: str | None = None
    incident: str | None = None
    mode: Mode | None = None
    playbook: str | None = None


def parse(body: object, playbook_folder: str | None) -> tuple[Wanted, list[Reason]]:
    """What is wanted, and all that is wrong with how it was asked for.

    Raises:
        PlaybookError: the playbook that is asked for cannot be used.
    """
    if not isinstance(body, Mapping):
        return Wanted(), [
            Reason("body", say("It is no JSON object."), say("Send an object with {targets}.", targets=_targets()))
        ]
    reader = _Reader(cast("Mapping[object, Any]", body))
    reader.refuse_unknown()
    wanted = Wanted(
        vm=reader.read("vmId", _vm),
        item=reader.read("protectedItemId", _item),
        vault=reader.read("vaultId", _vault),
        job=reader.read("jobId", _job),
        incident=reader.read("incidentId", _incident),
        mode=reader.read("mode", _mode),
        playbook=reader.read("playbook", lambda code: _playbook(code, playbook_folder)),
    )
    reader.check_targets()
    return wanted, reader.reasons


class _Wrong(Exception):
    """A value that cannot be used; the text says what to send instead."""


class _Reader:
    def __init__(self, body: Mapping[object, Any]) -> None:
        self.reasons: list[Reason] = []
        self._body = body

    def refuse_unknown(self) -> None:
        names = {field.lower(): field for field in FIELDS}
        for given in map(str, self._body):
            if given.lower() in names:
                continue
            near = get_close_matches(given.lower(), names, n=1)
            remedy = _meant(names[near[0]]) if near else say("Use {form}.", form=", ".join(FIELDS))
            self.reasons.append(Reason(given[:_SHOWN], say("There is no such field."), remedy))

    def check_targets(self) -> None:
        """Exactly one target; told also where its value is wrong."""
        given = {name for name in FIELDS[:5] if dig(self._body, name) is not None}
        pair = {"vaultId", "jobId"}
        if given and given & pair and given & pair != pair:
            (missing,) = pair - given
            remedy = say("vaultId and jobId name a job together.")
            self.reasons.append(Reason(missing, say("It is missing."), remedy))
        if len(given - pair) + bool(given & pair) != 1:
            self.reasons.append(Reason("body", _count(given), say("Send {targets}.", targets=_targets())))

    def read(self, name: str, convert: Callable[[str], T]) -> T | None:
        """The value of a field; None if it is not there, or wrong."""
        given = dig(self._body, name)
        if given is None:
            return None
        try:
            return convert(_text(given))
        except _Wrong as wrong:
            message = say("'{value}' is not understood.", value=str(given)[:_SHOWN])
            self.reasons.append(Reason(name, message, str(wrong)))
            return None


def _targets() -> str:
    return say("vmId, protectedItemId, incidentId, or vaultId and jobId")


def _meant(names: str) -> str:
    return say("Did you mean {names}?", names=names)


def _count(given: set[str]) -> str:
    if not given:
        return say("None was sent; exactly one target is needed.")
    return say("{names} were sent; exactly one target is needed.", names=", ".join(sorted(given)))


def _text(given: object) -> str:
    if not isinstance(given, str) or not given.strip():
        raise _Wrong(say("Send a text that is not empty, or leave it out."))
    return given.strip().rstrip("/")


def _vm(given: str) -> ResourceId:
    vm = ResourceId.parse(given)
    if vm is None or vm.type.lower() != _MACHINE:
        form = "/subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.Compute/virtualMachines/<vm>"
        raise _Wrong(say("Use {form}.", form=form))
    return vm


def _item(given: str) -> ItemId:
    item = ItemId.parse(given)
    if item is None:
        raise _Wrong(say("Use the ARM id of the protected item in its vault."))
    if not item.is_virtual_machine:
        raise _Wrong(say("Only Azure VMs (VM;iaasvmcontainerv2;...) are handled."))
    return item


def _vault(given: str) -> VaultId:
    vault = VaultId.parse(given)
    if vault is None or not same(str(vault), given):
        form = "/subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.RecoveryServices/vaults/<vault>"
        raise _Wrong(say("Use {form}.", form=form))
    return vault


def _job(given: str) -> str:
    if not _GUID.fullmatch(given.lower()):
        raise _Wrong(say("Use the GUID of the job, as the vault shows it."))
    return given.lower()


def _incident(given: str) -> str:
    if not _INCIDENT.fullmatch(given):
        raise _Wrong(say("Use an id such as inc- and 32 hexadecimal digits."))
    return given


def _mode(given: str) -> Mode:
    if given.lower() not in set(Mode):
        raise _Wrong(say("Use {modes}; it can only make the app stricter.", modes=", ".join(Mode)))
    return Mode(given.lower())


def _playbook(given: str, folder: str | None) -> str:
    found = Library(folder).by_code(given)
    if found is None:
        near = ", ".join(_near(given, folder))
        raise _Wrong(_meant(near) if near else say("Use the code of a playbook."))
    return found.code


def _near(code: str, folder: str | None) -> list[str]:
    """Codes of playbooks that are spelt alike."""
    own = loader.own(folder).playbooks.values() if folder else ()
    codes = [path.stem for path in sorted(loader.CATALOGUE.glob("*.yaml"))] + [playbook.code for playbook in own]
    known = {normal(name): name for name in codes}
    return [known[near] for near in get_close_matches(normal(code), known, n=3)]
