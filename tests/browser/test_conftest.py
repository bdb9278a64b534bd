"""The fixtures say what is missing, and a page reaches nothing outside."""

from pathlib import Path

import pytest
from playwright.async_api import Error, Page

from tests.browser import conftest


def test_what_is_missing_is_named_and_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BROWSER", raising=False)
    with pytest.raises(pytest.skip.Exception, match="npm ci"):
        conftest._missing("packages are missing: npm ci")


def test_where_a_browser_is_required_a_missing_one_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROWSER", "required")
    with pytest.raises(pytest.fail.Exception, match="apt install"):
        conftest._missing("Chromium is missing: apt install chromium")


async def test_a_page_reaches_only_this_machine(page: Page) -> None:
    with pytest.raises(Error, match="ERR_FAILED"):
        await page.goto("https://example.net/")


def test_the_lock_names_no_address() -> None:
    lock = (Path(conftest.__file__).parent / "package-lock.json").read_text()
    assert "http" not in lock
