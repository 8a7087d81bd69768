"""Whether a file's text is what its ending says: JSON, YAML, Python, Markdown. Each reader says
what is wrong, or nothing.

Texts are bounded before a parser sees them, because parsers are slow or fall over beyond. What is
said never quotes the text. Nothing is ever executed or constructed.
"""

import ast
import json
import re
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping

from shared.workflows.orchestration.markdown import markdown_faults
from shared.workflows.orchestration.names import ending_of

MAX_CHARACTERS = 100_000
MAX_FLOW_NESTING = 30
# Warnings are the process's, not a thread's: one reader of Python at a time silences them.
_QUIET = threading.Lock()

Reader = Callable[[str], Iterator[str]]


def faults(path: str, text: str) -> Iterator[str]:
    """What keeps the text from being what its path says; nothing for a kind that is not
    known here.
    """
    ending = ending_of(path)
    reader = READERS.get(ending)
    if reader is None:
        return
    if len(text) > MAX_CHARACTERS:
        yield f"is longer than {MAX_CHARACTERS} characters, so it was not parsed"
    else:
        yield from reader(text)


def _json(text: str) -> Iterator[str]:
    try:
        json.loads(text)
    except json.JSONDecodeError as exc:
        yield f"is not valid JSON (line {exc.lineno})"
    except (ValueError, RecursionError):
        yield "is not valid JSON"


def _yaml(text: str) -> Iterator[str]:
    import yaml

    if _flow_nesting(text) > MAX_FLOW_NESTING:
        yield f"is nested more than {MAX_FLOW_NESTING} deep, so it was not parsed"
        return
    try:
        # Composing resolves anchors but expands none, so a text of aliases of aliases stays small.
        for _ in yaml.compose_all(text, Loader=yaml.SafeLoader):
            pass
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark
        yield f"is not valid YAML (line {mark.line + 1})" if mark else "is not valid YAML"
    except (yaml.YAMLError, ValueError, RecursionError):
        yield "is not valid YAML"


def _flow_nesting(text: str) -> int:
    """The deepest open bracket, quotes not considered. The scanner's time grows with its square."""
    depth = deepest = 0
    for bracket in re.findall(r"[\[\]{}]", text):
        depth = depth + 1 if bracket in "[{" else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest


def _python(text: str) -> Iterator[str]:
    try:
        with _QUIET, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as exc:
        yield f"is not valid Python (line {exc.lineno or 1})"
    except (ValueError, RecursionError, MemoryError):
        yield "is not valid Python"


READERS: Mapping[str, Reader] = {
    "json": _json,
    "yaml": _yaml,
    "yml": _yaml,
    "py": _python,
    "md": markdown_faults,
    "markdown": markdown_faults,
}
