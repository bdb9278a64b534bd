"""Whether the backup policy is of a certain type: V1 (Standard) or V2 (Enhanced)."""

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts import options
from playbooks.facts.verdicts import cannot_tell, judged
from playbooks.model import Cause
from responder.incident import Evidence


def look(case: Case, cause: Cause) -> Seen:
    """Confirmed if the type is one of ``using.types``.

    Source: Azure REST API reference, "Protection Policies - Get", IAASVMPolicyType.
    """
    policy = case.subject.policy
    evidence = [Evidence(what="policy type", value=policy.type, source=policy.id)] if policy else []
    if policy is None or policy.type is None:
        return cannot_tell("The vault does not show the type of the item's backup policy.", evidence)
    text = f"The backup policy {policy.id.rpartition('/')[2]} is of type {policy.type}."
    return judged(options.among(policy.type, options.words(cause, "types", ("V2",))), text, text, evidence)
