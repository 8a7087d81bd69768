"""Imports that are made where a module uses them, instead of at its start.

For modules that import what few of their functions need, and none that is called here.
"""

import ast
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from tools.startup.tricks import GETATTR, UnknownSource, replace

DEFERRED: Mapping[str, frozenset[str]] = {
    "anthropic/lib/_parse/_response.py": frozenset(
        {"...types.beta.beta_message", "...types.beta.parsed_beta_message"}
    ),
    "anthropic/lib/_tracing/_api_call.py": frozenset({"...types.beta"}),
    "anthropic/lib/_tracing/_streaming.py": frozenset(
        {"...types.beta", "...types.beta.parsed_beta_message"}
    ),
    "anthropic/lib/_tracing/_tools.py": frozenset({"...types.beta"}),
    "anthropic/lib/_tracing/_utils.py": frozenset({"...types.beta.message_create_params"}),
    "anthropic/resources/messages/messages.py": frozenset({"...lib.streaming"}),
    "aws_lambda_powertools/package_logger.py": frozenset({"aws_lambda_powertools.logging.logger"}),
    "botocore/auth.py": frozenset({"calendar"}),
    "botocore/compat.py": frozenset({"dateutil.tz", "shlex"}),
    "botocore/configloader.py": frozenset({"configparser", "shlex"}),
    "botocore/credentials.py": frozenset({"dateutil.parser", "dateutil.tz"}),
    "botocore/docs/__init__.py": frozenset({"botocore.docs.service"}),
    "botocore/docs/docstring.py": frozenset(
        {
            "botocore.docs.bcdoc.restdoc",
            "botocore.docs.method",
            "botocore.docs.paginator",
            "botocore.docs.waiter",
        }
    ),
    "botocore/paginate.py": frozenset({"jmespath"}),
    "botocore/regions.py": frozenset({"jmespath"}),
    "botocore/tokens.py": frozenset({"dateutil.parser", "dateutil.tz"}),
    "botocore/utils.py": frozenset({"dateutil.parser", "dateutil.tz"}),
    "botocore/waiter.py": frozenset({"jmespath"}),
    "pydantic/plugin/_loader.py": frozenset({"importlib.metadata"}),
    "urllib3/http2/__init__.py": frozenset({"importlib.metadata"}),
}
"""Of a file, the modules whose import waits."""

SDK = "anthropic/__init__.py"
"""Imports every cloud's client, and with them all that is in beta."""

SDK_PARTS = (
    "lib.aws",
    "lib.bedrock",
    "lib.foundry",
    "lib.google_cloud",
    "lib.middleware",
    "lib.streaming",
    "lib.tools",
    "lib.vertex",
)

NARROWED: Mapping[str, tuple[str, str]] = {
    "anthropic/lib/_tracing/_streaming.py": ("AnyMessage = Message", " | BetaMessage"),
    "anthropic/lib/_tracing/_utils.py": (
        "MessageCreateBody = MessageCreateParamsBase",
        " | BetaMessageCreateParamsBase",
    ),
}
"""Names for type checkers, and what they say of all that is in beta."""

NO_PLUGINS = "pydantic/plugin/_loader.py"
"""Looks through all that is installed for plugins at every start."""

Import: TypeAlias = ast.Import | ast.ImportFrom


def apply(tree: Path) -> None:
    """On an artifact's own copies. Raises UnknownSource."""
    for name, parts_of_line in NARROWED.items():
        path = tree / name
        replace(path, narrowed(path.read_text(encoding="utf-8"), *parts_of_line).encode())
    for name, modules in DEFERRED.items():
        path = tree / name
        replace(path, deferred(path.read_text(encoding="utf-8"), modules).encode())
    parts = {name: _package(tree / "anthropic" / name.replace(".", "/")) for name in SDK_PARTS}
    path = tree / SDK
    replace(path, without_clients(path.read_text(encoding="utf-8"), parts).encode())
    offered = [path.read_text(encoding="utf-8") for path in tree.glob("*/entry_points.txt")]
    path = tree / NO_PLUGINS
    replace(path, without_plugins(path.read_text(encoding="utf-8"), offered).encode())


def without_clients(source: str, parts: Mapping[str, str]) -> str:
    """The SDK's package, which imports its parts when they are asked for; `parts` are the sources
    of these. Raises UnknownSource.
    """
    for name, text in parts.items():
        shown = ", ".join(sorted(_public(text)))
        source = source.replace(f"from .{name} import *\n", f"from .{name} import {shown}\n")
    known = "        except (TypeError, AttributeError):\n"
    if source.count(known) != 1 or "import *" in source.replace(".lib.credentials import *", ""):
        raise UnknownSource("an SDK of another making")
    renamed = source.replace(known, known.replace("AttributeError", "AttributeError, KeyError"))
    return deferred(renamed, [f".{name}" for name in parts])


def narrowed(source: str, kept: str, dropped: str) -> str:
    """The source whose line `kept + dropped` is without the latter. Raises UnknownSource."""
    known = f"\n{kept}{dropped}\n"
    if source.count(known) != 1:
        raise UnknownSource(f"has no {kept}")
    return source.replace(known, f"\n{kept}\n")


