"""The open incident in the little room that Durable Functions gives: 16 KB of UTF-16 for a custom status.

Source: Durable Functions, "Custom orchestration status": the payload is limited to 16 KB of UTF-16 text.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

Plain = dict[str, Any]

_LIMIT = 15_500  # bytes of UTF-16, with some room for how the extension writes JSON


class Shown(NamedTuple):
    """The newest status of an open incident: that of its n-th step."""

    step: int
    status: Plain


class Newest:
    """The newest status of the incidents that this process has worked on.

    A replay goes through all earlier steps again, and only the status of the last one counts. What is not remembered,
    because another instance took that step, is made anew.
    """

    def __init__(self, most: int = 1024) -> None:
        self._shown: dict[tuple[str, datetime], Shown] = {}
        self._most = most

    def at(
        self, incident: tuple[str, datetime], step: int, make: Callable[[], Plain], *, replaying: bool
    ) -> Plain | None:
        """The status of a step; None if a later one is known, and so this one is not the last."""
        known = self._shown.get(incident) if replaying else None
        if known and step < known.step:
            return None
        if known and step == known.step:
            return known.status
        shown = Shown(step, make())
        self._shown.pop(incident, None)
        self._shown[incident] = shown
        if len(self._shown) > self._most:
            self._shown.pop(next(iter(self._shown)))
        return shown.status


def fitting(full: Plain) -> Plain:
    """The most detailed of the incident's shorter forms that fits."""
    form = full
    for shrink in _SHRINKS:
        if _size(form) <= _LIMIT:
            return form
        form = shrink(form)
    return form


def _size(form: Plain) -> int:
    """Bytes of UTF-16 that the SDK's JSON of it takes; for plain ASCII never less, and found much faster."""
    encoded = msgspec.json.encode(form)
    if encoded.isascii():
        return 2 * (len(encoded) + encoded.count(b",") + encoded.count(b":"))  # the SDK writes a blank after each
    return len(json.dumps(form).encode("utf-16-le"))


def _without_evidence(form: Plain) -> Plain:
    findings = [finding | {"evidence": []} for finding in form["findings"]]
    return form | {"findings": findings, "failure": form["failure"] | {"payload": None}}


def _without_details(form: Plain) -> Plain:
    findings = [finding | {"guidance": []} for finding in form["findings"]]
    actions = [action | {"before": None, "after": None, "undo": None} for action in form["actions"]]
    return form | {"findings": findings, "actions": actions, "guidance": []}


def _last_of_each(form: Plain) -> Plain:
    lists = ("findings", "actions", "retries", "waits", "playbooks")
    return form | {name: form[name][-4:] for name in lists} | {"job": None}


def _bare(form: Plain) -> Plain:
    """What a decision page needs, whatever the incident holds."""
    kept = {key: form[key] for key in ("id", "state", "outcome", "openedAt", "vault", "vm")}
    ids = {key: form["failure"][key] for key in ("source", "vaultId", "jobId", "itemId", "vmId")}
    return kept | {"failure": ids, "approvals": form["approvals"][-1:]}


_SHRINKS: tuple[Callable[[Plain], Plain], ...] = (_without_evidence, _without_details, _last_of_each, _bare)
