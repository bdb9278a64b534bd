"""The worker's annotation rules, row by row."""

from collections.abc import Callable
from typing import Any

import azure.functions as func
import pytest

from sandbox.host.annotations import LoadError, signature_of
from tests.sandbox.host.hints import LOADS, REFUSED, REFUSED_BEFORE_3_13


def activity(hint: object) -> Callable[..., None]:
    def act(payload: object) -> None: ...

    act.__annotations__["payload"] = hint
    return act


ACTIVITY = [{"name": "payload", "type": "activityTrigger"}]
HTTP = [{"name": "req", "type": "httpTrigger"}, {"name": "$return", "type": "http"}]
EVENT = [{"name": "event", "type": "eventGridTrigger"}]


@pytest.mark.parametrize("hint", LOADS, ids=str)
def test_the_worker_loads(hint: object) -> None:
    assert signature_of("act", activity(hint), ACTIVITY).inputs == {"payload": "activityTrigger"}


@pytest.mark.parametrize("hint", [*REFUSED, *REFUSED_BEFORE_3_13], ids=str)
def test_the_worker_refuses(hint: object) -> None:
    with pytest.raises(LoadError, match="cannot load the act function: binding payload has invalid"):
        signature_of("act", activity(hint), ACTIVITY)


def test_no_annotation_is_fine() -> None:
    def act(payload):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        return payload

    assert signature_of("act", act, ACTIVITY).returns == "activityTrigger"


def test_a_name_for_type_checkers_alone_is_refused() -> None:
    def act(payload: "Hidden") -> None: ...  # type: ignore[name-defined]  # noqa: F821

    with pytest.raises(LoadError, match=r"act function.*payload.*Hidden"):
        signature_of("act", act, ACTIVITY)


def test_an_unbound_parameter_is_refused() -> None:
    def act(payload: str, extra: str) -> None: ...

    with pytest.raises(LoadError, match=r"act function.*extra.*no binding"):
        signature_of("act", act, ACTIVITY)


def test_a_binding_without_a_parameter_is_refused() -> None:
    def act() -> None: ...

    with pytest.raises(LoadError, match=r"payload.*not parameters"):
        signature_of("act", act, ACTIVITY)


def test_context_may_be_asked_for() -> None:
    def act(payload: str, context: func.Context) -> None: ...

    assert signature_of("act", act, ACTIVITY).wants_context


def test_context_of_another_class_is_refused() -> None:
    def act(payload: str, context: dict) -> None: ...  # type: ignore[type-arg]

    with pytest.raises(LoadError, match='"context" parameter'):
        signature_of("act", act, ACTIVITY)


@pytest.mark.parametrize("hint", [func.HttpResponse, str])
def test_an_http_function_may_return(hint: object) -> None:
    assert signature_of("page", page(hint), HTTP).returns == "http"


@pytest.mark.parametrize("hint", [dict, func.HttpResponse | str, type(None), list[str]], ids=str)
def test_an_http_function_may_not_return(hint: object) -> None:
    with pytest.raises(LoadError, match=r"page function.*return annotation"):
        signature_of("page", page(hint), HTTP)


def test_an_http_function_without_return_annotation_is_fine() -> None:
    bare = page(str)
    del bare.__annotations__["return"]
    assert signature_of("page", bare, HTTP).returns == "http"


def test_the_wrong_class_for_a_trigger_is_refused() -> None:
    def page(req: func.EventGridEvent) -> str:
        return ""

    with pytest.raises(LoadError, match=r"req.*httpTrigger.*EventGridEvent"):
        signature_of("page", page, HTTP)


@pytest.mark.parametrize("hint", [func.EventGridEvent, func.CloudEvent])
def test_either_event_class_is_fine(hint: object) -> None:
    def on(event: object) -> None: ...

    on.__annotations__["event"] = hint
    assert signature_of("on", on, EVENT).inputs == {"event": "eventGridTrigger"}


def test_text_is_passed_as_it_comes() -> None:
    def on(event: str) -> None: ...

    found = signature_of("on", on, EVENT)
    assert found.inputs == {"event": "generic"}
    assert found.returns is None


def page(hint: object) -> Callable[..., Any]:
    def serve(req: func.HttpRequest) -> None: ...

    serve.__annotations__["return"] = hint
    return serve
