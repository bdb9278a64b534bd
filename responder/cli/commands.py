"""What each word of the command line does. Each answers with its exit code."""

from argparse import Namespace
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import quote

from responder.cli import checkup, story
from responder.cli.api import Api
from responder.cli.screen import Screen, moment, plain
from responder.dig import dig, rows, text
from responder.errors import ApiError

DONE, NOT_DONE = 0, 1

_RESOLVED = {"resolved", "resolved-with-warnings"}
_FILTERS = {
    "state": "state",
    "outcome": "outcome",
    "code": "errorCode",  # "code" is where a function key may stand in an address
    "vault": "vault",
    "vm": "vm",
    "since": "since",
    "top": "top",
}
"""Of the command line, and the names under which the API knows them."""

_LOST_LOOKS = 5  # answers that may be missing in a row while an incident is followed
_SHORTEST = 0.2  # seconds between two looks


class Desk(NamedTuple):
    """What every command works with; ``pause`` lets some seconds pass."""

    api: Api
    screen: Screen
    pause: Callable[[float], object]


def rerun(desk: Desk, asked: Namespace) -> int:
    """Open the incident; with --follow tell what becomes of it."""
    vault, job = asked.job or (None, None)
    body = {
        "vmId": asked.vm,
        "protectedItemId": asked.item,
        "vaultId": vault,
        "jobId": job,
        "incidentId": asked.incident,
        "mode": asked.mode,
        "playbook": asked.playbook,
    }
    answer = desk.api.post("rerun", {name: value for name, value in body.items() if value})
    opened = rows(answer, "incidents")
    if asked.follow and opened:
        return _follow(desk, str(text(opened[0], "id")), asked)
    return _told(desk, asked, answer, [f"{text(entry, 'id')}  {text(entry, 'statusUrl')}" for entry in opened])


def incidents(desk: Desk, asked: Namespace) -> int:
    """A table of incidents."""
    query = {known: str(value) for name, known in _FILTERS.items() if (value := getattr(asked, name)) is not None}
    pages = list(_pages(desk.api, query, every=asked.all))
    found = [entry for page in pages for entry in rows(page, "incidents")]
    if asked.json:
        desk.screen.json({**pages[-1], "incidents": found})
        return DONE
    if found:
        desk.screen.table(story.HEADS, [story.row(entry) for entry in found])
    else:
        desk.screen.line("There is no such incident.")
    if text(pages[-1], "continuation"):
        desk.screen.line("There are more: --all shows them, --since, --vm and others narrow the list.")
    if note := text(pages[-1], "note"):
        desk.screen.line(plain(note))
    return DONE


def show(desk: Desk, asked: Namespace) -> int:
    """One incident, or its story as it happens."""
    if asked.follow:
        return _follow(desk, asked.incident, asked)
    found = _incident(desk.api, asked.incident)
    if asked.json:
        desk.screen.json(found)
    else:
        _whole(desk.screen, found)
    return DONE


def approve(desk: Desk, asked: Namespace) -> int:
    """Allow the plan."""
    answer = desk.api.decide(asked.link, asked.command)
    return _told(desk, asked, answer, [f"{text(answer, 'id')}: {text(answer, 'decision')} was sent."])


def pause(desk: Desk, asked: Namespace) -> int:
    """Stop all changes."""
    answer = desk.api.post("switch", {"paused": True})
    return _told(desk, asked, answer, ["All changes are stopped. Incidents wait; resume lets them go on."])


def resume(desk: Desk, asked: Namespace) -> int:
    """Allow changes again."""
    answer = desk.api.post("switch", {"paused": False})
    return _told(desk, asked, answer, ["Changes are allowed. Waiting incidents go on within 15 minutes."])


def status(desk: Desk, asked: Namespace) -> int:
    """The switch, and the app's health."""
    switch, health = desk.api.get("switch"), desk.api.get("health")
    paused = dig(switch, "paused") is True
    since = f" since {moment(text(switch, 'since'))}" if text(switch, "since") else ""
    by = f" by {plain(text(switch, 'by'))}" if text(switch, "by") else ""
    lines = [f"The app is up ({plain(text(health, 'status'))})."]
    lines += [f"All changes are stopped{by}{since}." if paused else "Changes are allowed."]
    lines += [f"Open incidents: {dig(switch, 'open') or 0} of {dig(switch, 'limits', 'concurrentIncidents') or 0}."]
    lines += [f"{title}: {told}." for title, name in _COUNTED if (told := _counts(dig(switch, name)))]
    return _told(desk, asked, {"switch": switch, "health": health}, lines)


