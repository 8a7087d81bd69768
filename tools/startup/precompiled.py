"""What every start would compile again, compiled when the artifact was packed: the methods that
dataclasses write for themselves, and regular expressions.

This file goes into the artifact. Both are kept by the text that they are made of, so an unknown
text is compiled as ever; and what another Python stored is not used at all.
"""

import dataclasses
import marshal
import re
import sys
from _frozen_importlib_external import MAGIC_NUMBER
from _sre import MAGIC  # type: ignore[import-not-found]
from _sre import compile as assembled
from builtins import exec as run
from collections.abc import Callable
from typing import Any

_FOLDER = __file__.rpartition("/")[0]
_VERSION = (tuple(sys.version_info[:2]), MAGIC_NUMBER, MAGIC)
_compiler: Any = re._compiler  # type: ignore[attr-defined]
_dataclasses: Any = dataclasses


def install(name: str) -> None:
    """Use what was stored under the name, if this is the Python that it was stored for."""
    try:
        with open(f"{_FOLDER}/{name}.bin", "rb") as file:
            version, methods, patterns = marshal.loads(file.read())
    except (OSError, ValueError, EOFError, TypeError):
        return
    if version != _VERSION:
        return
    compiled = _compiler.compile

    def known_methods(text: Any, names: Any, local: Any = None) -> None:
        held = methods.get(text)
        run(text if held is None else marshal.loads(held), names, local)

    def known_pattern(pattern: Any, flags: Any = 0) -> Any:
        kind = type(pattern)
        held = patterns.get((kind is str, pattern, int(flags))) if kind in (str, bytes) else None
        if held is None:
            return compiled(pattern, flags)
        full, code, groups, index, names = held
        words = memoryview(code).cast("I").tolist()
        return assembled(pattern, full, words, groups, index, names)

    _dataclasses.exec = known_methods
    _compiler.compile = known_pattern


def record(name: str, starts: Callable[[], Any]) -> None:
    """Note what `starts` compiles, and store it under the name. Part of packing."""
    from array import array

    methods: dict[str, bytes] = {}
    patterns: dict[tuple[bool, Any, int], Any] = {}
    had, compiled = _dataclasses.__dict__.get("exec", run), _compiler.compile

    def noted_methods(text: Any, names: Any, local: Any = None) -> None:
        methods[text] = marshal.dumps(compile(text, "<dataclass>", "exec"))
        run(text, names, local)

    def noted_pattern(pattern: Any, flags: Any = 0) -> Any:
        made = compiled(pattern, flags)
        if type(pattern) in (str, bytes):
            parsed = _compiler._parser.parse(pattern, int(flags))
            code = array("I", [int(word) for word in _compiler._code(parsed, int(flags))])
            groups = dict(parsed.state.groupdict)
            names = [None] * parsed.state.groups
            for name, number in groups.items():
                names[number] = name
            key = (type(pattern) is str, pattern, int(flags))
            full = int(flags) | int(parsed.state.flags)
            patterns[key] = (full, code.tobytes(), parsed.state.groups - 1, groups, tuple(names))
        return made

    _dataclasses.exec, _compiler.compile = noted_methods, noted_pattern
    try:
        starts()
    finally:
        _dataclasses.exec, _compiler.compile = had, compiled
    ordered = {text: methods[text] for text in sorted(methods)}
    keys = sorted(patterns, key=repr)
    with open(f"{_FOLDER}/{name}.bin", "wb") as file:
        file.write(marshal.dumps((_VERSION, ordered, {key: patterns[key] for key in keys})))
