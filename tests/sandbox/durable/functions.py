"""An app for the engine: small orchestrators, activities and entities on the unmodified SDK."""

from collections.abc import Callable, Generator
from datetime import timedelta
from typing import Any, TypeVar

import azure.durable_functions as df
import azure.functions as func

Context = Any  # the SDK ships no types
Run = Generator[Any, Any, Any]

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
COUNTER = df.EntityId("Counter", "k1")

bp = df.Blueprint()
LOG: list[str] = []
FAILURES: dict[str, int] = {}
Function = TypeVar("Function", bound=Callable[..., object])


def orchestrator(function: Function) -> Function:
    """Register an orchestrator and leave it as it is."""
    bp.orchestration_trigger(context_name="context")(function)
    return function


def activity(name: str) -> Callable[[Function], Function]:
    """Register an activity, whose input is called so, and leave it as it is."""

    def register(function: Function) -> Function:
        bp.activity_trigger(input_name=name)(function)
        return function

    return register


@activity("value")
def echo(value: object) -> object:
    LOG.append(f"echo {value}")
    return value


@activity("text")
def fail(text: str) -> None:
    LOG.append(f"fail {text}")
    raise ValueError(text)


@activity("times")
def flaky(times: int) -> str:
    LOG.append("flaky")
    FAILURES["flaky"] = FAILURES.get("flaky", 0) + 1
    if FAILURES["flaky"] <= times:
        raise ConnectionError("not yet")
    return "at last"


@orchestrator
def chain(context: Context) -> Run:
    first = yield context.call_activity("echo", context.get_input())
    second = yield context.call_activity("ECHO", [first])
    context.set_custom_status({"step": "end"})
    return {"answer": second}


@orchestrator
def fan_out(context: Context) -> Run:
    return (yield context.task_all([context.call_activity("echo", number) for number in range(12)]))


@orchestrator
def nap(context: Context) -> Run:
    begun = context.current_utc_datetime
    yield context.create_timer(begun + timedelta(seconds=context.get_input()))
    return (context.current_utc_datetime - begun).total_seconds()


@orchestrator
def waiter(context: Context) -> Run:
    return (yield context.wait_for_external_event("decision"))


@orchestrator
def late_waiter(context: Context) -> Run:
    yield context.create_timer(context.current_utc_datetime + HOUR)
    return (yield context.wait_for_external_event("decision"))


@orchestrator
def same_names(context: Context) -> Run:
    older, newer = context.wait_for_external_event("x"), context.wait_for_external_event("x")
    return (yield context.task_all([older, newer]))


@orchestrator
def follow(context: Context) -> Run:
    """The shape that the rules recommend: one wait, fresh short timers, the loser cancelled."""
    done, rounds = context.wait_for_external_event("job-7"), 0
    while rounds < 5:
        pause = context.create_timer(context.current_utc_datetime + HOUR)
        winner = yield context.task_any([pause, done])
        if winner is done:
            pause.cancel()
            break
        rounds += 1
        yield context.call_activity("echo", rounds)
    yield context.call_activity("echo", "after")
    return rounds


@orchestrator
def failing(context: Context) -> Run:
    yield context.call_activity("fail", "broken")


@orchestrator
def catching(context: Context) -> Run:
    try:
        yield context.call_activity("fail", "broken")
    except Exception as error:  # noqa: BLE001  the SDK raises nothing finer
        return str(error)


@orchestrator
def retrying(context: Context) -> Run:
    options = df.RetryOptions(60_000, 3)
    try:
        return (yield context.call_activity_with_retry("flaky", options, context.get_input()))
    except Exception as error:  # noqa: BLE001  the SDK raises nothing finer
        return str(error)


@orchestrator
def parent(context: Context) -> Run:
    name, child_id = context.get_input()
    try:
        return (yield context.call_sub_orchestrator(name, {"from": "parent"}, child_id))
    except Exception as error:  # noqa: BLE001  the SDK raises nothing finer
        return str(error)


@orchestrator
def passes_on(context: Context) -> Run:
    return (yield context.call_sub_orchestrator("tries_once", context.get_input(), "kid"))


@orchestrator
def tries_once(context: Context) -> Run:
    return (yield context.call_activity("flaky", context.get_input()))


@orchestrator
def child(context: Context) -> Run:
    given = yield context.call_activity("echo", context.get_input())
    return {"given": given, "parent": context.parent_instance_id}


@orchestrator
def eternal(context: Context) -> Run:
    left = context.get_input()
    yield context.call_activity("echo", left)
    context.signal_entity(COUNTER, "add", 1)
    if left:
        context.continue_as_new(left - 1)
    return "ended"


@orchestrator
def asks_entity(context: Context) -> Run:
    context.signal_entity(COUNTER, "add", 2)
    yield context.call_entity(COUNTER, "add", 3)
    try:
        yield context.call_entity(COUNTER, "fail")
    except Exception as error:  # noqa: BLE001  the SDK raises nothing finer
        text = str(error)
    else:
        text = "no error"
    return {"total": (yield context.call_entity(COUNTER, "get")), "error": text}


