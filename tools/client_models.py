"""Writes client/studio_runs_client/models.py from docs/openapi.json; with --check it fails when the
models have drifted.

The client's models are softer than the document, so that an older client reads a newer server: a
word that it does not know stays a text, a field that it does not know is kept, and nothing that was
answered is refused for its length or its size.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools.openapi.document import document

ROOT = Path(__file__).parents[1]
MODELS = ROOT / "client" / "studio_runs_client" / "models.py"
HEADER = (
    '"""Everything that the service answers. Made from its OpenAPI document by `make openapi`; '
    'do not edit."""\n'
)
_PREFIX = "#/components/schemas/"
_BOUNDS = ("minimum", "maximum", "pattern", "minLength", "maxLength", "examples", "example")
_PLAIN_TEXTS = ("uuid", "uri", "date")
_OPTIONS = [
    "--input-file-type",
    "openapi",
    "--output-model-type",
    "pydantic_v2.BaseModel",
    "--target-python-version",
    "3.11",
    "--use-annotated",
    "--use-standard-collections",
    "--use-union-operator",
    "--use-schema-description",
    "--use-field-description",
    "--use-attribute-docstrings",
    "--disable-timestamp",
    "--use-specialized-enum",
    "--use-double-quotes",
    "--extra-fields",
    "allow",
    "--enum-field-as-literal",
    "one",
    "--formatters",
    "builtin",
]
Json = dict[str, Any]


def text() -> str:
    """The module as it is committed."""
    with tempfile.TemporaryDirectory() as scratch:
        given, made = Path(scratch) / "answers.json", Path(scratch) / "models.py"
        given.write_text(json.dumps(softened(document())), "utf-8")
        command = [sys.executable, "-m", "datamodel_code_generator", "--input", str(given)]
        subprocess.run([*command, "--output", str(made), *_OPTIONS], check=True)
        body = made.read_text("utf-8").partition("from __future__")
        return _formatted(HEADER + "\n" + body[1] + _first_fitting(body[2]))


def _first_fitting(source: str) -> str:
    """Soft unions are read from left to right: what fits a word or a model is one, though it would
    fit `str` or `dict`, too.
    """
    union = r"\b([A-Z]\w+) \| (str|dict\[str, Any\])(?=[ \]\n=|])"
    soft = r'Annotated[\1 | \2, Field(union_mode="left_to_right")]'
    return re.sub(union, soft, source)


def _formatted(source: str) -> str:
    command = [sys.executable, "-m", "ruff", "format", "--config", str(ROOT / "ruff.toml"), "-"]
    done = subprocess.run(command, input=source, capture_output=True, text=True, check=True)
    return done.stdout


def softened(whole: Json) -> Json:
    """A document of the answers' shapes alone, without what would make a client refuse one."""
    schemas: Json = whole["components"]["schemas"]
    wanted = {name for name in _answered(whole) if not name.endswith("Answer")}
    words = {name for name in wanted if "enum" in schemas[name]}
    kept = {
        name: schemas[name] if name in words else _soft(schemas[name], words)
        for name in sorted(wanted)
    }
    info = {"title": "Answers", "version": whole["info"]["version"]}
    return {"openapi": "3.1.0", "info": info, "paths": {}, "components": {"schemas": kept}}


def _answered(whole: Json) -> set[str]:
    """The names of all schemas that an answer is made of."""
    schemas = whole["components"]["schemas"]
    found: set[str] = set()
    waiting = [schemas[name] for name in schemas if name.endswith("Answer")]
    while waiting:
        for name in set(_references(waiting.pop())) - found:
            found.add(name)
            waiting.append(schemas[name])
    return found


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for one in part:
            yield from _references(one)
    elif isinstance(part, dict):
        if isinstance(part.get("$ref"), str) and part["$ref"].startswith(_PREFIX):
            yield part["$ref"].removeprefix(_PREFIX)
        for one in part.values():
            yield from _references(one)


def _soft(part: Any, words: set[str]) -> Any:
    if isinstance(part, list):
        return [_soft(one, words) for one in part]
    if not isinstance(part, dict):
        return part
    named = part.get("$ref", "") if isinstance(part.get("$ref"), str) else ""
    if named.removeprefix(_PREFIX) in words:
        return {"anyOf": [{"$ref": named}, {"type": "string"}]} | _told(part)
    soft = {name: _soft(one, words) for name, one in part.items() if name not in _BOUNDS}
    if soft.get("format") in _PLAIN_TEXTS:
        del soft["format"]
    return soft


def _told(part: Json) -> Json:
    return {"description": part["description"]} if "description" in part else {}


def main() -> int:
    """0 when the models are written, or with --check when they are what the document says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    is_check = parser.parse_args().check
    made = text()
    if is_check:
        same = MODELS.exists() and MODELS.read_text("utf-8") == made
        print(
            "the client's models are up to date"
            if same
            else "the client's models have drifted from docs/openapi.json: run `make openapi`"
        )
        return 0 if same else 1
    MODELS.write_text(made, "utf-8")
    print(f"wrote {MODELS.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
