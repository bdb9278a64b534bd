"""What the template of an incident's page names, from any form of the incident's JSON."""

from typing import Any

from handlers.pages import incident_parts as parts
from handlers.pages import timeline
from handlers.pages.timeline_parts import action_tone, backup_tone, short
from responder import approval
from responder.incident import Approval, Incident, Outcome
from responder.language import say
from responder.settings import Settings
from responder.trail import correlation_id
from responder.words import name, outcome, plain

_BROKEN = "stopped"  # the state that `handlers.reading` gives an incident whose orchestration broke down


def values(found: dict[str, Any], app: Settings) -> dict[str, Any]:
    """All that the template names: of a whole incident, of a shorter form, or of JSON that is none."""
    incident = parts.understood(found)
    raw = parts.plain_json(found)
    told = {"id": str(found.get("id") or ""), "raw": raw, "incident": incident, "partial": parts.partial(found)}
    if incident is None:
        return told | _without(found)
    return told | _of(incident, app)


def _without(found: dict[str, Any]) -> dict[str, Any]:
    """A signal, an incident that has only begun, one that broke down, or JSON that this version does not understand."""
    state, signals = found.get("state"), found.get("incidents")
    known = signals if isinstance(signals, list) else []
    return {
        "title": say("Incident {id}", id=str(found.get("id") or "")),
        "open": state not in {"located", _BROKEN} and found.get("outcome") is None,
        "state": str(state or ""),
        "broken": state == _BROKEN,
        "summary": str(found.get("summary") or ""),
        "located": [str(one) for one in known],
    }


def _of(incident: Incident, app: Settings) -> dict[str, Any]:
    shown, asked = outcome(incident.outcome), parts.waiting(incident)
    following = parts.following(incident, app.time_zone)
    about = name(incident.vm) or incident.failure.vm_name or incident.id
    return {
        "title": f"{shown.title}: {about}",
        "about": about,
        "open": incident.outcome is None,
        "tone": shown.tone,
        "code": _code(incident),
        "correlation": correlation_id(incident.id),
        "failed_at": _failed_at(incident),
        "done": parts.done(incident),
        "following": following,
        "summary": "" if following.text == plain(short(incident.summary or ""), 260) else incident.summary or "",
        "urgent": shown.tone in {"attention", "warning"},
        "asked": asked,
        "decision": approval.link(app, incident) if asked else None,
        "decided": [one for one in incident.approvals if one is not asked],
        "drawing": timeline.draw(incident, None, app.time_zone),
        "events": list(timeline.described(incident, app.time_zone)),
        "findings": parts.findings(incident),
        "locks": parts.removed_locks(incident),
        "may_rerun": incident.outcome is not None and bool(incident.failure.vault_id),
        "undone": undone,
        "action_tone": action_tone,
        "backup_tone": backup_tone,
        "shown": parts.shown,
        "origin": parts.origin,
        "short": short,
        "deliveries": incident.deliveries or ([incident.reported] if incident.reported else []),
        "nothing_done": _nothing(incident),
    }


def undone(asked: Approval) -> list[tuple[str, str]]:
    """Each change of a plan with how it is taken back."""
    undo = [*asked.undo, *[""] * len(asked.changes)]
    return list(zip(asked.changes, undo, strict=False))


def _code(incident: Incident) -> str:
    return (incident.job.code if incident.job else None) or incident.failure.code_hint or ""


def _failed_at(incident: Incident) -> Any:
    job = incident.job
    return (job and (job.ended_at or job.started_at)) or incident.failure.occurred_at or incident.failure.overdue_since


def _nothing(incident: Incident) -> str:
    if incident.outcome is None:
        return say("Nothing yet.")
    if incident.outcome is Outcome.OBSERVED:
        return say("Nothing: the mode is read-only.")
    return say("Nothing was changed, and no backup was started.")
