"""Causes inside the guest system, which ARM shows only where the extension, the agent or the job tells of them."""

from typing import NamedTuple

from playbooks.case import Case
from playbooks.checks import Seen
from playbooks.facts import extensions, options
from playbooks.facts.verdicts import cannot_tell, confirmed
from playbooks.model import Cause
from responder.errors import NotFound
from responder.incident import Evidence
from responder.language import say

_QUOTED = 300  # characters of a message in the summary


class _Message(NamedTuple):
    speaker: str
    text: str
    source: str


def look(case: Case, cause: Cause) -> Seen:
    """Confirmed if a message holds one of ``using.signs``, whatever its case; else ARM cannot tell.

    Messages are those of the failed job, of the backup extension and of the VM agent.
    """
    signs = options.words(cause, "signs")
    messages = _messages(case)
    found = [(sign, message) for message in messages for sign in signs if sign.lower() in message.text.lower()]
    if not found:
        text = say(
            "ARM does not show what happens inside the VM; the job, the backup extension and the agent do not name it."
        )
        return cannot_tell(text, [Evidence(what=one.speaker, value=one.text, source=one.source) for one in messages])
    sign, first = found[0]
    proofs = list(dict.fromkeys(message for _, message in found))
    return confirmed(
        say(
            "The {speaker} names it ({sign}): {told}.",
            speaker=first.speaker,
            sign=sign,
            told=first.text[:_QUOTED].rstrip("."),
        ),
        [Evidence(what=one.speaker, value=one.text, source=one.source) for one in proofs],
    )


def _messages(case: Case) -> list[_Message]:
    return [*_job(case), *_extension(case), *_agent(case)]


def _job(case: Case) -> list[_Message]:
    job = case.failed_job()
    told = [text for error in job.errors for text in (error.title, error.text, *error.recommendations) if text]
    texts = told + [text for text in job.details.values() if text]
    return [_Message(say("failed job"), text, job.vault_job_id) for text in texts]


def _extension(case: Case) -> list[_Message]:
    try:
        mine = [entry for entry in case.extensions() if extensions.is_backup_extension(entry)]
    except NotFound:  # the VM is gone; the job may still tell
        return []
    return [_Message(say("backup extension"), text, entry.id) for entry in mine for text in entry.messages if text]


def _agent(case: Case) -> list[_Message]:
    machine = case.machine_if_there()
    if machine is None or machine.agent is None or not machine.agent.message:
        return []
    return [_Message(say("VM agent"), machine.agent.message, f"{machine.id}/instanceView")]
