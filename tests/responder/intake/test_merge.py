"""One entry for one failure, which knows what each telling of it knows."""

import subprocess
import sys
from typing import Any

from responder.incident import FailedBackup
from responder.intake import failures
from responder.intake.merge import merged
from tests.responder.alerts import ITEM, JOB, VAULT, VM, vm_alert
from tests.responder.intake import shapes


def _telling(source: str, **members: Any) -> FailedBackup:
    known: dict[str, Any] = {"vault_id": VAULT.lower(), "job_id": JOB.lower()}
    return FailedBackup(source=source, **{**known, **members})


def test_what_one_telling_lacks_another_adds() -> None:
    poor = _telling("activity-log", vm_name="vm-app-01", user_triggered=True)
    rich = _telling("builtin-alert", item_id=ITEM.lower(), vm_id=VM, message="text")
    for order in ([poor, rich], [rich, poor, rich]):
        (one,) = merged(order)
        assert (one.source, one.item_id, one.vm_id, one.message) == ("builtin-alert", ITEM.lower(), VM, "text")
        assert one.user_triggered is True


def test_a_hint_keeps_its_own_origin() -> None:
    link = _telling("builtin-alert", code_hint="a", code_origin="aka_link", message="x", vm_id=VM)
    column = _telling("log-alert-v2", code_hint="B", code_origin="failure_code_column")
    (one,) = merged([column, link])
    assert (one.code_hint, one.code_origin) == ("a", "aka_link")
    (other,) = merged([_telling("x", message="x", vm_id=VM, item_id=ITEM.lower()), column])
    assert (other.code_hint, other.code_origin) == ("B", "failure_code_column")


def test_another_job_and_another_vault_are_failures_of_their_own() -> None:
    others = [_telling("x", job_id=shapes.OTHER_JOB), _telling("x", vault_id=shapes.OTHER_VAULT.lower())]
    assert merged([_telling("x"), *others, _telling("x")]) == [_telling("x"), *others]


def test_the_same_stranger_twice_is_one() -> None:
    accepted = failures([{"a": 1}, vm_alert(), {"a": 1}, {"a": 2}]).accepted
    assert [failure.payload for failure in accepted] == [{"a": 1}, None, {"a": 2}]


def test_a_vm_and_a_workload_in_one_job_contradict_each_other() -> None:
    (one,) = merged([_telling("x", skip="NotAVirtualMachine"), _telling("y", skip=None)])
    assert one.skip == "NotAVirtualMachine"
    (two,) = merged([_telling("x", vm_id=VM), _telling("y", vm_id=shapes.OTHER_VM)])
    assert (two.vault_id, two.skip) == (None, "ContradictoryItem")


def test_reading_alerts_loads_nothing_heavy() -> None:
    heavy = "yaml", "azure", "requests", "aiohttp", "jsonschema"
    code = f"import sys, responder.intake; print([name for name in {heavy} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
