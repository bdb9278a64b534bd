"""What may be asked to run again, and how every mistake is told."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rerun_request import FIELDS, Wanted, parse
from responder.ids import VaultId
from responder.incident import Mode
from tests.responder.alerts import ITEM, JOB, VAULT, VM

SQL_ITEM = f"{VAULT}/backupFabrics/Azure/protectionContainers/VMAppContainer;x/protectedItems/SQLDataBase;MSSQLSERVER;d"


@pytest.mark.parametrize(
    "body, field",
    [
        ({"vmId": VM}, "vm"),
        ({"VMID": f"{VM}/"}, "vm"),
        ({"protectedItemId": ITEM}, "item"),
        ({"incidentId": "inc-" + "0a" * 16}, "incident"),
        ({"vaultId": VAULT, "jobId": JOB}, "vault"),
    ],
)
def test_one_target_is_enough(body: dict[str, Any], field: str) -> None:
    wanted, reasons = parse(body, None)
    assert reasons == []
    assert getattr(wanted, field)


def test_everything_at_once() -> None:
    body = {"vaultId": VAULT, "jobId": JOB, "mode": "Review", "playbook": "usererrorRPCollectionLimitReached"}
    wanted, reasons = parse(body, None)
    assert reasons == []
    vault, code = VaultId.parse(VAULT), "UserErrorRpCollectionLimitReached"
    assert wanted == Wanted(vault=vault, job=JOB.lower(), mode=Mode.REVIEW, playbook=code)


@pytest.mark.parametrize(
    "body, told",
    [
        ([], {"body": "Send an object"}),
        ({}, {"body": "None was sent"}),
        ({"vmId": None}, {"body": "None was sent"}),
        ({"vmId": VM, "protectedItemId": ITEM}, {"body": "protectedItemId, vmId were sent"}),
        ({"vmId": VM, "vaultId": VAULT}, {"jobId": "together", "body": "exactly one target"}),
        ({"vaultId": VAULT}, {"jobId": "together"}),
        ({"jobId": JOB}, {"vaultId": "together"}),
        ({"vmId": VAULT}, {"vmId": "virtualMachines/<vm>"}),
        ({"vmId": 7}, {"vmId": "Send a text"}),
        ({"vmId": " "}, {"vmId": "Send a text"}),
        ({"protectedItemId": VM}, {"protectedItemId": "ARM id"}),
        ({"protectedItemId": SQL_ITEM}, {"protectedItemId": "Only Azure VMs"}),
        ({"vaultId": ITEM, "jobId": "../x"}, {"vaultId": "vaults/<vault>", "jobId": "GUID"}),
        ({"incidentId": "inc-1"}, {"incidentId": "32 hexadecimal"}),
        ({"vmId": VM, "mode": "careless"}, {"mode": "read-only, review, autonomous"}),
        (
            {"vmId": VM, "playbook": "UserErrorRpCollectionLimitReach"},
            {"playbook": "UserErrorRpCollectionLimitReached"},
        ),
        ({"vmId": VM, "playbook": "qqqqqqqqqq"}, {"playbook": "Use the code of a playbook"}),
        ({"vmid": VM, "vmldd": 1}, {"vmldd": "Did you mean vmId?"}),
        ({"vmId": VM, "force": True}, {"force": "Use vmId, "}),
    ],
)
def test_every_mistake_is_named_with_its_remedy(body: object, told: dict[str, str]) -> None:
    _, reasons = parse(body, None)
    assert {reason.field for reason in reasons} == set(told)
    for reason in reasons:
        assert told[reason.field] in str(reason)


values = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.sampled_from([VM, ITEM, VAULT, JOB])
fields = st.sampled_from(FIELDS) | st.text(max_size=9)


@given(st.dictionaries(fields, values | st.lists(values, max_size=2), max_size=6) | values)
def test_any_json_is_wanted_or_refused_with_reasons(body: object) -> None:
    wanted, reasons = parse(body, None)
    targets = [wanted.vm, wanted.item, wanted.vault and wanted.job, wanted.incident]
    assert reasons or len([target for target in targets if target]) == 1
