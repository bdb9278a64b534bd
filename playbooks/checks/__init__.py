"""Read-only diagnostics. Each module is one check, found by its name, with ``look(case, cause) -> Seen``."""

from importlib import import_module
from typing import Protocol, cast

from playbooks.case import Case
from playbooks.model import Cause
from responder.incident import Evidence, Finding, Verdict
from responder.wire import Wire


class Seen(Wire):
    """What a check saw. ``reasons`` are refusal names whose guidance the playbook adds."""

    verdict: Verdict
    summary: str
    evidence: list[Evidence] = []
    reasons: list[str] = []


class Check(Protocol):
    """The function of a check module."""

    def look(self, case: Case, cause: Cause) -> Seen:
        """Confirm the cause, rule it out, or say why that cannot be told."""
        ...


def run(case: Case, cause: Cause) -> Finding:
    """The finding about one cause."""
    module = cast("Check", import_module(f"{__name__}.{cause.check.replace('-', '_')}"))
    seen = module.look(case, cause)
    return Finding(
        cause=cause.id,
        check=cause.check,
        verdict=seen.verdict,
        summary=seen.summary,
        evidence=seen.evidence,
        guidance=_guidance(case, cause, seen),
        at=case.now,
    )


def fill(case: Case, lines: list[str]) -> list[str]:
    """Guidance with the VM's, the vault's and the item's names filled in."""
    subject = case.subject
    names = {
        "vm": subject.vm.name,
        "vm_id": subject.vm_id,
        "vm_group": subject.vm.group,
        "subscription": subject.vm.subscription,
        "vault": subject.item.vault.name,
        "vault_group": subject.item.vault.group,
        "container": subject.item.container,
        "item": subject.item.item,
    }
    if any("{collections}" in line for line in lines):
        names["collections"] = ", ".join(entry.id for entry in case.collections())
    return [line.format_map(names) for line in lines]


def _guidance(case: Case, cause: Cause, seen: Seen) -> list[str]:
    if seen.verdict is not Verdict.CONFIRMED:
        return []
    return fill(case, cause.guidance + [line for reason in seen.reasons for line in cause.refusals.get(reason, [])])
