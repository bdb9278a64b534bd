"""The settings reference is generated from the declarations, and fresh."""

from pathlib import Path

from responder import settings_page
from responder.settings import reference


def test_the_page_is_fresh() -> None:
    page = Path("docs/settings.md").read_text("utf-8")
    assert page == settings_page.text(), "run: python -m responder.settings_page > docs/settings.md"


def test_every_setting_has_a_section() -> None:
    assert all(f"## {row.name}\n" in settings_page.text() for row in reference())
