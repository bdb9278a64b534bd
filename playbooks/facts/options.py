"""What ``using`` of a cause holds: data of a playbook file, read with plain errors."""

from playbooks.model import Cause


def words(cause: Cause, key: str, default: tuple[str, ...] = ()) -> list[str]:
    """A list of texts, or one text."""
    found = cause.using.get(key, default)
    return [found] if isinstance(found, str) else [str(entry) for entry in found]


def number(cause: Cause, key: str, default: float) -> float:
    """A number.

    Raises:
        ValueError: the playbook holds something else.
    """
    return float(cause.using.get(key, default))


def among(value: str | None, wanted: list[str]) -> bool:
    """Whether a word is one of the wanted ones; Azure's spelling of words varies in case."""
    return (value or "").lower() in {word.lower() for word in wanted}
