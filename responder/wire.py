"""JSON in and out of the typed model: one encoder, one decoder, camelCase on the wire."""

from collections.abc import Callable
from datetime import UTC, datetime
from threading import RLock
from typing import Any, TypeVar, cast, dataclass_transform

import msgspec

T = TypeVar("T")


class ModelMeta(msgspec.StructMeta):
    """Makes every struct frozen and keyword-only; msgspec does not hand ``kw_only`` down by itself."""

    def __new__(mcs, *args: Any, **options: Any) -> Any:
        """Build the class, with our defaults for what its author left open."""
        return super().__new__(mcs, *args, **({"frozen": True, "kw_only": True} | options))


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Wire(msgspec.Struct, metaclass=ModelMeta, rename="camel", frozen=True, kw_only=True):
    """Base of everything that travels through Durable history, a webhook or the API."""


def plain(value: object) -> Any:
    """The JSON-ready form (dict, list, str, number, bool, None) of a model value; times as RFC 3339 UTC."""
    return msgspec.to_builtins(value)


def typed(value: object, kind: type[T]) -> T:
    """The model value of a JSON-ready form.

    Raises:
        msgspec.ValidationError: names the field that does not fit, as ``$.field``.
    """
    return _first_alone(kind, lambda: msgspec.convert(value, kind))


def parsed(text: bytes | msgspec.Raw, kind: type[T]) -> T:
    """The model value of JSON text.

    Raises:
        msgspec.DecodeError: it is no JSON, or a field does not fit.
    """
    return _first_alone(kind, lambda: msgspec.json.decode(text, type=kind))


def _first_alone(kind: object, work: Callable[[], T]) -> T:
    """Use a type; for the first time while no other thread does.

    msgspec 0.22.0 describes a struct and all that it holds at its first use. A second thread that meets a half-made
    description ends the whole process with a segmentation fault.
    """
    if kind in _described:
        return work()
    with _describing:
        try:
            return work()
        finally:
            _described.add(kind)


_described: set[object] = set()
_describing = RLock()


def record(value: object) -> dict[str, Any]:
    """`plain` for a struct: always an object."""
    return cast("dict[str, Any]", plain(value))


def utc(text: str) -> datetime:
    """An aware UTC time from RFC 3339 text; a time without a zone is taken as UTC (ARM writes both)."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
