"""What every start would compile or look for again, stored when the artifact was packed: the code
of modules in one file, the methods that dataclasses write for themselves, and regular expressions.

This file goes into the artifact. Methods and expressions are kept by the text that they are made
of, so an unknown text is compiled as ever; a module that is not stored is looked for as ever; and
what another Python stored is not used at all.
"""

import dataclasses
import marshal
import os
import re
import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import MAGIC_NUMBER, SourceFileLoader
from _sre import MAGIC  # type: ignore[import-not-found]
from _sre import compile as assembled
from builtins import exec as run
from collections.abc import Callable, Mapping
from typing import Any

_FOLDER = __file__.rpartition("/")[0]
_VERSION = (tuple(sys.version_info[:2]), MAGIC_NUMBER, MAGIC)
_PYC_HEAD = 16
_compiler: Any = re._compiler  # type: ignore[attr-defined]
_dataclasses: Any = dataclasses
Place = tuple[int, int]
"""How many bytes of the file of code, and from where."""


class _Modules:
    """Finds modules by their names, as `sys.meta_path` asks, and loads them from the file of code.

    They look as if they had been found in the tree.
    """

    def __init__(self, places: Mapping[str, tuple[str, bool, Place]], file: int) -> None:
        self._places, self._file = places, file

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> Any:
        if name not in self._places:
            return None
        path, is_package, place = self._places[name]
        origin = f"{_FOLDER}/{path}"
        loader = _Loader(name, origin)
        loader.place, loader.file = place, self._file
        spec = ModuleSpec(name, loader, origin=origin)
        spec.has_location = True
        if is_package:
            spec.submodule_search_locations = [origin.rpartition("/")[0]]
        return spec


class _Loader(SourceFileLoader):
    place: Place
    file: int

    def get_code(self, fullname: str) -> Any:
        return marshal.loads(os.pread(self.file, *self.place))


def install(name: str) -> None:
    """Use what was stored under the name, if this is the Python that it was stored for."""
    try:
        with open(f"{_FOLDER}/{name}.bin", "rb") as index:
            version, modules, methods, patterns = marshal.loads(index.read())
        if version != _VERSION:
            return
        file = os.open(f"{_FOLDER}/{name}.code", os.O_RDONLY)
    except (OSError, ValueError, EOFError, TypeError):
        return
    compiled = _compiler.compile

    def known_methods(text: Any, names: Any, local: Any = None) -> None:
        held = methods.get(text)
        run(text if held is None else marshal.loads(os.pread(file, *held)), names, local)

    def known_pattern(pattern: Any, flags: Any = 0) -> Any:
        kind = type(pattern)
        held = patterns.get((kind is str, pattern, int(flags))) if kind in (str, bytes) else None
        if held is None:
            return compiled(pattern, flags)
        full, place, groups, index, names = held
        words = memoryview(os.pread(file, *place)).cast("I").tolist()
        return assembled(pattern, full, words, groups, index, names)

    _dataclasses.exec = known_methods
    _compiler.compile = known_pattern
    sys.meta_path.insert(0, _Modules(modules, file))


def record(name: str, starts: Callable[[], Any]) -> None:
    """Note what `starts` imports and compiles, and store it under the name. Part of packing."""
    from array import array

    methods: dict[str, bytes] = {}
    patterns: dict[tuple[bool, Any, int], Any] = {}
    before = set(sys.modules)
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
            for group, number in groups.items():
                names[number] = group
            key = (type(pattern) is str, pattern, int(flags))
            full = int(flags) | int(parsed.state.flags)
            patterns[key] = (full, code.tobytes(), parsed.state.groups - 1, groups, tuple(names))
        return made

    _dataclasses.exec, _compiler.compile = noted_methods, noted_pattern
    try:
        starts()
    finally:
        _dataclasses.exec, _compiler.compile = had, compiled
    _store(name, _imported(before), methods, patterns)


def _imported(before: set[str]) -> dict[str, tuple[str, bool, bytes]]:
    """The modules of the tree that were imported since, by name: path, whether it is a package, and
    what the compiler wrote beside it.
    """
    found = {}
    for name in sorted(sys.modules.keys() - before):
        spec = getattr(sys.modules[name], "__spec__", None)
        origin = str(getattr(spec, "origin", None))
        if spec is None or not (origin.startswith(f"{_FOLDER}/") and origin.endswith(".py")):
            continue
        if not os.path.exists(spec.cached):
            continue
        with open(spec.cached, "rb") as file:
            code = file.read()[_PYC_HEAD:]
        is_package = spec.submodule_search_locations is not None
        found[name] = (origin.removeprefix(f"{_FOLDER}/"), is_package, code)
    return found


def _store(
    name: str,
    modules: Mapping[str, tuple[str, bool, bytes]],
    methods: Mapping[str, bytes],
    patterns: Mapping[tuple[bool, Any, int], Any],
) -> None:
    """The index, and the file of code that it points into."""
    whole = bytearray()

    def placed(code: bytes) -> Place:
        whole.extend(code)
        return len(code), len(whole) - len(code)

    found = {
        key: (path, is_package, placed(code)) for key, (path, is_package, code) in modules.items()
    }
    made = {text: placed(methods[text]) for text in sorted(methods)}
    known = {
        key: (patterns[key][0], placed(patterns[key][1]), *patterns[key][2:])
        for key in sorted(patterns, key=repr)
    }
    with open(f"{_FOLDER}/{name}.bin", "wb") as file:
        file.write(marshal.dumps((_VERSION, found, made, known)))
    with open(f"{_FOLDER}/{name}.code", "wb") as file:
        file.write(whole)
