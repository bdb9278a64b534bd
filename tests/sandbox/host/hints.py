"""Parameter annotations that the Python worker takes, and those that stop the whole app."""

import collections.abc
import dataclasses
import typing
from typing import Any, NewType, Optional

import azure.functions as func

Name = NewType("Name", str)


class Typed(typing.TypedDict):
    """A typed dictionary."""

    id: int


@dataclasses.dataclass
class Data:
    """A dataclass."""

    id: int


LOADS: list[object] = [
    dict,
    list,
    str,
    object,
    Data,
    Typed,
    Any,
    typing.Dict[str, Any],  # noqa: UP006  the old spelling is the only one that loads
    typing.Mapping[str, int],
    typing.List[str],  # noqa: UP006  the same
]
REFUSED: list[object] = [
    dict[str, Any],
    list[str],
    collections.abc.Mapping[str, int],
    int | None,
    Optional[int],  # noqa: UP045  the old spelling is a row of its own
    Name,
    typing.Tuple[int, str],  # noqa: UP006  the same
    func.EventGridEvent | func.CloudEvent,
]
REFUSED_BEFORE_3_13: list[object] = [typing.Literal["a"]]
