"""Guidance for the VM at hand: its names, its operating system, and what is not known."""

import pytest
from msgspec.structs import replace

from playbooks.advice import PLACEHOLDERS, advise, unknown_names
from playbooks.model import Guide, Run, System
from tests.playbooks.conftest import MakeLab


def guide(text: str, line: str = "true", os: System | None = None) -> Guide:
    run = Run(shell="bash", at="cloud", line=line)  # noqa: S604  a text for people, nothing is run
    return Guide(text=text, portal="Virtual machines > {vm}", run=[run], os=os)


def test_names_are_filled_in_everywhere(lab: MakeLab) -> None:
    case = lab(vm={"os": "linux", "os_name": "ubuntu"}).case()
    (told,) = advise(case, [guide("Restart {agent_service}; keep {other} and { this }.", "echo '{vm_id}' '{job}'")])
    assert told.text == "Restart walinuxagent; keep {other} and { this }."
    assert told.portal == "Virtual machines > vm-app-01"
    assert told.commands[0].line == f"echo '{case.subject.vm_id}' '{case.subject.failed_job}'"
    assert (told.commands[0].shell, told.commands[0].at) == ("bash", "cloud")


@pytest.mark.parametrize("os, service", [("centos", "waagent"), ("debian", "walinuxagent"), (None, "waagent")])
def test_the_agents_service_is_that_of_the_distribution(lab: MakeLab, os: str | None, service: str) -> None:
    case = lab(vm={"os": "linux", "os_name": os or "sles"}).case()
    assert advise(case, [guide("{agent_service}")])[0].text == service


@pytest.mark.parametrize("os, kept", [("windows", ["both", "w"]), ("linux", ["both", "l"])])
def test_steps_of_the_other_system_are_left_out(lab: MakeLab, os: str, kept: list[str]) -> None:
    case = lab(vm={"os": os}).case()
    steps = [guide("both"), guide("w", os="windows"), guide("l", os="linux")]
    assert [step.text for step in advise(case, steps)] == kept


def test_of_a_vm_that_is_gone_everything_is_told_and_what_is_unknown_stands_in_capitals(lab: MakeLab) -> None:
    case = lab(vm={"exists": False}).case()
    steps = [guide("{vm} in {vm_group}: {interface}, {location}"), guide("w", os="windows"), guide("l", os="linux")]
    told = [step.text for step in advise(case, steps)]
    assert told == ["vm-app-01 in rg-app-prod-weu: INTERFACE, LOCATION", "w", "l"]


def test_every_name_has_a_value_for_a_vm_with_an_encrypted_disk(lab: MakeLab) -> None:
    case = lab(vm={"os_disk_encrypted": True}).case()
    told = {name: advise(case, [guide(f"{{{name}}}")])[0].text for name in PLACEHOLDERS}
    assert {name for name, text in told.items() if text in {name.upper(), f"{{{name}}}", ""}} == set()
    assert told["extension"] == "VMSnapshot"
    assert told["key_vault"] == "kv-disks-weu-01"
    assert told["vault_id"].endswith("/vaults/rsv-prod-weu-01")


def test_a_lasting_step_stays_one(lab: MakeLab) -> None:
    plain = guide("once")
    told = advise(lab().case(), [plain, replace(plain, lasting=True)])
    assert [step.lasting for step in told] == [False, True]


def test_only_what_is_named_is_read(lab: MakeLab) -> None:
    here = lab()
    case = here.case()
    here.cloud.calls.clear()
    advise(case, [guide("{vm} {vault} {item} {subscription}")])
    assert here.cloud.calls == []


def test_names_that_nothing_has_are_told() -> None:
    assert unknown_names("{vm} {vmname} { x } {X} ${env:TEMP} {1}") == ["vmname"]
