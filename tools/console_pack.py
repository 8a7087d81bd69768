"""Packs the console for browsers: its modules as one script, and one more for what it imports
later; its styles as one sheet; every file but the page named by its content, so that it may be kept
for ever.

A packer of few lines instead of a bundler, because `make run` needs nothing but Python: see
docs/decisions/0070. It reads what the console is written in: static imports and exports at the
beginning of a line, no cycles.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

ENTRY = "app.js"
PAGE = "index.html"
ASSETS = "assets/"
SHARED = "studioRunsModules"
_IMPORT = re.compile(
    r"^import\s*(?:(?P<default>\w+)|\*\s*as\s+(?P<space>\w+)|\{(?P<names>[^}]*)\})"
    r'\s*from\s*"(?P<path>[^"]+)";?',
    re.M,
)
_AGAIN = re.compile(r'^export\s*\{(?P<names>[^}]*)\}\s*from\s*"(?P<path>[^"]+)";?', re.M)
_LATER = re.compile(r'\bimport\("(?P<path>\./[^"]+)"\)')
_LIST = re.compile(r"export\s*\{(?P<names>[^}]*)\};?")
_DECLARED = re.compile(r"^export\s+((?:async\s+)?function\s*\*?|const|let|class)\s+(\w+)", re.M)
_DEFAULT = re.compile(r"^export\s+default\s+|(?<=[;}])export\s+default\s+", re.M)
_INDENT = re.compile(r"^[ \t]+", re.M)
_COMMENT = re.compile(r"^[ \t]*(?://[^\n]*|/\*\*(?:[^*]|\*(?!/))*\*/)\n", re.M)
_SHEET = re.compile(r'^\s*<link rel="stylesheet" href="([^"]+)">\n', re.M)
_SCRIPT = re.compile(r'<script (type="module" )?src="([^"]+)"></script>')
_ICON = re.compile(r'(<link rel="icon" href=")([^"]+)(")')
_URL = re.compile(r'url\("\.\./([^"]+)"\)')


class NotPackable(ValueError):
    """A module that is written in a way that the packer does not read."""


@dataclass(frozen=True, slots=True)
class Packed:
    """`files` by their path under the console's address; `sources` are those that went into one."""

    files: Mapping[str, bytes]
    sources: frozenset[str]


def pack(folder: Path) -> Packed:
    """A page without styles and modules stays as it is. Raises NotPackable for cycles and for what
    is exported in another way.
    """
    page = (folder / PAGE).read_text(encoding="utf-8")
    if not _SHEET.search(page) or not (folder / ENTRY).is_file():
        return Packed({PAGE: page.encode()}, frozenset({PAGE}))
    files: dict[str, bytes] = {}
    sources = {PAGE}

    def asset(name: str, content: bytes) -> str:
        path = PurePosixPath(name)
        digest = hashlib.sha256(content).hexdigest()[:12]
        address = f"{ASSETS}{path.stem}.{digest}{path.suffix}"
        files[address] = content
        return address

    def kept(name: str) -> str:
        sources.add(name)
        return asset(name, (folder / name).read_bytes())

    modules = _Modules(folder)
    script = modules.script(ENTRY)
    for path, later in modules.later.items():
        rest = asset(PurePosixPath(later).name, modules.script(later).encode())
        script = script.replace(f'import("{path}")', f'import("./{_beside(rest)}")')
    sources.update(modules.numbers)
    sheets = _SHEET.findall(page)
    styles = "".join((folder / name).read_text(encoding="utf-8") for name in sheets)
    sources.update(sheets)
    styles = _URL.sub(lambda found: f'url("{_beside(kept(found[1]))}")', styles)
    sheet = asset("app.css", _INDENT.sub("", styles).encode())
    main = asset(ENTRY, script.encode())
    font = next((name for name in files if "geist-latin-wght" in name), None)
    files[PAGE] = _page(page, sheet, main, font, kept).encode()
    return Packed(files, frozenset(sources))


def _beside(address: str) -> str:
    return address.removeprefix(ASSETS)


