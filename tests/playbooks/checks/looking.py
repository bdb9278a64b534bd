"""One check at work on a simulated world."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from playbooks.case import Case, Subject
from playbooks.checks import run
from playbooks.model import Cause
from responder.azure.gateway import Gateway
from responder.azure.model import Policy
from responder.ids import ItemId, VaultId
from responder.incident import Finding, Verdict
from tests.playbooks.conftest import Lab

_NOTHING: Mapping[str, Any] = {}
_MOST_QUESTIONS = 5

CONFIRMED, RULED_OUT, CANNOT_TELL = Verdict.CONFIRMED, Verdict.RULED_OUT, Verdict.CANNOT_TELL


def cause(check: str, **using: Any) -> Cause:
    return Cause(id="the-cause", text="A cause.", check=check, using=using)


def subject(here: Lab) -> Subject:
    world = here.cloud.world
    vault = VaultId.parse(world.vault_id)
    assert vault is not None
    assert world.failed_job is not None
    return Subject(
        item=ItemId.of_job_container(vault, world.subject.container),
        vm_id=world.subject.machine.id,
        data_id=world.subject.data_id,
        policy=_policy(here, vault),
        failed_job=world.failed_job.id,
        failed_at=world.failed_job.ends,
        failed_code=world.spec.failed_job.code,
    )


def _policy(here: Lab, vault: VaultId) -> Policy:
    return Gateway(here.settings).policy(vault, here.cloud.world.spec.policy.name)


def case(here: Lab, settings: Mapping[str, Any] = _NOTHING, **changes: Any) -> Case:
    about = replace(subject(here), **changes)
    return Case(Gateway(here.settings), replace(here.settings, **settings), about, here.clock.now())


def look(here: Lab, check: str, settings: Mapping[str, Any] = _NOTHING, **using: Any) -> Finding:
    """What the check finds; while ARM works on an answer, time passes and the check looks again."""
    asked: dict[str, str] = {}
    for _ in range(_MOST_QUESTIONS):
        at_hand = case(here, settings, asked=asked)
        looked = run(at_hand, cause(check, **using))
        if not looked.pending:
            _sound(looked.finding)
            return looked.finding
        asked = at_hand.asked
        here.later(seconds=10)
    raise AssertionError("ARM never answered")


def verdict(here: Lab, check: str, settings: Mapping[str, Any] = _NOTHING, **using: Any) -> Verdict:
    return look(here, check, settings, **using).verdict


def _sound(finding: Finding) -> None:
    """What holds for every finding: a sentence, and evidence that names an ARM path."""
    assert finding.summary.endswith("."), finding.summary
    assert "None" not in finding.summary.replace("next hop None", ""), finding.summary
    for entry in finding.evidence:
        assert entry.source.lower().startswith(("/subscriptions/", "/providers/")), entry
        assert "?" not in entry.source
