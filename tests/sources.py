"""The repository's own files, parsed: what the architecture and style tests look at."""

import ast
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("function_app", "handlers", "playbooks", "responder")
ROOMS = (*PRODUCT, "sandbox", "bench", "build_tools", "infra_check", "tests")

_TEXT = {".bicep", ".cfg", ".in", ".json", ".kql", ".md", ".py", ".toml", ".txt", ".yaml", ".yml", ""}
_MADE = {"__pycache__", ".git", ".hypothesis", ".state", "node_modules", "htmlcov", "dist"}


@dataclass(frozen=True)
class Module:
    """One Python file of the repository."""

    path: Path
    tree: ast.Module
    lines: int

    @property
    def name(self) -> str:
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def room(self) -> str:
        return self.name.partition(".")[0]

    def where(self, node: ast.stmt | ast.expr | ast.excepthandler) -> str:
        return f"{self.path.relative_to(ROOT)}:{node.lineno}"


@dataclass(frozen=True)
class Import:
    """One imported module; `lazy` if the import waits in a function or serves the type checkers alone."""

    target: str
    lazy: bool
    where: str


@cache
def modules() -> tuple[Module, ...]:
    found = [ROOT / "function_app.py", *(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))]
    return tuple(_parse(path) for path in sorted(found) if path.is_file())


def imports(module: Module) -> Iterator[Import]:
    eager = set(_eager(module.tree.body))
    for node in ast.walk(module.tree):
        for target in _targets(node, module):
            assert isinstance(node, ast.stmt)
            yield Import(target, node not in eager, module.where(node))


def text_files() -> Iterator[Path]:
    for folder, folders, files in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if not _is_made(name))
        yield from (Path(folder) / name for name in sorted(files) if _is_text(name) and not _is_made(name))


def _is_text(name: str) -> bool:
    return Path(name).suffix in _TEXT


def _is_made(name: str) -> bool:
    return name in _MADE or name.startswith((".venv", ".coverage")) or name.endswith("_cache")


def _parse(path: Path) -> Module:
    source = path.read_text()
    return Module(path, ast.parse(source), source.count("\n"))


def _eager(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        yield node
        if isinstance(node, ast.Try | ast.With) or (isinstance(node, ast.If) and not _is_for_types(node)):
            yield from _eager(node.body)


def _is_for_types(node: ast.If) -> bool:
    return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _targets(node: ast.AST, module: Module) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, f"relative import in {module.where(node)}"
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []
