"""Every endpoint has a call of its literal path and method in the tests; one without is
an orphan.
"""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.support.routes import Route, routes

TESTS = Path(__file__).parents[1]
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


@pytest.fixture(scope="module")
def calls() -> set[tuple[str, str]]:
    """(method, path) of everything that the HTTP tests' sources call, `{}` standing for what is
    filled in.
    """
    files = [file for folder in ("http", "support") for file in (TESTS / folder).glob("*.py")]
    return {call for file in files for call in called(ast.parse(file.read_text("utf-8")))}


def called(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """A method and a path that stand next to each other, as arguments of a call or in a tuple."""
    for node in ast.walk(tree):
        values = (
            node.args
            if isinstance(node, ast.Call)
            else node.elts
            if isinstance(node, ast.Tuple)
            else []
        )
        for method, path in pairwise(values):
            if (
                isinstance(method, ast.Constant)
                and method.value in METHODS
                and (text := literal(path))
            ):
                yield str(method.value), text


def literal(node: ast.AST) -> str | None:
    """The path of a string or an f-string, without its query; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value
    elif isinstance(node, ast.JoinedStr):
        text = "".join(
            str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
        )
    else:
        return None
    return re.sub(r"(?<!/)\{\}$", "", text.partition("?")[0])


@pytest.mark.parametrize("route", routes(), ids=lambda route: route.name)
def test_no_endpoint_is_an_orphan(calls: set[tuple[str, str]], route: Route) -> None:
    path = re.sub(r"\{\w+\}", "{}", route.template)
    assert (route.method, path) in calls, f"violates R-ROUTE-1: nothing calls {route.name}"
