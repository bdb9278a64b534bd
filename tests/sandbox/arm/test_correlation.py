"""The correlation id: answered as it was sent where it is a GUID, else a new one; and kept with each request."""

from pathlib import Path
from uuid import UUID

import pytest
import requests

from sandbox.arm.exchange import CORRELATION
from tests.sandbox.arm.conftest import Make
from tests.sandbox.arm.support import SUB, Direct, running

GUID = "0a1b2c3d-0000-4000-8000-00000000beef"


def answered(cloud: Direct, folder: Path, sent: dict[str, str]) -> list[str]:
    """The ids of two answers."""
    with running(cloud.cloud, folder) as servers, requests.Session() as http:
        http.headers.update({"Authorization": f"Bearer {cloud.token}", **sent})
        url = f"{servers.arm_url}{SUB}/resourceGroups?api-version=2025-04-01"
        return [http.get(url, verify=str(servers.ca_path)).headers[CORRELATION] for _ in range(2)]


@pytest.mark.parametrize("name", [CORRELATION, CORRELATION.title()])
def test_a_guid_comes_back_and_is_kept(make: Make, tmp_path: Path, name: str) -> None:
    cloud = make()
    assert answered(cloud, tmp_path, {name: GUID}) == [GUID, GUID]
    assert [call.correlation for call in cloud.cloud.calls] == [GUID, GUID]


@pytest.mark.parametrize("sent", [{}, {CORRELATION: "inc-1"}, {CORRELATION: ""}])
def test_without_a_guid_every_answer_has_one_of_its_own(make: Make, tmp_path: Path, sent: dict[str, str]) -> None:
    cloud = make()
    found = answered(cloud, tmp_path, sent)
    assert len({UUID(one) for one in found}) == 2
    assert [call.correlation for call in cloud.cloud.calls] == [sent.get(CORRELATION, "")] * 2
