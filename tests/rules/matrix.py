"""Reads docs/rules.md: every rule's id and statement, and the checks that hold it; and finds the
markers in the tests' sources.

A check is a test file, one test of a file (`path::name`), or a command of `make check`. Knows
nothing of what is checked.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
RULES = ROOT / "docs" / "rules.md"
_RULE = re.compile(r"^\*\*(R-[A-Z]+-\d+)\*\* (.+)$")
_CHECK = re.compile(r"^- `([^`]+)`$")


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    statement: str
    checks: tuple[str, ...]

    def is_held_by(self, path: str, name: str) -> bool:
        """Whether a test of that file, relative to the root, is one of its checks."""
        return path in self.checks or f"{path}::{name}" in self.checks


@lru_cache(maxsize=1)
def rules() -> tuple[Rule, ...]:
    """In their order. Raises ValueError for an id that stands twice."""
    found = tuple(_parse(RULES.read_text("utf-8")))
    ids = [rule.id for rule in found]
    if len(set(ids)) != len(ids):
        raise ValueError(
            f"a rule stands twice: {sorted({one for one in ids if ids.count(one) > 1})}"
        )
    return found


def _parse(text: str) -> Iterator[Rule]:
    head: re.Match[str] | None = None
    checks: list[str] = []
    for line in [*text.splitlines(), "**R-END-0** ."]:
        if found := _RULE.match(line):
            if head:
                yield Rule(head[1], head[2], tuple(checks))
            head, checks = found, []
        elif check := _CHECK.match(line):
            checks.append(check[1])


def rules_of(path: str, name: str) -> list[str]:
    """The ids of the rules that a test holds."""
    return [rule.id for rule in rules() if rule.is_held_by(path, name)]


@dataclass(frozen=True, slots=True)
class Marked:
    """A marker in a test's source: the file, relative to the root, the test's name (None for all of
    them), and the rule's id.
    """

    path: str
    name: str | None
    rule: str


def marked() -> Iterator[Marked]:
    """Every `pytest.mark.rule(...)` in tests/."""
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        path = file.relative_to(ROOT).as_posix()
        tree = ast.parse(file.read_text("utf-8"))
        for node in ast.walk(tree):
            name = node.name if isinstance(node, ast.FunctionDef) else None
            holders = (
                node.decorator_list
                if isinstance(node, ast.FunctionDef)
                else [node.value]
                if isinstance(node, ast.Assign)
                else []
            )
            yield from (Marked(path, name, rule) for holder in holders for rule in _ids(holder))


def _ids(node: ast.AST) -> Iterator[str]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.rule":
            yield from (
                str(argument.value) for argument in call.args if isinstance(argument, ast.Constant)
            )


def defined_in(path: str) -> set[str]:
    """The names of a file's tests."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }
