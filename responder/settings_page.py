"""The settings reference as Markdown: ``python -m responder.settings_page > docs/settings.md``."""

from responder.setting import Row
from responder.settings import reference

_HEAD = """# Settings

All settings are app settings (environment variables). Missing or wrong ones stop the start, all of them named at once,
each with its remedy. This page is generated: `python -m responder.settings_page > docs/settings.md`.
"""


def text() -> str:
    """The page: one section for each setting."""
    return "\n".join([_HEAD, *(_section(row) for row in reference())])


def _section(row: Row) -> str:
    lines = (
        f"## {row.name}",
        "",
        row.about,
        "",
        f"* Default: {row.default}",
        f"* {row.remedy}",
        f"* Source: {row.source}",
    )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(text(), end="")  # noqa: T201  it is a command
