"""The HTTP face, through the SDK's own client and as an outsider."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import azure.durable_functions as df
import pytest
from aiohttp import web
from azure.durable_functions.models.utils import http_utils

from sandbox.durable import Options, add_routes, client_binding
from tests.sandbox.durable.functions import COUNTER
from tests.sandbox.durable.harness import START, Lab

KEY = "system-key"


class Site:
    """An engine behind HTTP."""

    def __init__(self, lab: Lab, origin: str) -> None:
        self.lab, self.origin = lab, origin
        self.webhook = f"{origin}/runtime/webhooks/durabletask"
        rpc = f"{origin}/durabletask"
        self.binding = client_binding(hub="hub", rpc_base=rpc, base=self.webhook, key=KEY)
        self.client: Any = df.DurableOrchestrationClient(self.binding)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncGenerator[Site]:
    async with Lab(tmp_path, Options(hub_name="hub")) as lab:
        app = web.Application()
        origins: list[str] = []
        add_routes(app, lab.engine, base=lambda: origins[0], key=KEY)
        runner = web.AppRunner(app)
        await runner.setup()
        server = web.TCPSite(runner, "127.0.0.1", 0)
        await server.start()
        origins.append(f"http://127.0.0.1:{runner.addresses[0][1]}")
        yield Site(lab, origins[0])
        await http_utils._close_session()
        await runner.cleanup()


async def test_start_and_status(site: Site) -> None:
    assert await site.client.start_new("chain", "i", {"vm": "vm-app-01"}) == "i"
    await site.lab.ended("i")
    status = await site.client.get_status("i", show_history=True, show_history_output=True)
    assert status.runtime_status is df.OrchestrationRuntimeStatus.Completed
    assert status.output == {"answer": [{"vm": "vm-app-01"}]}
    assert status.input_ == '{"vm": "vm-app-01"}'
    assert status.created_time == START
    shown = [(event["EventType"], event.get("FunctionName")) for event in getattr(status, "historyEvents", [])]
    assert shown == [
        ("ExecutionStarted", "chain"),
        ("TaskCompleted", "echo"),
        ("TaskCompleted", "ECHO"),
        ("ExecutionCompleted", None),
    ]


async def test_an_unknown_instance_is_falsy(site: Site) -> None:
    assert not await site.client.get_status("nobody")


async def test_a_live_id_is_refused_and_an_ended_one_replaced(site: Site) -> None:
    await site.client.start_new("waiter", "i")
    with pytest.raises(Exception, match="already exists"):
        await site.client.start_new("waiter", "i")
    await site.client.terminate("i", "enough")
    assert await site.client.start_new("waiter", "i") == "i"


async def test_an_unknown_orchestrator_is_named(site: Site) -> None:
    with pytest.raises(Exception, match="The function 'nobody' doesn't exist"):
        await site.client.start_new("nobody")


async def test_events_arrive_as_text_from_the_client(site: Site) -> None:
    await site.client.start_new("waiter", "i")
    await site.client.raise_event("i", "decision", {"by": "operator"})
    assert (await site.lab.ended("i"))["output"] == '{"by": "operator"}'
    with pytest.raises(Exception, match="gone"):
        await site.client.raise_event("i", "decision")
    with pytest.raises(Exception, match="No instance"):
        await site.client.raise_event("nobody", "decision")


async def test_suspend_resume_terminate_restart_purge(site: Site) -> None:
    client = site.client
    await client.start_new("waiter", "i")
    await client.suspend("i", "a reason")
    assert (await client.get_status("i")).runtime_status is df.OrchestrationRuntimeStatus.Suspended
    await client.resume("i", "a reason")
    await client.terminate("i", "a reason")
    assert (await client.get_status("i")).output == "a reason"
    again = await client.restart("i", restart_with_new_instance_id=True)
    assert isinstance(again, dict)
    assert again["id"] != "i"
    assert (await client.purge_instance_history("i")).instances_deleted == 1
    assert (await client.purge_instance_history("i")).instances_deleted == 0
    with pytest.raises(Exception, match="No instance"):
        await client.terminate("i", "a reason")


async def test_purge_by_time_and_status(site: Site) -> None:
    await site.client.start_new("waiter", "i")
    await site.client.terminate("i", "x")
    before, after = START - timedelta(days=1), START + timedelta(days=1)
    ended = [df.OrchestrationRuntimeStatus.Terminated]
    assert (await site.client.purge_instance_history_by(after, None, ended)).instances_deleted == 0
    assert (await site.client.purge_instance_history_by(before, after, ended)).instances_deleted == 1


async def test_rewind(site: Site) -> None:
    await site.client.start_new("failing", "i")
    await site.lab.ended("i")
    await site.client.rewind("i", "again")
    await site.lab.ended("i")
    assert len([event for event in site.lab.history("i") if event["EventType"] == 6]) == 1


async def test_entities(site: Site) -> None:
    assert not (await site.client.read_entity_state(COUNTER)).entity_exists
    await site.client.signal_entity(COUNTER, "add", 4)
    await site.lab.settle()
    assert (await site.client.read_entity_state(COUNTER)).entity_state == 4
    with pytest.raises(Exception, match="status code 400"):
        await site.client.signal_entity(df.EntityId("nobody", "x"), "add", 4)


async def test_lists_stop_at_a_hundred_with_a_token_behind(site: Site) -> None:
    for number in range(101):
        await site.lab.start("waiter", None, f"i-{number:03}")
    await site.lab.settle()
    assert len(await site.client.get_status_all()) == 100
    assert len(await site.client.get_status_by(instance_id_prefix="i-05")) == 10
    running = [df.OrchestrationRuntimeStatus.Running]
    assert len(await site.client.get_status_by(START - timedelta(days=1), None, running)) == 100
    async with aiohttp.ClientSession() as session:
        url = f"{site.origin}/durabletask/instances/"
        async with session.get(url) as first:
            token = first.headers["x-ms-continuation-token"]
        async with session.get(url, headers={"x-ms-continuation-token": token}) as second:
            assert [row["instanceId"] for row in await second.json()] == ["i-100"]
            assert "x-ms-continuation-token" not in second.headers


async def test_the_webhook_asks_for_the_system_key(site: Site) -> None:
    url = f"{site.webhook}/instances/i"
    await site.lab.start("waiter", None, "i")
    await site.lab.settle()
    async with aiohttp.ClientSession() as session:
        for query, code in (("", 401), ("?code=no", 401), (f"?code={KEY}", 202)):
            async with session.get(url + query) as answer:
                assert answer.status == code
        async with session.get(url, headers={"x-functions-key": KEY}) as answer:
            assert answer.status == 202
            assert answer.headers["Retry-After"] == "5"
            assert answer.headers["Location"].startswith(url)


@pytest.mark.parametrize(
    "method, path, code",
    [
        ("POST", "/orchestrators/waiter/a%23b", 400),
        ("GET", "/instances/?runtimeStatus=Dead", 400),
        ("GET", "/instances/?createdTimeFrom=never", 400),
        ("GET", "/instances/?top=0", 400),
        ("DELETE", "/instances/", 400),
        ("POST", "/instances/i/raiseEvent/x", 400),
        ("POST", "/instances/i/rewind", 412),
        ("POST", "/instances/i/restart?restartWithNewInstanceId=false", 409),
        ("GET", "/instances/nobody", 404),
        ("POST", "/instances/nobody/terminate", 404),
        ("POST", "/instances/i/dance", 404),
    ],
)
async def test_refusals(site: Site, method: str, path: str, code: int) -> None:
    await site.lab.start("waiter", None, "i")
    url = f"{site.origin}/durabletask{path}"
    async with aiohttp.ClientSession() as session, session.request(method, url) as answer:
        assert answer.status == code


async def test_a_body_that_is_not_json_is_refused(site: Site) -> None:
    url = f"{site.origin}/durabletask/orchestrators/waiter"
    async with aiohttp.ClientSession() as session, session.post(url, data=b"{") as answer:
        assert answer.status == 400


async def test_an_outsiders_start_with_a_list_gives_the_broken_input_of_azure(site: Site) -> None:
    url = f"{site.origin}/durabletask/orchestrators/chain/i"
    async with aiohttp.ClientSession() as session, session.post(url, json=[1]) as answer:
        assert answer.status == 202
        assert answer.headers["Retry-After"] == "10"
    status = await site.lab.ended("i")
    assert status["runtimeStatus"] == "Failed"


async def test_a_failed_instance_can_be_asked_for_as_error(site: Site) -> None:
    await site.lab.run("failing", None, "i")
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{site.origin}/durabletask/instances/i") as answer:
            assert answer.status == 200
        async with session.get(
            f"{site.origin}/durabletask/instances/i?returnInternalServerErrorOnFailure=true"
        ) as answer:
            assert answer.status == 500


async def test_the_binding_offers_management_urls_that_work(site: Site) -> None:
    await site.client.start_new("waiter", "i")
    urls = site.client.create_http_management_payload("i")
    async with aiohttp.ClientSession() as session:
        async with session.post(urls["sendEventPostUri"].replace("{eventName}", "decision"), json={"by": "x"}) as sent:
            assert sent.status == 202
        await site.lab.ended("i")
        async with session.get(urls["statusQueryGetUri"]) as answer:
            assert (await answer.json())["output"] == {"by": "x"}
        async with session.delete(urls["purgeHistoryDeleteUri"]) as purged:
            assert await purged.json() == {"instancesDeleted": 1}
