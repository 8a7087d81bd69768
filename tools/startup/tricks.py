"""The tricks that change what pip installed, before it is compiled; docs/performance.md has
what each saves.

Long tables name what is kept, because what is missing there fails at run time only.
"""

import ast
import gzip
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

OPERATIONS: Mapping[str, frozenset[str]] = {
    "bedrock-runtime": frozenset({"CountTokens"}),
    "dynamodb": frozenset(
        {
            "BatchGetItem",
            "DeleteItem",
            "GetItem",
            "PutItem",
            "Query",
            "Scan",
            "TransactWriteItems",
            "UpdateItem",
        }
    ),
    "s3": frozenset(
        {"DeleteObjects", "GetObject", "HeadObject", "ListObjectVersions", "PutObject"}
    ),
    "secretsmanager": frozenset({"GetSecretValue"}),
    "sqs": frozenset({"SendMessage"}),
}
"""What the functions call, by service; a client of the artifact knows nothing else."""

LAZY_PACKAGES = (
    "aws_lambda_powertools",
    "aws_lambda_powertools/event_handler",
    "aws_lambda_powertools/utilities/data_classes",
)
"""Packages that import every part of themselves, of which a function uses one or two."""

LAZY_TREES = ("anthropic/resources", "anthropic/types")
"""The same, with all packages within."""

TYPED_DICTIONARIES = "pydantic_core/core_schema.py"
"""A hundred dictionaries described for type checkers, each built anew at every start."""


HANDLERS = "botocore/handlers.py"


class UnknownSource(Exception):
    """An installed file that does not look as the trick expects."""


def apply(tree: Path) -> None:
    """All of them, on an artifact's own copies. Raises UnknownSource."""
    lazy = [tree / package / "__init__.py" for package in LAZY_PACKAGES]
    for root in LAZY_TREES:
        found = sorted((tree / root).rglob("__init__.py"))
        lazy += [path for path in found if "from ." in path.read_text(encoding="utf-8")]
    for path in lazy:
        replace(path, lazily(path.read_text(encoding="utf-8")).encode())
    path = tree / TYPED_DICTIONARIES
    replace(path, undescribed(path.read_text(encoding="utf-8")).encode())
    path = tree / HANDLERS
    replace(path, with_own_handlers(path.read_text(encoding="utf-8")).encode())
    cut(tree / "botocore" / "data")


def lazily(source: str) -> str:
    """A package's `__init__.py` whose imports of its own parts wait until a name is asked for.

    Raises UnknownSource unless it is made of imports and simple statements.
    """
    kept: list[str] = []
    parts: dict[str, tuple[str, str]] = {}
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.ImportFrom) and not _is_needed(statement, source):
            dots, module = "." * statement.level, statement.module or ""
            parts |= {
                name.asname or name.name: (dots + module, name.name) for name in statement.names
            }
        else:
            kept.append(ast.unparse(statement))
    if not parts or "__getattr__" in source:
        raise UnknownSource("a package that does not import its own parts, or does so lazily")
    return "\n".join([*kept, f"_PARTS = {parts!r}", GETATTR])


def _is_needed(statement: ast.ImportFrom, source: str) -> bool:
    """Whether the package itself uses what it imports, or it is of another one."""
    is_own = statement.level or (statement.module or "").startswith("aws_lambda_powertools")
    if not is_own or statement.module is None or statement.names[0].name == "*":
        return True
    used = {
        node.id
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    return any((name.asname or name.name) in used for name in statement.names)


GETATTR = """
def __getattr__(name):
    import importlib
    try:
        module, part = _PARTS[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    found = getattr(importlib.import_module(module, __package__), part)
    globals()[name] = found
    return found
"""


def undescribed(source: str) -> str:
    """core_schema.py with TypedDict as a plain dictionary: what its classes say is for type
    checkers, and at run time they are only called.

    Raises UnknownSource.
    """
    known = "    from typing import TypedDict\n"
    if source.count(known) != 1 or "from __future__ import annotations" not in source:
        raise UnknownSource("a core_schema.py of another making")
    plain = "    class TypedDict(dict):\n        def __init_subclass__(cls, **_): ...\n"
    return source.replace(known, plain)


def with_own_handlers(source: str) -> str:
    """botocore's handlers of events without those of services that nobody calls, and of
    documentation: each is looked at anew by every client.

    Raises UnknownSource.
    """
    known = "_add_parameter_aliases(BUILTIN_HANDLERS)\n"
    if not source.endswith(known):
        raise UnknownSource("botocore's handlers of another making")
    return source + _OWN_HANDLERS.format(services=sorted(OPERATIONS))


_OWN_HANDLERS = """
def _is_own(event):
    first, _, rest = event.partition(".")
    return first != "docs" and (not rest or rest.partition(".")[0] in {services})


BUILTIN_HANDLERS[:] = [one for one in BUILTIN_HANDLERS if _is_own(one[0])]
"""


def cut(data: Path) -> None:
    """botocore's descriptions without documentation, examples and the operations nobody calls."""
    for path in [path for path in data.rglob("*") if path.is_file()]:
        if path.name.startswith(("examples", "paginators", "waiters")):
            path.unlink()
        elif path.name.startswith("service-2.json"):
            described = json.loads(gzip.decompress(path.read_bytes()))
            text = json.dumps(kept(described, OPERATIONS[path.parts[-3]]), separators=(",", ":"))
            replace(path.with_suffix(""), text.encode())
            path.unlink()


def kept(described: Mapping[str, Any], operations: frozenset[str]) -> dict[str, Any]:
    """A service's description with these operations and the shapes that they reach.

    Raises UnknownSource for an operation that the service does not have.
    """
    if missing := operations - described["operations"].keys():
        raise UnknownSource(f"no such operations: {sorted(missing)}")
    cut_down = {
        name: _undocumented(value) if name in ("operations", "shapes") else value
        for name, value in described.items()
        if name != "documentation"
    }
    cut_down["operations"] = {
        name: value for name, value in cut_down["operations"].items() if name in operations
    }
    reached: set[str] = set()
    following = list(_shapes(cut_down["operations"]))
    while following:
        name = following.pop()
        if name not in reached:
            reached.add(name)
            following += _shapes(cut_down["shapes"][name])
    cut_down["shapes"] = {n: shape for n, shape in cut_down["shapes"].items() if n in reached}
    return cut_down


def _undocumented(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _undocumented(held)
            for name, held in value.items()
            if not (name.startswith("documentation") and isinstance(held, str))
        }
    return [_undocumented(held) for held in value] if isinstance(value, list) else value


def _shapes(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("shape"), str):
            yield value["shape"]
        for held in value.values():
            yield from _shapes(held)
    elif isinstance(value, list):
        for held in value:
            yield from _shapes(held)


def replace(path: Path, content: bytes) -> None:
    """Write a file anew: the old one may be a hard link to another artifact's."""
    path.unlink(missing_ok=True)
    path.write_bytes(content)
