"""Request budgets on the virtual clock."""

from tests.sandbox.arm.conftest import Make
from tests.sandbox.arm.support import ITEM, VAULT, VM, Direct, code

_LEFT = "x-ms-ratelimit-remaining-subscription-resource-requests"


def test_150_reads_of_jobs_an_hour(cloud: Direct) -> None:
    answers = [cloud.ask("GET", f"{VAULT}/backupJobs") for _ in range(151)]
    assert [answers[0].headers[_LEFT], answers[149].headers[_LEFT]] == ["149", "0"]
    refused = answers[150]
    assert (refused.status, code(refused)) == (429, "ResourceRequestsThrottled")
    message = refused.body["error"]["message"]
    assert "'Microsoft.RecoveryServices/vaults/backupJobs/read'" in message
    assert "'150' for time interval '01:00:00'" in message
    assert f"after '{refused.headers['Retry-After']}' seconds" in message


def test_the_budget_comes_back(cloud: Direct) -> None:
    for _ in range(75):
        cloud.ask("GET", f"{VAULT}/backupJobs")
    cloud.wait(minutes=30)
    for _ in range(75):
        cloud.ask("GET", f"{VAULT}/backupJobs")
    refused = cloud.ask("GET", f"{VAULT}/backupJobs")
    assert refused.headers["Retry-After"] in {"1800", "1801"}
    cloud.wait(seconds=int(refused.headers["Retry-After"]))
    assert cloud.ask("GET", f"{VAULT}/backupJobs").status == 200


def test_each_action_has_its_own_budget(cloud: Direct) -> None:
    for _ in range(151):
        cloud.ask("GET", f"{VAULT}/backupJobs")
    assert cloud.ask("GET", ITEM).headers[_LEFT] == "299"


def test_compute_names_its_buckets(cloud: Direct) -> None:
    header = cloud.ask("GET", cloud.collection).headers["x-ms-ratelimit-remaining-resource"]
    assert (
        header
        == "Microsoft.Compute/HighCostGetRestorePoint3Min;119,Microsoft.Compute/HighCostGetRestorePoint30Min;1199"
    )


def test_compute_throttles_too(make: Make) -> None:
    cloud = make()
    answers = [cloud.ask("GET", cloud.collection) for _ in range(121)]
    assert (answers[-1].status, code(answers[-1])) == (429, "OperationNotAllowed")
    assert answers[-1].body["error"]["details"][0]["code"] == "TooManyRequests"
    cloud.wait(minutes=4)
    assert cloud.ask("GET", cloud.collection).status == 200


def test_changes_are_counted_for_the_subscription(cloud: Direct) -> None:
    deleted = cloud.ask("DELETE", cloud.collection)
    assert deleted.headers["x-ms-ratelimit-remaining-subscription-deletes"] == "14999"
    assert "x-ms-ratelimit-remaining-subscription-reads" not in cloud.ask("GET", VM).headers


def test_changes_of_vms_have_a_budget_of_their_own(cloud: Direct) -> None:
    answer = cloud.ask("POST", f"{VM}/reapply")
    assert answer.status == 202
    left = "Microsoft.Compute/UpdateVM3Min;239,Microsoft.Compute/UpdateVM30Min;1199"
    assert answer.headers["x-ms-ratelimit-remaining-resource"] == left
