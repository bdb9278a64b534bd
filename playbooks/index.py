"""Writes the catalogue's index of codes, aliases and numbers: ``python -m playbooks.index``."""

import json

from playbooks.loader import INDEX, build_index


def text() -> str:
    """The index as the file holds it.

    Raises:
        PlaybookError: a playbook cannot be used, or two claim one code.
    """
    return json.dumps(build_index(), indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    INDEX.write_text(text(), "utf-8")
