"""The parts of an incident's card: what failed, what was found, what was done, what a person should do."""

from zoneinfo import ZoneInfo

from responder.incident import Action, ActionState, Advice, Finding, Incident, Retry, Verdict, Wait
from responder.language import say
from responder.notify.card_parts import NAME, SENTENCE, Element, command, line, mark, run, small
from responder.notify.card_room import Section
from responder.notify.card_values import short, value
from responder.words import duration, moment

_FINDINGS, _EVIDENCE, _RULED_OUT, _ACTIONS, _RETRIES, _WAITS, _ADVICE, _COMMANDS = 6, 3, 12, 8, 5, 3, 8, 3
_STATE_COLOURS = {
    ActionState.DONE: "Good",
    ActionState.FAILED: "Attention",
    ActionState.FORBIDDEN: "Attention",
    ActionState.REFUSED: "Warning",
    ActionState.SKIPPED: "Warning",
}
_JOB_COLOURS = {"Completed": "Good", "CompletedWithWarnings": "Warning", "Failed": "Attention"}


def failed(incident: Incident, zone: ZoneInfo) -> Section:
    """The job that failed: code, message, when; or since when a good backup is missing."""
    failure, job = incident.failure, incident.job
    code = (job.code if job else None) or (incident.playbooks[-1].code if incident.playbooks else failure.code_hint)
    at = (job.ended_at or job.started_at if job else None) or failure.occurred_at
    since = failure.overdue_since
    told = [
        *line(run(incident.playbooks[-1].title if incident.playbooks else None, weight="Bolder")),
        *line(run(code, NAME, fontType="Monospace", size="Small")),
        *line(run((job.message if job else None) or failure.message)),
        *small(say("Failed at {moment}", moment=moment(at, zone)) if at and not since else ""),
        *small(say("No good backup since {moment}", moment=moment(since, zone)) if since else ""),
    ]
    return Section(say("What failed"), [told] if told else [])


def found(incident: Incident) -> Section:
    """The findings with their evidence: confirmed causes, then those that nobody can tell; the others as names."""
    confirmed = _findings(incident, Verdict.CONFIRMED)
    open_ = _findings(incident, Verdict.CANNOT_TELL)
    telling = confirmed + open_
    return Section(
        say("What was found"),
        [_finding(finding) for finding in telling[:_FINDINGS]],
        max(0, len(telling) - _FINDINGS),
        lambda count: say("… and {count} more findings: see the incident.", count=count),
        _ruled_out(_findings(incident, Verdict.RULED_OUT)),
    )


def evidence(incident: Incident) -> Section:
    """The confirmed findings alone."""
    confirmed = _findings(incident, Verdict.CONFIRMED)
    return Section(
        say("Why"),
        [_finding(finding) for finding in confirmed[:_FINDINGS]],
        max(0, len(confirmed) - _FINDINGS),
        lambda count: say("… and {count} more findings: see the incident.", count=count),
    )


def _findings(incident: Incident, verdict: Verdict) -> list[Finding]:
    return [finding for finding in incident.findings if finding.verdict is verdict]


def _finding(finding: Finding) -> list[Element]:
    confirmed = finding.verdict is Verdict.CONFIRMED
    verdict = say("Confirmed") if confirmed else say("Cannot tell")
    facts = finding.evidence
    told = [
        *line(mark(verdict, "Accent" if confirmed else "Default"), run(short(finding.summary)), spacing="Default"),
        *(
            element
            for fact in facts[:_EVIDENCE]
            for element in small(f"{short(fact.what, NAME)}: {value(fact.value, SENTENCE)}")
        ),
    ]
    if len(facts) > _EVIDENCE:
        told += small(say("… and {count} more facts: see the incident.", count=len(facts) - _EVIDENCE))
    return told


def _ruled_out(findings: list[Finding]) -> list[Element]:
    if not findings:
        return []
    names = ", ".join(short(finding.cause, NAME) for finding in findings[:_RULED_OUT])
    more = f" (+{len(findings) - _RULED_OUT})" if len(findings) > _RULED_OUT else ""
    verdict = mark(say("Ruled out"), "Default")
    return line(verdict, run(names, SENTENCE, isSubtle=True), run(more, isSubtle=True), spacing="Default")


