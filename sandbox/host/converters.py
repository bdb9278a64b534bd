"""The azure-functions library's own converters between the host's data and what functions see."""

from typing import Any, cast

import azure.functions as func


def converter(kind: str) -> Any:
    """The converter of a binding type."""
    return cast("Any", func).get_binding_registry().get(kind)


def has_implicit_output(kind: str) -> bool:
    """Whether the result of a function with such a trigger is its output (activities, orchestrators, entities)."""
    declared = getattr(converter(kind), "has_implicit_output", None)
    return bool(declared()) if declared else False
