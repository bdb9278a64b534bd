"""What the sample app did, one line each, in a file that the test reads."""

import os
from pathlib import Path


def write(line: str) -> None:
    with Path(os.environ["SAMPLE_JOURNAL"]).open("a", encoding="utf-8") as file:
        file.write(line + "\n")
