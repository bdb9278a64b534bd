"""The rules that the Python worker applies to a function's signature before it loads anything.

One function that breaks a rule stops the whole app, in Azure as here; a program that calls its functions directly
never notices. Source: azure-functions-runtime 1.3.0, ``functions.Registry`` (the worker of Python 3.13 and later);
where it and the older worker differ, both must be pleased.
"""

import inspect
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sandbox.host.converters import converter, has_implicit_output
from sandbox.host.functions import Signature

_NOT_GENERIC = (typing.Union, types.UnionType, tuple, typing.ClassVar, typing.Literal, Callable)


class LoadError(RuntimeError):
    """A function that stops the app from loading; the text names the function and the parameter."""

    def __init__(self, function: str, why: str) -> None:
        super().__init__(f"cannot load the {function} function: {why}")


def signature_of(name: str, call: Callable[..., Any], bindings: Sequence[Mapping[str, Any]]) -> Signature:
    """The checked signature of a function.

    Raises:
        LoadError: the worker would refuse it.
    """
    hints = _hints(name, call)
    parameters = set(inspect.signature(call).parameters)
    bound = {str(binding["name"]): str(binding["type"]) for binding in bindings if binding["name"] != "$return"}
    wants_context = "context" in parameters - bound.keys()
    if wants_context:
        _check_context(name, hints)
    _check_names(name, parameters - {"context"} if wants_context else parameters, bound)
    inputs = {parameter: _converter(name, parameter, kind, hints) for parameter, kind in bound.items()}
    return Signature(inputs, _returns(name, bindings, hints), wants_context)


def _hints(name: str, call: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(call)
    except (NameError, TypeError, AttributeError, SyntaxError) as error:
        late = sorted(parameter for parameter, hint in inspect.get_annotations(call).items() if isinstance(hint, str))
        raise LoadError(name, f"an annotation among those of {late} does not resolve: {error}") from error


def _check_context(name: str, hints: Mapping[str, Any]) -> None:
    kind = hints.get("context")
    if "context" in hints and (not isinstance(kind, type) or kind.__name__ != "Context"):
        raise LoadError(name, f'the "context" parameter is expected to be of type azure.functions.Context, got {kind}')


def _check_names(name: str, parameters: set[str], bound: Mapping[str, str]) -> None:
    if unbound := parameters - bound.keys():
        raise LoadError(name, f"the parameters {sorted(unbound)} are declared in Python but have no binding")
    if extra := bound.keys() - parameters:
        raise LoadError(name, f"the bindings {sorted(extra)} are not parameters in Python")


def _converter(name: str, parameter: str, kind: str, hints: Mapping[str, Any]) -> str:
    if parameter not in hints:
        return kind
    hint = hints[parameter]
    if not isinstance(hint, type) and not _is_generic(hint):
        raise LoadError(name, f"binding {parameter} has invalid non-type annotation {hint!r}")
    if hint in {str, bytes} and not has_implicit_output(kind):
        return "generic"
    if not _accepts(kind, hint):
        raise LoadError(
            name, f'the type of {parameter} binding "{kind}" does not match its Python annotation "{_label(hint)}"'
        )
    return kind


def _is_generic(hint: object) -> bool:
    """Whether this is an old-style generic of ``typing``: ``typing.Dict[str, int]``, not ``dict[str, int]``."""
    return type(hint).__module__ == "typing" and typing.get_origin(hint) not in {None, *_NOT_GENERIC}


def _accepts(kind: str, hint: Any) -> bool:
    try:
        return bool(converter(kind).check_input_type_annotation(hint))
    except TypeError:  # issubclass() of a generic: the worker dies of it, which stops the app as well
        return False


def _returns(name: str, bindings: Sequence[Mapping[str, Any]], hints: Mapping[str, Any]) -> str | None:
    explicit = next((str(binding["type"]) for binding in bindings if binding["name"] == "$return"), None)
    if explicit is None:
        return next((str(binding["type"]) for binding in bindings if has_implicit_output(str(binding["type"]))), None)
    if "return" in hints:
        _check_return(name, explicit, hints["return"])
    return explicit


def _check_return(name: str, kind: str, hint: object) -> None:
    if not isinstance(hint, type):
        raise LoadError(name, f"has invalid non-type return annotation {hint!r}")
    if not converter(kind).check_output_type_annotation(hint):
        raise LoadError(name, f'Python return annotation "{_label(hint)}" does not match binding type "{kind}"')


def _label(hint: object) -> str:
    return getattr(hint, "__name__", str(hint))
