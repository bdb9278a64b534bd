"""A cloud without a network, and one behind its real servers."""

import asyncio
import json
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sandbox.arm import Cloud, Servers, build_world, serve
from sandbox.arm.exchange import Answer, Json
from sandbox.arm.tokens import Identity
from sandbox.clock import Clock

START = datetime(2026, 11, 2, 14, 30, 5, 250000, tzinfo=UTC)
SUB = "/subscriptions/6c1f7a30-52d4-4b8e-9d0a-3e7b5f2c9a11"
VM_GROUP = f"{SUB}/resourceGroups/rg-app-prod-weu"
RP_GROUP = f"{SUB}/resourceGroups/AzureBackupRG_westeurope_1"
VM = f"{VM_GROUP}/providers/Microsoft.Compute/virtualMachines/vm-app-01"
VAULT = f"{SUB}/resourceGroups/rg-backup-prod-weu/providers/Microsoft.RecoveryServices/vaults/rsv-prod-weu-01"
CONTAINER = "iaasvmcontainerv2;rg-app-prod-weu;vm-app-01"
ITEM = f"{VAULT}/backupFabrics/Azure/protectionContainers/IaasVMContainer;{CONTAINER}/protectedItems/VM;{CONTAINER}"
LOCKS = "/providers/Microsoft.Authorization/locks"
BACKUP = {"properties": {"objectType": "IaasVMBackupRequest", "recoveryPointExpiryTimeInUTC": "2026-12-01T00:00:00Z"}}


class Direct:
    """Asks the cloud without a network; its clock stands still until `wait`."""

    def __init__(self, folder: Path, spec: Mapping[str, Any]) -> None:
        world = build_world(spec, START)
        self.clock = Clock.create(folder / "clock", start=START, speed=0)
        self.cloud = Cloud(world, self.clock)
        self.token = self.cloud.tokens.issue("https://management.azure.com")[0]

    def become(self, identity: Identity) -> None:
        """Ask as another identity from now on; the first one is the system's, which has both roles."""
        self.token = self.cloud.tokens.issue("https://management.azure.com", identity.client_id)[0]

    @property
    def collection(self) -> str:
        return self.cloud.world.subject.collection_id

    def ask(self, method: str, path: str, body: object = None, **query: str) -> Answer:
        raw = {
            "method": method,
            "path": path,
            "query": {"api-version": "2026-10-01", **query},
            "body": b"" if body is None else json.dumps(body).encode(),
            "base_url": "https://localhost:1",
        }
        return self.cloud.answer(raw, {"Authorization": f"Bearer {self.token}"})

    def get(self, path: str, **query: str) -> Json:
        answer = self.ask("GET", path, **query)
        assert answer.status == 200, answer
        return answer.body

    def rows(self, path: str, **query: str) -> list[Any]:
        rows: list[Any] = self.get(path, **query)["value"]
        return rows

    def wait(self, **span: float) -> None:
        self.clock.leap_to(self.clock.now() + timedelta(**span))

    def start_backup(self) -> str:
        """The id of the job of an ad hoc backup, once its operation has named it."""
        answer = self.ask("POST", f"{ITEM}/backup", BACKUP)
        assert answer.status == 202, answer
        self.wait(seconds=20)
        path, _ = answer.headers["Azure-AsyncOperation"].removeprefix("https://localhost:1").split("?")
        job_id: str = self.get(path)["properties"]["jobId"]
        return job_id

    def job(self, job_id: str, **query: str) -> Json:
        return self.get(f"{VAULT}/backupJobs/{job_id}", **query)["properties"]

    def points(self) -> list[Any]:
        points: list[Any] = self.get(self.collection, **{"$expand": "restorePoints"})["properties"]["restorePoints"]
        return points


def code(answer: Answer) -> str:
    text: str = answer.body["error"]["code"]
    return text


@contextmanager
def running(cloud: Cloud, folder: Path) -> Generator[Servers]:
    """The servers in a thread of their own, so that blocking clients can call them."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    servers = asyncio.run_coroutine_threadsafe(serve(cloud, folder), loop).result(20)
    try:
        yield servers
    finally:
        asyncio.run_coroutine_threadsafe(servers.close(), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()
