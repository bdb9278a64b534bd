"""The open incident in the little room that Durable Functions gives: 16 KB of UTF-16 for a custom status.

Source: Durable Functions, "Custom orchestration status": the payload is limited to 16 KB of UTF-16 text.
"""

import json
from collections.abc import Callable
from typing import Any

Plain = dict[str, Any]

_LIMIT = 15_500  # bytes of UTF-16, with some room for how the extension writes JSON


def fitting(full: Plain) -> Plain:
    """The most detailed of the incident's shorter forms that fits."""
    form = full
    for shrink in _SHRINKS:
        if _size(form) <= _LIMIT:
            return form
        form = shrink(form)
    return form


def _size(form: Plain) -> int:
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
