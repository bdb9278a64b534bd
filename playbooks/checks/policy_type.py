"""Whether the backup policy is of a certain type: V1 (Standard) or V2 (Enhanced)."""

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts import options
from playbooks.facts.verdicts import cannot_tell, judged
from playbooks.model import Cause
from responder.incident import Evidence
from responder.language import say


def look(case: Case, cause: Cause) -> Seen:
    """Confirmed if the type is one of ``using.types``.

    Source: Azure REST API reference, "Protection Policies - Get", IAASVMPolicyType.
    """
    policy = case.subject.policy
    evidence = [Evidence(what=say("policy type"), value=policy.type, source=policy.id)] if policy else []
    if policy is None or policy.type is None:
        return cannot_tell(say("The vault does not show the type of the item's backup policy."), evidence)
    name = policy.id.rpartition("/")[2]
    text = say("The backup policy {policy} is of type {type}.", policy=name, type=policy.type)
    return judged(options.among(policy.type, options.words(cause, "types", ("V2",))), text, text, evidence)
