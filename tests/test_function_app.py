"""The front door: it opens with good settings only, and says all that is wrong with bad ones at once."""

import os
import subprocess
import sys

from tests.sources import ROOT

GOOD = {
    "RESPONDER_SCOPE": "/subscriptions/6c1f7a30-52d4-4b8e-9d0a-3e7b5f2c9a11",
    "RESPONDER_WEBHOOK_URL": "https://hooks.example/in",
    "RESPONDER_WEBHOOK_SECRET": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "RESPONDER_APPROVAL_SECRET": "0123456789abcdef0123456789abcdef",
    "RESPONDER_PUBLIC_URL": "https://func.example",
}

FUNCTIONS = [
    "address",
    "apply_change",
    "backup_event",
    "breakdown",
    "call_digest",
    "call_watcher",
    "choice",
    "decide",
    "deliver",
    "diagnose",
    "digest",
    "examine",
    "find_jobs",
    "folder",
    "follow_backup",
    "follow_change",
    "governor",
    "health",
    "incident",
    "incident_page",
    "item",
    "ledger",
    "list_incidents",
    "list_playbooks",
    "locate",
    "open_session",
    "openapi",
    "preflight",
    "read_jobs",
    "receipt",
    "receive_alert",
    "receive_events",
    "redeliver",
    "redelivery",
    "rerun",
    "rerun_from_page",
    "restore_locks",
    "restore_locks_from_page",
    "show_deliveries",
    "show_incident",
    "show_incidents",
    "show_metrics",
    "show_overview",
    "show_playbook",
    "show_sign_in",
    "show_switch",
    "sign_out",
    "start_backup",
    "sweep",
    "sweep_broken",
    "sweep_failed",
    "sweep_overdue",
    "sweep_run",
    "sweep_state",
    "switch",
    "target",
    "throw_switch",
    "watch",
    "watch_vault",
]


def _load(settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Import the front door in a fresh interpreter and list its functions."""
    code = "import function_app; print(*sorted(f.get_function_name() for f in function_app.app.get_functions()))"
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=os.environ | settings, capture_output=True, text=True, check=False
    )


def test_with_good_settings_every_function_is_there() -> None:
    loaded = _load(GOOD)
    assert loaded.stderr == ""
    assert loaded.stdout.split() == FUNCTIONS


def test_missing_and_wrong_settings_are_all_named_with_their_remedies() -> None:
    wrong = GOOD | {"RESPONDER_MODE": "careless", "RESPONDER_ON_DEMAND_PER_DAY": "many"}
    del wrong["RESPONDER_WEBHOOK_URL"]
    loaded = _load(wrong)
    assert loaded.returncode != 0
    for name in ("RESPONDER_MODE", "RESPONDER_ON_DEMAND_PER_DAY", "RESPONDER_WEBHOOK_URL"):
        assert f"{name}: " in loaded.stderr
    assert "Set it to autonomous, review or read-only." in loaded.stderr
    assert GOOD["RESPONDER_APPROVAL_SECRET"] not in loaded.stderr
