"""Imports that wait: a package with them has all that it had, and answers the same."""

import ast
import json
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tools.sam_artifact import SERVICES
from tools.startup import deferring, tricks

PACKAGES = Path(str(find_spec("botocore") and find_spec("botocore").origin)).parents[1]  # type: ignore[union-attr]
CHANGED = (
    "anthropic",
    "aws_lambda_powertools",
    "botocore",
    "pydantic",
    "pydantic_core",
    "urllib3",
)
STREAM = "\n".join(
    f"event: {event['type']}\ndata: {json.dumps(event)}\n"
    for event in (
        {
            "type": "message_start",
            "message": {
                "id": "m",
                "type": "message",
                "role": "assistant",
                "content": [],
                "model": "x",
                "stop_reason": None,
                "stop_sequence": None,
                "usage": {"input_tokens": 3, "output_tokens": 1},
            },
        },
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "text_delta", "text": "Yes."},
        },
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"output_tokens": 4},
        },
        {"type": "message_stop"},
    )
)
CALLS = """
import sys; sys.path[:0] = sys.argv[1:]
import json, anthropic, httpx2
STREAM = sys.stdin.read()

def answer(request):
    asked = json.loads(request.content)
    if "tokens" in request.url.path:
        return httpx2.Response(200, json={"input_tokens": 7})
    if asked["model"] == "away":
        return httpx2.Response(529, json={"type": "error", "error": {"type": "overloaded_error",
                                                                    "message": "later"}})
    if asked.get("stream"):
        return httpx2.Response(200, text=STREAM, headers={"content-type": "text/event-stream"})
    return httpx2.Response(200, json={"id": "m", "type": "message", "role": "assistant",
        "content": [{"type": "text", "text": "No."}], "model": "x", "stop_reason": "end_turn",
        "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1}})

client = anthropic.Anthropic(api_key="k", max_retries=0,
    http_client=httpx2.Client(transport=httpx2.MockTransport(answer)))
what = {"model": "x", "messages": [{"role": "user", "content": "Well?"}]}
for event in client.messages.create(**what, max_tokens=9, stream=True):
    print(type(event).__name__, event.to_json(indent=None))
print(client.messages.create(**what, max_tokens=9).to_json(indent=None))
print(client.messages.count_tokens(**what).input_tokens)
with client.messages.stream(**what, max_tokens=9) as stream:
    print(stream.get_final_text(), stream.get_final_message().usage.output_tokens)
try:
    client.messages.create(**{**what, "model": "away"}, max_tokens=9)
except anthropic.APIStatusError as exc:
    print(type(exc).__name__, exc.status_code, exc)
"""
NAMES = """
import sys; sys.path[:0] = sys.argv[1:]
import anthropic, anthropic.lib.streaming
for name in sorted(anthropic.__all__):
    held = getattr(anthropic, name)
    print(name, getattr(held, "__qualname__", type(held).__name__))
for name in ("AnthropicBedrock", "AnthropicVertex", "AnthropicFoundry", "MessageStream"):
    print(getattr(anthropic, name).__qualname__)
"""


def run(code: str, *path: Path, text: str | None = None) -> str:
    command = [sys.executable, "-c", code, *map(str, path)]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is installed here, with all tricks."""
    tree = tmp_path_factory.mktemp("changed")
    data = PACKAGES / "botocore" / "data"

    def left_out(folder: str, names: list[str]) -> set[str]:
        others = {name for name in names if (data / name).is_dir() and name not in SERVICES}
        return (others if Path(folder) == data else set()) | {"__pycache__"}

    for name in CHANGED:
        shutil.copytree(PACKAGES / name, tree / name, ignore=left_out)
    tricks.apply(tree)
    deferring.apply(tree)
    return tree


def test_the_sdk_has_all_names_that_it_had(changed: Path) -> None:
    names = run(NAMES, changed)
    assert names == run(NAMES)
    assert "AnthropicFoundry" in names


def test_the_sdk_answers_and_fails_as_before_with_half_of_its_modules(changed: Path) -> None:
    counted = CALLS + "print(len([n for n in sys.modules if n.startswith('anthropic.')]))\n"
    *answers, few = run(counted, changed, text=STREAM).splitlines()
    *before, many = run(counted, text=STREAM).splitlines()
    assert answers == before
    assert any(line.startswith("OverloadedError 529") for line in answers)
    assert int(few) < int(many) / 2


def test_an_sdk_of_another_making_is_refused() -> None:
    source = (PACKAGES / deferring.SDK).read_text("utf-8")
    with pytest.raises(tricks.UnknownSource):
        deferring.without_clients(source, {"lib.away": ""})
    with pytest.raises(tricks.UnknownSource):
        deferring.without_clients("x = 1\n", {})
    with pytest.raises(tricks.UnknownSource):
        deferring.narrowed("A = B | C | D\n", "A = B", " | C")


WAITING = """
from __future__ import annotations
import html
from json import dumps, loads as read
from sys import path

