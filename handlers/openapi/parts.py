"""What the description is put together from: small pieces of OpenAPI 3.1 as plain JSON values.

Source: OpenAPI Specification 3.1.1, "Operation Object", "Parameter Object", "Responses Object".
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

Node = dict[str, Any]
"""A piece of the document."""

JSON, HTML, FORM = "application/json", "text/html", "application/x-www-form-urlencoded"

KEY: list[Node] = [{"functionKey": []}, {"functionKeyInQuery": []}]
"""Who may call: a holder of a function key, which the host checks."""

SESSION: list[Node] = [{"session": []}]
"""Somebody whose browser holds a session, which the app checks."""

LINK: list[Node] = [{"decisionToken": []}]
"""The bearer of a decision's link, which the app checks."""

ANYBODY: list[Node] = []
"""No credential is asked for."""


class Told(NamedTuple):
    """What a person reads about an operation: its group, one line, and more where that is needed."""

    tag: str
    summary: str
    more: str | None = None


def operation(
    name: str,
    told: Told,
    security: Sequence[Node],
    answers: Mapping[str, Node],
    *,
    parameters: Sequence[Node] = (),
    body: Node | None = None,
) -> Node:
    """One method of a path.

    Args:
        name: the operation's unique name.
        told: for people.
        security: who may call, one of the constants of this module.
        answers: by status code.
        parameters: those of query and headers; `path` adds those of the path.
        body: what is sent.
    """
    made: Node = {"operationId": name, "tags": [told.tag], "summary": told.summary}
    if told.more:
        made["description"] = told.more
    made["security"] = list(security)
    if parameters:
        made["parameters"] = list(parameters)
    if body:
        made["requestBody"] = body
    return made | {"responses": dict(sorted(answers.items()))}


def schema(name: str) -> Node:
    """A reference to a schema among the components."""
    return {"$ref": f"#/components/schemas/{name}"}


def parameter(name: str) -> Node:
    """A reference to a parameter among the components."""
    return {"$ref": f"#/components/parameters/{name}"}


def header(name: str) -> Node:
    """A reference to an answer's header among the components."""
    return {"$ref": f"#/components/headers/{name}"}


def shared(name: str) -> Node:
    """A reference to an answer among the components."""
    return {"$ref": f"#/components/responses/{name}"}


def query(name: str, about: str, kind: Node, example: object = None) -> Node:
    """A parameter in the query, which may be left out."""
    made: Node = {"name": name, "in": "query", "description": about, "schema": kind}
    return made if example is None else made | {"example": example}


def answer(about: str, content: Node | None = None, **headers: Node) -> Node:
    """An answer. ``headers``: by name, with an underscore for each hyphen."""
    made: Node = {"description": about}
    if headers:
        made["headers"] = {name.replace("_", "-"): node for name, node in headers.items()}
    return made | ({"content": content} if content else {})


def json(name: str, **examples: object) -> Node:
    """Content: JSON of a schema among the components, with examples by name."""
    shown = {key: {"value": value} for key, value in examples.items()}
    return {JSON: {"schema": schema(name)} | ({"examples": shown} if shown else {})}


def html() -> Node:
    """Content: a page for people. What it looks like is no contract."""
    return {HTML: {"schema": {"type": "string"}}}


def problem(about: str, **examples: Node) -> Node:
    """An answer that says what is wrong, as JSON. ``examples``: the value of ``error``, by name."""
    return answer(about, json("Problem", **{name: {"error": error} for name, error in examples.items()}))


def sent(content: Node, about: str, *, required: bool = True) -> Node:
    """A request's body."""
    return {"description": about, "required": required, "content": content}


def form(**fields: Node) -> Node:
    """A form that a page sends: with the token that its page was made with."""
    token = {"type": "string", "description": "From the page. It shows that the form was sent from there."}
    kind = {"type": "object", "properties": {"form_token": token, **fields}, "required": ["form_token"]}
    return sent({FORM: {"schema": kind}}, "The page's form.")
