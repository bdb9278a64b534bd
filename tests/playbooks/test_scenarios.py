"""Every playbook is played by a scenario, and every cause of the seed's codes is confirmed by one."""

import pytest

from playbooks import files, loader
from sandbox import scenario as scenarios

PLAYED = [scenarios.load(name) for name in scenarios.names()]
FOLLOWED = {code for scenario in PLAYED for code in scenario.expect.playbooks or []}
CONFIRMED = {
    (code, cause)
    for scenario in PLAYED
    for code in scenario.expect.playbooks or []
    for cause, verdict in scenario.expect.findings.items()
    if verdict == "confirmed"
}
SEED = (
    "UserErrorGuestAgentStatusUnavailable",
    "GuestAgentSnapshotTaskStatusError",
    "UserErrorRpCollectionLimitReached",
    "UserErrorKeyvaultPermissionsNotConfigured",
    "ExtensionSnapshotFailedNoNetwork",
    "ExtensionOperationFailedForManagedDisks",
    "BackUpOperationFailed",
    "BackUpOperationFailedV2",
    "UserErrorUnsupportedDiskSize",
    "UserErrorBackupOperationInProgress",
)
CAUSES = [(code, cause.id) for code in SEED for cause in files.read(loader.CATALOGUE / f"{code}.yaml").causes]


@pytest.mark.parametrize("code", sorted(path.stem for path in loader.CATALOGUE.glob("*.yaml")))
def test_every_playbook_is_followed_by_a_scenario(code: str) -> None:
    assert code in FOLLOWED


@pytest.mark.parametrize("code, cause", CAUSES)
def test_every_cause_of_a_code_of_the_first_document_is_confirmed_by_a_scenario(code: str, cause: str) -> None:
    assert (code, cause) in CONFIRMED


def test_there_are_many_scenarios_of_the_first_documents_codes() -> None:
    assert len({s.name for s in PLAYED if set(s.expect.playbooks or []) & set(SEED)}) >= 30
