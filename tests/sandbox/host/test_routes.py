"""Route templates, their precedence and their values."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.host.functions import Function, Signature
from sandbox.host.routes import RouteError, RouteTable


def function(name: str, route: str | None = None, **binding: object) -> Function:
    trigger = {"type": "httpTrigger", "name": "req", "route": route, **binding}
    return Function(name, print, False, "", Signature({}, "http", False), trigger, (trigger,))


def table(*routes: str, prefix: str = "api") -> RouteTable:
    return RouteTable([function(route, route) for route in routes], prefix)


def found(routes: RouteTable, path: str, method: str = "GET") -> tuple[str, dict[str, str]] | None:
    hit = routes.find(method, path)
    return (hit[0].function.name, hit[1]) if hit else None


@pytest.mark.parametrize(
    "route,path,values",
    [
        ("alerts", "/api/alerts", {}),
        ("alerts", "/API/Alerts/", {}),
        ("alerts", "/api/alert", None),
        ("alerts", "/alerts", None),
        ("incidents/{id}", "/api/incidents/a%20b", {"id": "a b"}),
        ("incidents/{id}", "/api/incidents/a%2Fb", {"id": "a%2Fb"}),
        ("incidents/{id}", "/api/incidents", None),
        ("incidents/{id}", "/api/incidents/a/b", None),
        ("incidents/{id?}", "/api/incidents", {}),
        ("incidents/{id?}", "/api/incidents/7", {"id": "7"}),
        ("jobs/{id:int}", "/api/jobs/-7", {"id": "-7"}),
        ("jobs/{id:int}", "/api/jobs/seven", None),
        ("jobs/{id:int?}", "/api/jobs", {}),
        ("keys/{id:guid}", "/api/keys/6c1f7a30-52d4-4b8e-9d0a-3e7b5f2c9a11",
         {"id": "6c1f7a30-52d4-4b8e-9d0a-3e7b5f2c9a11"}),
        ("keys/{id:guid}", "/api/keys/6c1f7a30", None),
        ("on/{flag:bool}", "/api/on/True", {"flag": "True"}),
        ("by/{name:alpha}", "/api/by/a1", None),
        ("{*rest}", "/api/a/b/c", {"rest": "a/b/c"}),
        ("files/{*rest}", "/api/files", {}),
        ("files/{name}.{ext}", "/api/files/a.json", {"name": "a", "ext": "json"}),
        ("openapi.json", "/api/openapi.json", {}),
        ("openapi.json", "/api/openapiXjson", None),
    ],
)  # fmt: skip
def test_one_route(route: str, path: str, values: dict[str, str] | None) -> None:
    assert found(table(route), path) == (None if values is None else (route, values))


def test_the_more_specific_route_wins_whatever_the_order() -> None:
    routes = table("{*all}", "i/{id}", "i/{id:int}", "i/new")
    assert found(routes, "/api/i/new") == ("i/new", {})
    assert found(routes, "/api/i/7") == ("i/{id:int}", {"id": "7"})
    assert found(routes, "/api/i/x") == ("i/{id}", {"id": "x"})
    assert found(routes, "/api/j/x") == ("{*all}", {"all": "j/x"})


def test_the_route_is_the_name_by_default() -> None:
    assert found(RouteTable([function("ping")], "api"), "/api/ping") == ("ping", {})


@pytest.mark.parametrize("prefix,path", [("", "/alerts"), ("v1/x", "/v1/x/alerts")])
def test_the_prefix_is_the_app_s(prefix: str, path: str) -> None:
    assert found(table("alerts", prefix=prefix), path) == ("alerts", {})


def test_methods_choose_among_functions() -> None:
    routes = RouteTable([function("read", "d", methods=["GET"]), function("write", "d", methods=["POST"])], "api")
    assert found(routes, "/api/d") == ("read", {})
    assert found(routes, "/api/d", "POST") == ("write", {})
    assert found(routes, "/api/d", "PUT") is None


@pytest.mark.parametrize("route", ["a/{id:phone}", "a/{id=5}", "a/{id"])
def test_a_template_that_is_not_understood_stops_the_load(route: str) -> None:
    with pytest.raises(RouteError):
        table(route)


@given(st.text(st.characters(codec="utf-8", exclude_characters="/"), min_size=1))
def test_any_value_arrives_as_it_was_sent(value: str) -> None:
    assert found(table("i/{id}"), f"/api/i/{quote(value, safe='')}") == ("i/{id}", {"id": value})
