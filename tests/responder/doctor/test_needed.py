"""What the roles need: the shipped copy is that of infra/roles, and patterns grant as Azure's do."""

import pytest

from responder.azure.rights import Permission
from responder.doctor.needed import COPY, Where, actions, copied, missing
from tests.sources import ROOT

LOCK = "Microsoft.Authorization/locks/delete"


def test_the_copy_is_fresh() -> None:
    told = "infra/roles has changed: run python -m responder.doctor.needed infra/roles"
    assert COPY.read_text("utf-8") == copied(ROOT / "infra" / "roles"), told


@pytest.mark.parametrize("role", ["diagnose", "remediate"])
def test_every_action_is_asked_for_somewhere(role: str) -> None:
    whole = {*actions(role, Where.VAULT), *actions(role, Where.MACHINES)}
    assert len(whole) == copied(ROOT / "infra" / "roles").split(f'"{role}"')[1].split("]")[0].count("Microsoft.")
    assert set(actions(role, Where.POINTS)) < whole
    assert LOCK in actions("remediate", Where.POINTS)


@pytest.mark.parametrize(
    "allowed, denied, granted",
    [
        (["*"], [], True),
        ([LOCK], [], True),
        ([LOCK.lower()], [], True),
        (["Microsoft.Authorization/*"], [], True),
        (["Microsoft.Authorization/*/delete"], [], True),
        (["*/delete"], [], True),
        (["*/read"], [], False),
        (["Microsoft.Authorization/locks"], [], False),
        (["Microsoft_Authorization/locks/delete"], [], False),
        (["*"], ["Microsoft.Authorization/*/Delete"], False),
        (["*"], ["Microsoft.Authorization/*/write"], True),
        ([], [], False),
    ],
)
def test_patterns(allowed: list[str], denied: list[str], granted: bool) -> None:
    held = [Permission(actions=allowed, not_actions=denied)]
    assert (missing([LOCK], held) == []) is granted


def test_an_exception_of_one_role_takes_nothing_from_another_one() -> None:
    contributor = Permission(actions=["*"], not_actions=["Microsoft.Authorization/*/Delete"])
    assert missing([LOCK], [contributor, Permission(actions=[LOCK], not_actions=[])]) == []
    assert missing([LOCK], []) == [LOCK]