def done(incident: Incident) -> Section:
    """The changes, with how each went, why, and how to take it back."""
    actions = incident.actions
    items = [_action(action) for action in actions[:_ACTIONS]] or [line(run(say("Nothing was changed.")))]
    return Section(
        say("What was done"),
        items,
        max(0, len(actions) - _ACTIONS),
        lambda count: say("… and {count} more changes: see the incident.", count=count),
    )


def _action(action: Action) -> list[Element]:
    colour = _STATE_COLOURS.get(action.state, "Default")
    told = line(mark(action.state, colour), run(short(action.summary)), spacing="Default")
    told += line(run(action.reason, size="Small"))
    told += small(say("Approved by {who}", who=action.approved_by) if action.approved_by else "")
    return told + (undo(action.undo) if action.state in {ActionState.DONE, ActionState.STARTED} else [])


def undo(text: str | None) -> list[Element]:
    """How a change is taken back: a sentence, or the command; a command that would have to be cut is not shown."""
    if not text or not text.startswith("az "):
        return small(say("Undo: {how}", how=text) if text else "")
    shown = command(text)
    return small(say("Undo:") if shown else say("Undo: the command is in the incident.")) + shown


def backups(incident: Incident, zone: ZoneInfo) -> Section:
    """The ad hoc backups."""
    return Section(
        say("Backups"),
        [_backup(retry, zone) for retry in incident.retries[-_RETRIES:]],
        max(0, len(incident.retries) - _RETRIES),
        lambda count: say("… and {count} earlier backups: see the incident.", count=count),
    )


def _backup(retry: Retry, zone: ZoneInfo) -> list[Element]:
    expected = retry.expected_failure and retry.state == "Failed"
    colour = "Default" if expected else _JOB_COLOURS.get(retry.state, "Default")
    ended = f" → {moment(retry.ended_at, zone)}" if retry.ended_at else ""
    return [
        *line(mark(short(retry.state, NAME), colour), run(short(retry.purpose)), spacing="Default"),
        *small(say("This failure is a step of the cure.") if expected else ""),
        *small("" if expected else " ".join(filter(None, (retry.code, retry.message)))),
        *small(f"{moment(retry.started_at, zone)}{ended}"),
    ]


def waited(incident: Incident, zone: ZoneInfo) -> Section:
    """The named states in which time passed."""
    return Section(
        say("Waits"),
        [_wait(wait, zone) for wait in incident.waits[-_WAITS:]],
        max(0, len(incident.waits) - _WAITS),
        lambda count: say("… and {count} earlier waits: see the incident.", count=count),
    )


def _wait(wait: Wait, zone: ZoneInfo) -> list[Element]:
    span = f" ({duration((wait.until - wait.since).total_seconds())})" if wait.until else ""
    told = line(mark(short(wait.name, NAME), "Default"), run(wait.why), spacing="Default")
    return told + small(f"{moment(wait.since, zone)}{span}")


def next_steps(incident: Incident, title: str) -> Section:
    """What a person should do, step by step, with commands."""
    steps = incident.guidance
    return Section(
        title,
        [_step(number, step) for number, step in enumerate(steps[:_ADVICE], 1)],
        max(0, len(steps) - _ADVICE),
        lambda count: say("… and {count} more steps: see the incident.", count=count),
    )


def _step(number: int, step: Advice) -> list[Element]:
    told = line(mark(f"{number}.", "Default"), run(short(step.text)), spacing="Default")
    told += small(say("Portal: {path}", path=step.portal) if step.portal else "")
    shown = [(entry, code) for entry in step.commands[:_COMMANDS] if (code := command(entry.line))]
    for entry, code in shown:
        told += small(say("In a shell inside the VM:")) if entry.at == "vm" else []
        told += code
    hidden = len(step.commands) - len(shown)
    return told + small(say("{count} more commands are in the incident.", count=hidden) if hidden else "")
