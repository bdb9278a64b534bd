"""Compiles modules for the package. Run by the Python that the package is for; needs nothing but its library.

In a process of its own, because what else a process has loaded shows in what it compiles: before Python 3.13 a
text that other modules use too is written down otherwise. So the same files make the same bytes.
"""

import json
import py_compile
import sys
from pathlib import Path

TAG = str(sys.implementation.cache_tag)


def main() -> None:
    """Compile the modules that standard input names, a JSON array, from one folder into another; tell the Python."""
    root, made = map(Path, sys.argv[1:])
    for name in json.load(sys.stdin):
        path = Path(name)
        py_compile.compile(
            str(root / path),
            str(made / path.parent / "__pycache__" / f"{path.stem}.{TAG}.pyc"),
            dfile=name,  # the importer puts the real path in its place
            doraise=True,
            optimize=0,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
    print(f"{sys.version_info.major}.{sys.version_info.minor}")


if __name__ == "__main__":
    main()