_COUNTED = (("Ended so far", "ended"), ("Held up or refused", "refusals"))


def _counts(counted: object) -> str:
    """``needs-human 3, resolved 12``."""
    known = counted if isinstance(counted, dict) else {}
    return ", ".join(f"{plain(str(name))} {count}" for name, count in sorted(known.items()))


def restore_locks(desk: Desk, asked: Namespace) -> int:
    """Put removed locks back; 1 if one of them is not."""
    answer = desk.api.post(f"incidents/{quote(asked.incident, safe='')}/restore-locks")
    locks = rows(answer, "locks")
    lines = [f"{plain(text(e, 'state'))}  {plain(text(e, 'id'))}  {plain(text(e, 'reason'))}".rstrip() for e in locks]
    _told(desk, asked, answer, lines)
    return DONE if all(text(lock, "state") in {"put-back", "exists"} for lock in locks) else NOT_DONE


def _told(desk: Desk, asked: Namespace, answer: Any, lines: list[str]) -> int:
    if asked.json:
        desk.screen.json(answer)
    else:
        for line in lines:
            desk.screen.line(line)
    return DONE


def _incident(api: Api, name: str) -> dict[str, Any]:
    return dict(api.get(f"incidents/{quote(name, safe='')}"))


def _pages(api: Api, query: dict[str, str], *, every: bool) -> Iterator[Any]:
    token: str | None = None
    while True:
        page = api.get("incidents", {**query, **({"continuation": token} if token else {})})
        yield page
        token = text(page, "continuation")
        if token is None or not every:
            return


def _whole(screen: Screen, incident: dict[str, Any]) -> None:
    parts = {"": story.head(screen, incident), "What happened": story.happened(screen, incident)}
    parts |= {"For a person to do": story.left_to_do(incident)}
    for title, lines in parts.items():
        shown = list(lines)
        if title and shown:
            screen.line(f"\n{screen.mark(title, 'head')}")
        for line in shown:
            screen.line(line)


def _follow(desk: Desk, name: str, asked: Namespace) -> int:
    """Tell each step once, until the incident has ended; the whole of it then."""
    seen: set[str] = set()
    for incident in _looks(desk, name, max(asked.every, _SHORTEST)):
        ended = incident.get("state") in {"ended", "located"}
        if asked.json and ended:
            desk.screen.json(incident)
        elif ended:
            _whole(desk.screen, incident)
        elif not asked.json:
            _tell(desk.screen, incident, seen)
        if ended:
            return DONE if incident.get("outcome") in _RESOLVED else NOT_DONE
    return NOT_DONE


def _tell(screen: Screen, incident: dict[str, Any], seen: set[str]) -> None:
    for line in [f"{plain(incident.get('state'))}", *story.happened(screen, incident)]:
        if line not in seen:
            seen.add(line)
            screen.line(line)


def _looks(desk: Desk, name: str, every: float) -> Iterator[dict[str, Any]]:
    """The incident again and again; some looks may fail, as while the app is deployed anew."""
    lost = 0
    while True:
        try:
            yield _incident(desk.api, name)
            lost = 0
        except ApiError as error:
            lost += 1
            if lost > _LOST_LOOKS or (error.status is not None and error.status < 500):  # noqa: PLR2004  it will not change
                raise
        desk.pause(every)


def doctor(desk: Desk, asked: Namespace) -> int:
    """What keeps the app from its work; 1 if something fails."""
    return DONE if checkup.shown(desk.screen, checkup.of(desk.api), as_json=asked.json) else NOT_DONE


COMMANDS: dict[str, Callable[[Desk, Namespace], int]] = {
    "rerun": rerun,
    "incidents": incidents,
    "show": show,
    "approve": approve,
    "decline": approve,
    "pause": pause,
    "resume": resume,
    "status": status,
    "doctor": doctor,
    "restore-locks": restore_locks,
}
