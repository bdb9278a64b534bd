"""The playbooks' pages are generated, fresh, and say all that the files hold."""

from pathlib import Path

import pytest

from playbooks import loader, pages

PAGES = pages.pages()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_is_fresh(path: Path) -> None:
    assert path.read_text("utf-8") == PAGES[path], "run: python -m playbooks.pages"


def test_no_page_is_left_over() -> None:
    assert set((pages.DOCS / "playbooks").iterdir()) == {path for path in PAGES if path.parent.name == "playbooks"}


@pytest.mark.parametrize("path", sorted(loader.CATALOGUE.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_page_names_every_cause_check_fix_and_its_source(path: Path) -> None:
    playbook = loader.parse(path)
    page = PAGES[pages.DOCS / "playbooks" / f"{playbook.code}.md"]
    told = [cause.text for cause in playbook.causes] + [cause.check for cause in playbook.causes]
    assert all(text in page for text in [*told, playbook.source.url, playbook.source.section])
    assert page.count("\n1. ") == len(playbook.causes) + len(playbook.runbook)
