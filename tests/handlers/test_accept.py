"""A browser gets a page, and whoever does not say so gets JSON."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.pages.accept import prefers_html

_BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    "accept, html",
    [
        (_BROWSER, True),
        ("text/html", True),
        ("TEXT/HTML ; q=1.0", True),
        ("text/*", True),
        ("text/html;charset=utf-8, application/json;q=0.9", True),
        ("application/json;q=0.1, text/html;q=0.2", True),
        ("application/json;q=0, */*", True),
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("application/json, text/plain, */*", False),
        ("text/html, application/json", False),
        ("text/html;q=0.5, application/json", False),
        ("text/html;q=0", False),
        ("text/html;q=0, text/*", False),
        ("text/html;q=0.8, */*", False),
        ("text/html;q=nonsense", False),
        ("text/html;q=2", False),
        ("text/html;q=0.0001", False),
        ("application/*", False),
        ("text/plain", False),
        (";,;=,q=1", False),
    ],
)
def test_the_better_liked_form_is_chosen_and_json_where_both_are_equal(accept: str, html: bool) -> None:
    assert prefers_html(accept) is html


@given(st.text(alphabet="texhml/*;q=0.15, json", max_size=80))
def test_no_header_breaks_the_choice(accept: str) -> None:
    assert prefers_html(accept) in {True, False}