def _page(page: str, sheet: str, main: str, font: str | None, kept: Callable[[str], str]) -> str:
    head = f'    <link rel="stylesheet" href="{sheet}">\n'
    head += f'    <link rel="modulepreload" href="{main}">\n'
    if font:
        head += f'    <link rel="preload" href="{font}" as="font" type="font/woff2" crossorigin>\n'
    first = next(found.start() for found in _SHEET.finditer(page))
    before, after = page[:first], _SHEET.sub("", page[first:])
    page = _ICON.sub(lambda found: found[1] + kept(found[2]) + found[3], before + head + after)
    return _SCRIPT.sub(
        lambda found: (
            f'<script {found[1] or ""}src="{main if found[1] else kept(found[2])}"></script>'
        ),
        page,
    )


class _Modules:
    """Every module as a function of one script, those that others stand on first.

    A script that comes later finds the modules of the one before it in a list that both know.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.numbers: dict[str, int] = {}
        self.later: dict[str, str] = {}
        self._exports: dict[str, list[str]] = {}

    def script(self, entry: str) -> str:
        """The modules that this entry brings and none before it did."""
        known = len(self.numbers)
        blocks: list[str] = []
        self._visit(entry, (), blocks)
        own = ", ".join(f"$m{number}" for number in range(len(self.numbers)))
        if not known:
            return "\n".join([*blocks, f"globalThis.{SHARED} = [{own}];"])
        before = ", ".join(f"$m{number}" for number in range(known))
        names = ", ".join(name.partition(":")[0] for name in self._exports[entry])
        last = f"export const {{ {names} }} = $m{self.numbers[entry]};"
        return "\n".join([f"const [{before}] = globalThis.{SHARED};", *blocks, last])

    def _visit(self, name: str, above: tuple[str, ...], blocks: list[str]) -> int:
        if name in above:
            raise NotPackable(f"modules stand on each other: {' -> '.join([*above, name])}")
        if name not in self.numbers:
            text = (self._folder / name).read_text(encoding="utf-8")
            inner = (*above, name)
            needs = {path: self._visit(_target(name, path), inner, blocks) for path in _paths(text)}
            for found in _LATER.finditer(text):
                self.later[found["path"]] = _target(name, found["path"])
            number = self.numbers[name] = len(self.numbers)
            block, self._exports[name] = _block(name, text, number, needs)
            blocks.append(block)
        return self.numbers[name]


def _paths(text: str) -> Iterator[str]:
    for pattern in (_IMPORT, _AGAIN):
        for found in pattern.finditer(text):
            yield found["path"]


def _target(name: str, path: str) -> str:
    parts: list[str] = list(PurePosixPath(name).parent.parts)
    for part in path.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def _block(name: str, text: str, number: int, needs: Mapping[str, int]) -> tuple[str, list[str]]:
    """The module as a function that is called once, and what it exports."""
    exports: list[str] = []

    def imported(found: re.Match[str]) -> str:
        other = f"$m{needs[found['path']]}"
        if found["space"]:
            return f"const {found['space']} = {other};"
        if found["default"]:
            return f"const {found['default']} = {other}.default;"
        return f"const {{ {_renamed(found['names'])} }} = {other};"

    def again(found: re.Match[str]) -> str:
        other = f"$m{needs[found['path']]}"
        exports.extend(f"{there}: {other}.{here}" for here, there in _pairs(found["names"]))
        return ""

    def listed(found: re.Match[str]) -> str:
        exports.extend(f"{there}: {here}" for here, there in _pairs(found["names"]))
        return ""

    def declared(found: re.Match[str]) -> str:
        exports.append(found[2])
        return found[0].removeprefix("export").lstrip()

    text = _AGAIN.sub(again, _IMPORT.sub(imported, text))
    text = _DECLARED.sub(declared, _LIST.sub(listed, text))
    text, defaults = _DEFAULT.subn("const $default = ", text)
    exports += ["default: $default"] * bool(defaults)
    if not name.startswith("vendor/"):
        text = _INDENT.sub("", _COMMENT.sub("", text))
    if re.search(r"^(?:import|export)\b", text, re.M):
        raise NotPackable(f"{name} imports or exports in a way that is not read")
    joined = ", ".join(exports)
    return f"const $m{number} = (() => {{\n{text}\nreturn {{ {joined} }};\n}})();", exports


def _pairs(names: str) -> list[tuple[str, str]]:
    """(name here, name there) of `a, b as c`."""
    parts = [one.split() for one in names.split(",") if one.strip()]
    return [(part[0], part[-1]) for part in parts]


def _renamed(names: str) -> str:
    return ", ".join(a if a == b else f"{a}: {b}" for a, b in _pairs(names))
