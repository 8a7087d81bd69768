"""How long a line of thought may be: a file 300 lines, a function 40, a room 12 files.

What is longer says why in its docstring, in a sentence that begins with "Long because". The width
of 100 columns is ruff's to check.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.rules.matrix import ROOT

FILE, FUNCTION, ROOM = 300, 40, 12
REASON = "Long because "
FOLDERS = ("shared", "functions", "local", "tools", "bench", "client", "tests")
GENERATED = ("client/studio_runs_client/models.py",)
FILES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))


def trees() -> Iterator[tuple[Path, str, ast.Module]]:
    for path in FILES:
        text = path.read_text("utf-8")
        yield path.relative_to(ROOT), text, ast.parse(text)


def says_why(node: ast.Module | ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return REASON in " ".join((ast.get_docstring(node) or "").split())


def test_a_file_has_at_most_300_lines_or_says_why() -> None:
    assert [
        f"{path}: {text.count(chr(10))} lines"
        for path, text, tree in trees()
        if text.count("\n") > FILE and not says_why(tree) and str(path) not in GENERATED
    ] == []


def test_a_function_has_at_most_40_lines_or_says_why() -> None:
    assert [
        f"{path}: {node.name} has {length} lines"
        for path, _, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION
        and not says_why(node)
    ] == []


def rooms() -> Iterator[tuple[str, int]]:
    """Every folder of `local` and `shared/http` with the number of its files, but for the doors."""
    for top in ("local", "shared/http"):
        folders = {path.parent for path in FILES if ROOT / top in path.parents}
        for folder in sorted(folders - {ROOT / "shared" / "http" / "doors"}):
            files = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
            yield str(folder.relative_to(ROOT)), len(files)


def test_a_room_has_at_most_12_files() -> None:
    too_many = {name: count for name, count in rooms() if count > ROOM}
    if not (ROOT / "shared" / "http" / "doors").exists():
        too_many.pop("shared/http")  # the doors still stand in it
    assert too_many == {}
