"""The playbooks' pages are generated, fresh, and say all that the files hold."""

from pathlib import Path

import pytest

from playbooks import files, loader, pages

PAGES = pages.pages()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_is_fresh(path: Path) -> None:
    assert path.read_text("utf-8") == PAGES[path], "run: python -m playbooks.pages"


def test_no_page_is_left_over() -> None:
    assert set((pages.DOCS / "playbooks").iterdir()) == {path for path in PAGES if path.parent.name == "playbooks"}


@pytest.mark.parametrize("path", sorted(loader.CATALOGUE.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_page_names_every_cause_check_fix_and_its_source(path: Path) -> None:
    playbook = files.read(path)
    page = PAGES[pages.DOCS / "playbooks" / f"{playbook.code}.md"]
    told = [cause.text for cause in playbook.causes] + [cause.check for cause in playbook.causes]
    told += [run.line.splitlines()[0] for cause in playbook.causes for guide in cause.guidance for run in guide.run]
    assert all(text in page for text in [*told, playbook.source.url, playbook.source.section])
    assert page.count("\n1. ") == len(playbook.causes) + len(playbook.runbook)


def test_the_table_holds_every_cause_with_its_fix_and_risk() -> None:
    table = PAGES[pages.DOCS / "playbooks.md"]
    playbooks = [files.read(path) for path in loader.CATALOGUE.glob("*.yaml")]
    assert table.count("\n| [") == sum(max(1, len(playbook.causes)) for playbook in playbooks)
    row = "| `restore-point-locks` | `remove-restore-point-locks` | safe | [2025-11-12]("
    assert row in table
    assert "| `delete-restore-point-collection`, `delete-restore-points` | safe or disruptive |" in table
    assert "| guidance | manual |" in table
