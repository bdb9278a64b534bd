"""Playbooks of one's own in the whole sandbox: used, counted by the health check, and a bad one stops nothing."""

from pathlib import Path

from msgspec.structs import replace

from responder.version import VERSION
from sandbox import scenario as scenarios
from sandbox.play import play
from tests.playbooks.good import GOOD
from tests.scenarios.conftest import Make

OWN = GOOD[: GOOD.index("causes:")].replace("SomeCode", "UserErrorRpCollectionLimitReached")
ENDS = "conclusion: {outcome: skipped, reason: OurOwnRule, text: Another team looks after these.}\n"


async def test_a_folder_of_ones_own_decides_before_the_catalogue(tmp_path: Path, sandbox_of: Make) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "ours.yaml").write_text(OWN + ENDS, "utf-8")
    (folder / "bad.yaml").write_text(OWN.replace("kind", "kond"), "utf-8")
    plain = scenarios.load("locked-collection")
    scenario = replace(plain, settings={"RESPONDER_PLAYBOOK_FOLDER": str(folder)})
    async with sandbox_of(scenario) as sandbox:
        incident = await play(sandbox, lambda _: None)
        assert (incident["outcome"], incident["reason"]) == ("skipped", "OurOwnRule")
        assert incident["playbooks"][0]["title"] == "A title"
        assert sandbox.cloud.mutations == []
        async with sandbox.client.session.get(f"{sandbox.functions_url}/api/health") as answer:
            told = await answer.json()
        assert told == {"status": "ok", "version": VERSION, "ownPlaybooks": {"used": 1, "leftOut": 1}}
