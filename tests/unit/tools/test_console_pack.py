"""Packing the console: few files, each named by its content, and a word where it cannot be done."""

import gzip
import re
from pathlib import Path

import pytest

from tools.console_pack import ASSETS, PAGE, NotPackable, pack

CONSOLE = Path(__file__).parents[3] / "console"
PAGE_TEXT = """<head>
    <link rel="icon" href="favicon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="styles/a.css">
    <script src="early.js"></script>
    <script type="module" src="app.js"></script>
</head>"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    texts = {
        "index.html": PAGE_TEXT,
        "favicon.svg": "<svg/>",
        "early.js": "early();",
        "styles/a.css": '@font-face { src: url("../font.woff2") }',
        "font.woff2": "font",
        "app.js": (
            'import { two as other } from "./lib/two.js";\n'
            'import * as all from "./one.js";\n'
            'export const start = () => import("./later.js");\n'
            "other(all);\n"
        ),
        "one.js": "// A remark.\nexport const one = 1;\n",
        "lib/two.js": 'import { one } from "../one.js";\nexport function two() { return one; }\n',
        "later.js": 'import { one } from "./one.js";\nexport const late = one;\n',
    }
    for name, text in texts.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def named(files: dict[str, bytes], start: str) -> tuple[str, str]:
    return next(
        (name, content.decode())
        for name, content in files.items()
        if name.startswith(ASSETS + start) and name.endswith(".js")
    )


def test_a_module_stands_after_those_that_it_imports(folder: Path) -> None:
    files = dict(pack(folder).files)
    _, script = named(files, "app.")
    assert script.index("const one = 1") < script.index("function two") < script.index("other(all)")
    assert "import {" not in script
    assert "A remark" not in script


def test_what_is_imported_later_comes_in_a_script_of_its_own(folder: Path) -> None:
    files = dict(pack(folder).files)
    name, later = named(files, "later.")
    assert f'import("./{name.removeprefix(ASSETS)}")' in named(files, "app.")[1]
    assert "const one = 1" not in later
    assert "export const { late }" in later


def test_a_change_changes_the_names_and_nothing_else_does(folder: Path) -> None:
    before = set(pack(folder).files)
    assert set(pack(folder).files) == before
    (folder / "later.js").write_text("export const late = 2;\n", encoding="utf-8")
    changed = before ^ set(pack(folder).files)
    assert {name.split(".")[0] for name in changed} == {"assets/app", "assets/later"}


def test_the_page_names_what_it_needs_at_once(folder: Path) -> None:
    files = dict(pack(folder).files)
    page = files[PAGE].decode()
    addresses = set(re.findall(r'(?:href|src)="([^"]+)"', page))
    assert addresses <= set(files)
    assert f'<link rel="modulepreload" href="{named(files, "app.")[0]}">' in page


@pytest.mark.parametrize(
    "text",
    ['import { start } from "./app.js";\nexport const one = start;\n', "export * from './x.js';\n"],
    ids=["a cycle", "an export that is not read"],
)
def test_what_cannot_be_packed_is_said(folder: Path, text: str) -> None:
    (folder / "one.js").write_text(text, encoding="utf-8")
    with pytest.raises(NotPackable):
        pack(folder)


def test_the_console_itself_is_light() -> None:
    """What a browser loads for the list of runs, as CloudFront's gzip would send it."""
    files = pack(CONSOLE).files
    first = ("app.", "favicon.", "theme-early.", "geist-latin-wght", "geist-mono")
    sizes = [
        len(content if name.endswith(".woff2") else gzip.compress(content))
        for name, content in files.items()
        if name == PAGE or name.removeprefix(ASSETS).startswith(first)
    ]
    assert len(sizes) <= 8
    assert sum(sizes) < 110_000