def _package(folder: Path) -> str:
    path = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    return path.read_text(encoding="utf-8")


def _public(source: str) -> set[str]:
    """What `import *` takes from a package that names no `__all__`: what it imports itself."""
    return {
        name.asname or name.name
        for statement in ast.parse(source).body
        if isinstance(statement, ast.ImportFrom)
        for name in statement.names
        if not (name.asname or name.name).startswith("_")
    }


def without_plugins(source: str, entry_points: Collection[str]) -> str:
    """pydantic's loader, which knows already that there are none. Raises UnknownSource."""
    known = "_plugins: dict[str, PydanticPluginProtocol] | None = None\n"
    if any("[pydantic]" in text for text in entry_points) or source.count(known) != 1:
        raise UnknownSource("there are plugins of pydantic, or its loader is of another making")
    return source.replace(known, known.replace("None\n", "{}\n"))


def deferred(source: str, modules: Collection[str]) -> str:
    """The source with these modules imported before each statement that uses what comes of them;
    what it took from them by name it still has for others that look there.

    Raises UnknownSource where one is not imported, is used while the module starts, or shares its
    name with something else.
    """
    tree = ast.parse(source)
    waiting: dict[str, Import] = {}
    for statement in [one for one in tree.body if isinstance(one, Import)]:
        if _module(statement) in modules:
            tree.body.remove(statement)
            waiting |= {_bound(name): _alone(statement, name) for name in statement.names}
    if {_module(one) for one in waiting.values()} != set(modules) or "__getattr__" in source:
        raise UnknownSource(f"does not import all of {sorted(modules)}")
    if given := _given(tree) & waiting.keys():
        raise UnknownSource(f"gives another meaning to {sorted(given)}")
    _settle(tree, waiting, _texts(tree), inside=False)
    parts = {
        name: (_module(one), one.names[0].name)
        for name, one in waiting.items()
        if isinstance(one, ast.ImportFrom)
    }
    return "\n".join([ast.unparse(ast.fix_missing_locations(tree)), f"_PARTS = {parts!r}", GETATTR])


def _given(tree: ast.AST) -> set[str]:
    """Names that get a value of the module's own somewhere."""
    nodes = list(ast.walk(tree))
    arguments = {node.arg for node in nodes if isinstance(node, ast.arg)}
    stored = {
        node.id
        for node in nodes
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    }
    return arguments | stored


def _module(statement: Import) -> str:
    """Its name; of a statement that imports several, none that could wait."""
    if isinstance(statement, ast.ImportFrom):
        return "." * statement.level + (statement.module or "")
    return statement.names[0].name if len(statement.names) == 1 else ""


def _bound(name: ast.alias) -> str:
    return name.asname or name.name.partition(".")[0]


def _alone(statement: Import, name: ast.alias) -> Import:
    if isinstance(statement, ast.Import):
        return ast.Import([name])
    return ast.ImportFrom(statement.module, [name], statement.level)


def _texts(tree: ast.Module) -> set[ast.AST]:
    """Annotations that Python keeps as text and does not look at."""
    nodes = list(ast.walk(tree))
    if not any(isinstance(one, ast.ImportFrom) and one.module == "__future__" for one in nodes):
        return set()
    return {
        value
        for node in nodes
        for name in ("annotation", "returns")
        if (value := getattr(node, name, None)) is not None
    }


def _settle(
    node: ast.AST, waiting: Mapping[str, Import], texts: set[ast.AST], *, inside: bool
) -> None:
    """Put the imports before the statements that need them; `inside` a function's body."""
    is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    for field, block in _blocks(node):
        settled: list[ast.stmt] = []
        for statement in block:
            needed = _used(statement, texts) & waiting.keys()
            local = inside or (is_function and field == "body")
            if needed and (not local or isinstance(node, ast.ClassDef)):
                raise UnknownSource(f"uses {sorted(needed)} while it starts")
            settled += [waiting[name] for name in sorted(needed)]
            _settle(statement, waiting, texts, inside=local)
            settled.append(statement)
        block[:] = settled


def _blocks(node: ast.AST) -> Iterator[tuple[str, list[ast.stmt]]]:
    """The statements within a node, by field; those of `except` and `case` as well."""
    for field, value in ast.iter_fields(node):
        if isinstance(value, list):
            if value and isinstance(value[0], ast.stmt):
                yield field, value
            for part in value:
                if isinstance(part, ast.ExceptHandler | ast.match_case):
                    yield "body", part.body


def _used(statement: ast.AST, texts: set[ast.AST]) -> set[str]:
    """Names that a statement uses outside of the blocks within it."""
    found: set[str] = set()
    left_out = {one for _, block in _blocks(statement) for one in block} | texts
    following: list[ast.AST] = [statement]
    while following:
        node = following.pop()
        if isinstance(node, ast.Name):
            found.add(node.id)
        following += [one for one in ast.iter_child_nodes(node) if one not in left_out]
    return found