@orchestrator
def entity_or_time(context: Context) -> Run:
    pause = context.create_timer(context.current_utc_datetime + HOUR)
    winner = yield context.task_any([pause, context.call_entity(COUNTER, "add", 1)])
    pause.cancel()
    return winner.result


@orchestrator
def wide_status(context: Context) -> Run:
    context.set_custom_status("x" * context.get_input())
    yield context.call_activity("echo", 1)


@orchestrator
def calls(context: Context) -> Run:
    kind = context.get_input()
    if kind == "activity":
        yield context.call_activity("nobody")
    elif kind == "child":
        yield context.call_sub_orchestrator("nobody")
    elif kind == "entity":
        yield context.call_entity(df.EntityId("nobody", "x"), "get")
    else:
        yield context.call_http("GET", "https://example.com")


@orchestrator
def everything(context: Context) -> Run:
    """One of each, for the crash and determinism tests."""
    first = yield context.call_activity("echo", "a")
    pair = yield context.task_all([context.call_activity("echo", "b"), context.call_activity("echo", "c")])
    yield context.create_timer(context.current_utc_datetime + HOUR)
    context.signal_entity(COUNTER, "add", 1)
    total = yield context.call_entity(COUNTER, "add", 10)
    inner = yield context.call_sub_orchestrator("child", "d")
    pause = context.create_timer(context.current_utc_datetime + HOUR)
    yield context.task_any([pause, context.call_activity("echo", "e")])
    if not pause.is_completed:
        pause.cancel()
    last = yield context.call_activity("echo", "f")
    return [first, *pair, total, inner["given"], last]


# The table of differences between a naive engine and the extension


@orchestrator
def one_deadline(context: Context) -> Run:
    deadline = context.create_timer(context.current_utc_datetime + HOUR)
    while True:
        winner = yield context.task_any([deadline, context.wait_for_external_event("tick")])
        if winner is deadline:
            break
        yield context.call_activity("echo", "tick")
    return (yield context.call_activity("echo", "late"))


@orchestrator
def long_wait(context: Context) -> Run:
    done = context.wait_for_external_event("done")
    while True:
        pause = context.create_timer(context.current_utc_datetime + HOUR)
        winner = yield context.task_any([pause, done])
        if winner is done:
            if context.get_input():
                pause.cancel()
            break
    return (yield context.call_activity("echo", "after"))


@orchestrator
def leaves_timer(context: Context) -> Run:
    pause = context.create_timer(context.current_utc_datetime + HOUR)
    yield context.task_any([pause, context.call_activity("echo", "first")])
    if context.get_input() == "raise":
        raise ValueError("on purpose")
    if context.get_input() == "again":
        context.continue_as_new("return")
    return "over"


@orchestrator
def long_timer(context: Context) -> Run:
    pause = context.create_timer(context.current_utc_datetime + 10 * DAY)
    yield context.task_any([pause, context.wait_for_external_event("x")])
    pause.cancel()
    return (yield context.call_activity("echo", "after"))


@orchestrator
def early_twice(context: Context) -> Run:
    yield context.create_timer(context.current_utc_datetime + HOUR)
    first = yield context.wait_for_external_event("x")
    second = yield context.wait_for_external_event("x")
    yield context.call_activity("echo", "after")
    return [first, second]


@orchestrator
def goes_on_after_failure(context: Context) -> Run:
    pause = context.create_timer(context.current_utc_datetime + HOUR)
    try:
        yield context.task_all([context.call_activity("fail", "x"), pause])
    except Exception:  # noqa: BLE001  the SDK raises nothing finer
        yield context.call_activity("echo", "after")
    return "over"


@orchestrator
def goes_on_beside_retry(context: Context) -> Run:
    retry = context.call_activity_with_retry("flaky", df.RetryOptions(3_600_000, 3), 1)
    try:
        yield context.task_all([context.call_activity("fail", "x"), retry])
    except Exception:  # noqa: BLE001  the SDK raises nothing finer
        return {"after": (yield context.call_activity("echo", "after"))}


@orchestrator
def retry_against_time(context: Context) -> Run:
    pause = context.create_timer(context.current_utc_datetime + 10 * HOUR)
    retry = context.call_activity_with_retry("flaky", df.RetryOptions(1000, 3), 1)
    yield context.task_any([pause, retry])
    pause.cancel()
    return (yield context.call_activity("echo", "after"))


def counter(context: Context) -> None:
    total = context.get_state(lambda: 0)
    LOG.append(f"counter {context.operation_name}")
    match context.operation_name:
        case "add":
            total += context.get_input()
            context.set_result(total)
            context.set_state(total)
        case "get":
            context.set_result(total)
        case "delete":
            context.set_result("deleted")
            context.destruct_on_exit()
        case other:
            raise ValueError(f"no operation {other}")


bp.entity_trigger(context_name="context", entity_name="Counter")(counter)


def functions() -> list[func.Function]:
    """The app's functions, indexed afresh."""
    app = df.DFApp()
    app.register_functions(bp)
    found: list[func.Function] = app.get_functions()
    return found