def shown(value: read) -> str:
    if value:
        text = dumps(value)
    else:
        text = html.escape("<")
    return text

class Reader:
    def all(self, texts):
        try:
            return [read(text) for text in texts]
        except read.Never:
            raise
"""


def test_an_import_that_waits_is_made_where_it_is_used(tmp_path: Path) -> None:
    (tmp_path / "late.py").write_text(tricks_text := deferring.deferred(WAITING, ["json", "html"]))
    assert "import html\nfrom json" not in tricks_text
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); sys.modules.pop('json', None); import late\n"
        "print('json' in sys.modules, 'html' in sys.modules)\n"
        "print(late.shown([1]), late.shown([]), late.Reader().all(['[2]']), 'html' in sys.modules)"
        "\nfrom late import read, path; import json\n"
        "print(read is json.loads, hasattr(late, 'never'))"
    )
    assert run(code, tmp_path).splitlines() == [
        "False False",
        "[1] &lt; [[2]] True",
        "True False",
    ]


@pytest.mark.parametrize(
    "source",
    [
        "x = 1\n",
        "from json import dumps\nX = dumps(1)\n",
        "from json import dumps\ndef f(x=dumps): ...\n",
        "from json import dumps\ndef f(x: dumps): ...\n",
        "from json import dumps\n@dumps\ndef f(): ...\n",
        "from json import dumps\nclass A(dumps): ...\n",
        "from json import dumps\ndef f(dumps): return dumps\n",
        "from json import dumps\ndef f(): dumps = 1\n",
        "from json import dumps\ndef f():\n    class A:\n        x = dumps\n",
    ],
)
def test_an_import_that_cannot_wait_is_refused(source: str) -> None:
    with pytest.raises(tricks.UnknownSource):
        deferring.deferred(source, ["json"])


def test_what_a_module_imports_late_it_has_as_before(changed: Path) -> None:
    asked = [
        (_module(path), alias.asname or alias.name)
        for path, modules in deferring.DEFERRED.items()
        for statement in ast.parse((PACKAGES / path).read_text("utf-8")).body
        if isinstance(statement, ast.ImportFrom) and deferring._module(statement) in modules
        for alias in statement.names
    ]
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]; from importlib import import_module\n"
        f"for module, name in {asked!r}:\n"
        "    held = getattr(import_module(module), name)\n"
        "    print(module, name, getattr(held, '__qualname__', type(held).__name__))"
    )
    assert len(asked) > 20
    assert run(code, changed) == run(code)


def _module(path: str) -> str:
    return path.removesuffix("/__init__.py").removesuffix(".py").replace("/", ".")


def test_plugins_of_pydantic_are_refused_and_not_forgotten() -> None:
    source = (PACKAGES / deferring.NO_PLUGINS).read_text("utf-8")
    known: dict[str, object] = {"__name__": "known"}
    exec(deferring.without_plugins(source, ["[console_scripts]\nx = y:z\n"]), known)
    assert not list(known["get_plugins"]())  # type: ignore[operator]
    for text, offered in ((source, ["[pydantic]\nx = y:z\n"]), ("", [])):
        with pytest.raises(tricks.UnknownSource):
            deferring.without_plugins(text, offered)
