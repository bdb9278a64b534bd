"""An app with one function of every kind, loaded by the host in a process of its own."""

# pyright: reportUntypedFunctionDecorator=false

import json
import time
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import azure.durable_functions as df
import azure.functions as func

from tests.sandbox.host.apps import journal

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)


@app.route(route="echo/{id:int}/{rest?}", methods=["GET", "POST"])
def echo(req: func.HttpRequest) -> func.HttpResponse:
    body = {
        "method": req.method,
        "headers": dict(req.headers),
        "query": dict(req.params),
        "route": dict(req.route_params),
        "body": req.get_body().decode(),
    }
    return func.HttpResponse(json.dumps(body), mimetype="application/json")


@app.route(route="open", auth_level=func.AuthLevel.ANONYMOUS)
async def open_door(req: func.HttpRequest, context: func.Context) -> str:
    return f"{context.function_name} {len(context.invocation_id)}"


@app.route(route="guarded", auth_level=func.AuthLevel.ADMIN)
def guarded(req: func.HttpRequest) -> str:
    return "in"


@app.route(route="fails", auth_level=func.AuthLevel.ANONYMOUS)
def fails(req: func.HttpRequest) -> func.HttpResponse:
    raise ValueError("not for callers")


@app.route(route="nothing", auth_level=func.AuthLevel.ANONYMOUS)
def nothing(req: func.HttpRequest) -> func.HttpResponse:
    return None  # type: ignore[return-value]  # what the test is about


@app.route(route="cookies", auth_level=func.AuthLevel.ANONYMOUS)
def cookies(req: func.HttpRequest) -> func.HttpResponse:
    answer = func.HttpResponse(status_code=201, headers={"X-One": "1"})
    answer.headers.add("Set-Cookie", "a=1; Path=/")
    answer.headers.add("Set-Cookie", "b=2; HttpOnly")
    return answer


@app.event_grid_trigger(arg_name="event")
def on_event(event: func.EventGridEvent) -> None:
    journal.write(event.id)
    if event.subject == "bad":
        raise RuntimeError("no")


@app.timer_trigger(arg_name="timer", schedule="%SAMPLE_SCHEDULE%")
def on_timer(timer: func.TimerRequest) -> None:
    journal.write(f"timer past_due={timer.past_due}")


@app.route(route="start/{id}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    started = await client.start_new("Chain", req.route_params["id"], req.get_json())
    answer: func.HttpResponse = client.create_check_status_response(req, started)
    return answer


@app.route(route="status/{id}", methods=["GET"])
@app.durable_client_input(client_name="client")
async def status(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    found = await client.get_status(req.route_params["id"])
    state = found.runtime_status.name if found and found.runtime_status else None
    return func.HttpResponse(json.dumps({"status": state, "output": found.output if found else None}))


@app.function_name("chain")
@app.orchestration_trigger(context_name="context", orchestration="Chain")
def chain(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    given: dict[str, Any] = cast("Any", context.get_input())
    first = yield context.call_activity("Work", {"step": 1, **given})
    counted = yield context.call_entity(df.EntityId("Counter", "one"), "add", 2)
    yield context.create_timer(context.current_utc_datetime + timedelta(hours=8))
    second = yield context.call_activity("Work", {"step": 2, **given})
    return [first, counted, second]


@app.activity_trigger(input_name="payload", activity="Work")
def work(payload: dict) -> dict:  # type: ignore[type-arg]  # the worker refuses dict[str, object]
    journal.write(f"work {payload['step']}")
    if payload.get("fail"):
        raise KeyError("gone")
    blocked = Path(str(payload.get("block_while", "")) or "/nonexistent")
    while payload["step"] == 1 and blocked.exists():
        time.sleep(0.01)
    return {"did": payload["step"]}


@app.entity_trigger(context_name="context", entity_name="Counter")
def counter(context: df.DurableEntityContext) -> None:
    total = context.get_state(lambda: 0) + context.get_input()
    context.set_state(total)
    context.set_result(total)
