"""``python -m handlers.openapi``: prints the description; docs/openapi.json is its copy."""

from handlers.openapi.document import text

print(text(), end="")  # noqa: T201  it is a command
