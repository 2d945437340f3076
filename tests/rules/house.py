"""The project's own source, as the rules read it."""

import ast
from collections.abc import Iterator
from pathlib import Path

TOP = Path(__file__).parents[2]


def files(*folders: str, ending: str = "py") -> Iterator[Path]:
    """Every file of the given top folders, by its path from the top of the project."""
    for folder in folders:
        for path in sorted((TOP / folder).rglob(f"*.{ending}")):
            if not {"__pycache__", "vendor", "node_modules"} & set(path.parts):
                yield path.relative_to(TOP)


def text(path: Path) -> str:
    return (TOP / path).read_text(encoding="utf-8")


def imports(source: str) -> set[str]:
    """The modules that a file imports, wherever in it. `from services import clock` counts as services.clock."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return found


def strings(source: str) -> Iterator[tuple[int, str]]:
    """Line and value of every string that is not a docstring."""
    tree = ast.parse(source)
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
            yield node.lineno, node.value


def calls(source: str) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything that is called: "clock.now", "db.commit"."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)
